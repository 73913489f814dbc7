package main

import (
	"maps"
	"slices"
	"time"

	"tiendo/internal/byhand"
	"tiendo/internal/calendar"
)

// agency is what pages and labels call an agency.
type agency struct{ vi, en, group string }

// agencyName is what an agency is called in a language; "" if nothing is known of it.
func (a *app) agencyName(code, lang string) string {
	if agency := a.agency(code); lang == "en" && agency.en != "" {
		return agency.en
	}
	return a.agency(code).vi
}

// agency is what is known of an agency: from the register, else from the simulated city's list.
func (a *app) agency(code string) agency {
	view := a.registers.Known().At(time.Time{})
	if known, ok := view.AgencyNear(code, calendar.DayOf(a.Now(), a.zone)); ok {
		return agency{vi: known.NameVI, en: known.NameEN, group: known.Group}
	}
	return a.Agencies[code]
}

// agencies are those of today, from the register, else those of the simulated city.
func (a *app) agencies() (all []byhand.Agency) {
	for _, known := range a.registers.Known().At(time.Time{}).Agencies(calendar.DayOf(a.Now(), a.zone)) {
		all = append(all, byhand.Agency{Code: known.Code, Name: byhand.Text{known.NameVI, known.NameEN}})
	}
	if len(all) == 0 {
		for _, code := range slices.Sorted(maps.Keys(a.Agencies)) {
			all = append(all, byhand.Agency{Code: code, Name: byhand.Text{a.Agencies[code].vi, a.Agencies[code].en}})
		}
	}
	return all
}

// procedure is what the register calls a procedure; "" where it knows none of this code.
func (a *app) procedure(code, lang string) string {
	known, ok := a.registers.Known().At(time.Time{}).Procedure(code, calendar.DayOf(a.Now(), a.zone))
	if ok && lang == "en" && known.NameEN != "" {
		return known.NameEN
	}
	return known.NameVI
}
