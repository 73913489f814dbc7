package importer

import (
	"slices"
	"strings"
	"time"
)

// order is a way of writing dates, and the layouts of it that are tried.
type order struct {
	name    string
	layouts []string
}

var orders = []order{
	{"iso", isoLayouts},
	{"day first", []string{
		"02/01/2006 15:04:05", "02/01/2006 15:04", "02/01/2006", "02-01-2006 15:04:05", "02-01-2006 15:04", "02-01-2006", "02.01.2006 15:04", "02.01.2006",
		"2/1/2006 15:04:05", "2/1/2006 15:04", "2/1/2006", "2-1-2006", "15:04:05 02/01/2006", "15:04 02/01/2006", "15:04:05 2/1/2006", "15:04 2/1/2006",
		"02/01/2006 03:04:05 PM", "2/1/2006 3:04:05 PM",
	}},
	{"month first", []string{
		"01/02/2006 15:04:05", "01/02/2006 15:04", "01/02/2006", "01-02-2006 15:04:05", "01-02-2006 15:04", "01-02-2006",
		"1/2/2006 15:04:05", "1/2/2006 15:04", "1/2/2006", "01/02/2006 03:04:05 PM", "01/02/2006 03:04 PM", "1/2/2006 3:04:05 PM", "1/2/2006 3:04 PM",
	}},
	{"compact", []string{"20060102150405", "200601021504", "20060102"}},
}

// dates is what the values of a column are as times.
type dates struct {
	// fits are the orders in which nearly all can be read, by their place in orders.
	fits []int
	// layouts are what is needed of each of these.
	layouts map[int][]string
	// misread is how many cannot be read by the first that fits.
	misread int
	// real: they are dates of a workbook, which need no layout. midnight: none has another time of day than 00:00.
	real, midnight bool
	// instants are the values by the first order that fits, zero where one can't be read.
	instants []time.Time
}

// datesOf reads values as times; nil if they are none. A few that can't be read are no objection: they will be rejected.
func datesOf(values []datum) *dates {
	d := &dates{layouts: map[int][]string{}, midnight: true}
	if len(values) == 0 {
		return nil
	}
	for i := range orders {
		used, misread := layoutsOf(values, orders[i].layouts)
		if few := map[bool]int{true: 3, false: 50}[len(values) < 30]; misread*few > len(values) {
			continue
		}
		if d.fits == nil {
			d.misread = misread
		}
		d.fits, d.layouts[i] = append(d.fits, i), used
	}
	if d.fits == nil {
		return nil
	}
	d.real = !slices.ContainsFunc(values, func(v datum) bool { return v.form != dated })
	for _, v := range values {
		at, _ := instantBy(v, orders[d.fits[0]].layouts)
		d.instants = append(d.instants, at)
		if !at.IsZero() && !at.Equal(at.Truncate(24*time.Hour)) {
			d.midnight = false
		}
	}
	return d
}

// layoutsOf are the layouts that are needed to read values, in the order given, and how many none of them reads.
func layoutsOf(values []datum, layouts []string) (used []string, misread int) {
	needed := map[string]bool{}
	for _, v := range values {
		at, layout := instantBy(v, layouts)
		if at.IsZero() {
			misread++
		}
		needed[layout] = true
	}
	for _, layout := range layouts {
		if needed[layout] {
			used = append(used, layout)
		}
	}
	return used, misread
}

// instantBy reads a value by the first layout that fits; layout is empty for a date of a workbook.
func instantBy(v datum, layouts []string) (at time.Time, layout string) {
	if v.form == dated {
		r, err := readTime(v.text, workbookLayouts, time.UTC)
		if err != nil {
			return time.Time{}, ""
		}
		return r.wall, ""
	}
	if len(v.text) < len("1/2/2006") {
		return time.Time{}, ""
	}
	for _, layout := range layouts {
		if at, err := time.Parse(layout, v.text); err == nil && at.Year() > 1900 && at.Year() < 2200 {
			return asWall(at), layout
		}
	}
	return time.Time{}, ""
}

// ambiguous says whether the same values are dates with the day first and with the month first.
func (d *dates) ambiguous() bool {
	return !d.real && slices.Contains(d.fits, 1) && slices.Contains(d.fits, 2)
}

// settle decides for one order where another column of the file leaves no choice.
func (d *dates) settle(order int) {
	if d != nil && d.ambiguous() {
		d.fits = []int{order}
	}
}

// layout is what a mapping must say to read the values; nil if nothing.
func (d *dates) layout() []string {
	used := slices.DeleteFunc(slices.Clone(d.layouts[d.fits[0]]), func(text string) bool { return text == "" })
	if d.fits[0] == 0 || len(used) == 0 {
		return nil
	}
	return used
}

// zoned says whether a layout that is used names an offset.
func (d *dates) zoned() bool {
	return slices.ContainsFunc(d.layouts[d.fits[0]], func(text string) bool { return strings.Contains(text, "Z07") })
}
