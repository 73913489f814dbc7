package simulator

import (
	"math"
	"time"

	"tiendo/internal/calendar"
)

// year is the date as a year with a fraction, such as 2019.75: what grows in the city grows by it.
func year(d calendar.Day) float64 { return 1970 + float64(d)/365.2425 }

// rise goes from 0 to 1 around a year; the wider, the slower.
func rise(y, around, wide float64) float64 { return 1 / (1 + math.Exp(-(y-around)/wide)) }

// Shares that grow with the years: about a tenth of what can be done online was in 2019, three quarters in 2026.
func onlineShare(y float64) float64    { return .04 + .85*rise(y, 2023.5, 1.8) }
func nationalShare(y float64) float64  { return .90 * rise(y, 2022, 1) }
func postInShare(y float64) float64    { return .01 + .09*rise(y, 2023, 1.5) }
func postOutShare(y float64) float64   { return .03 + .35*rise(y, 2023.5, 1.8) }
func onlinePayShare(y float64) float64 { return .02 + .90*rise(y, 2023, 1.4) }
func digitalShare(y float64) float64   { return .04 + .92*rise(y, 2023.3, 1.3) }
func reusedShare(y float64) float64    { return .80 * rise(y, 2024.5, 1) }
func ratedShare(y float64) float64     { return .05 + .20*rise(y, 2023, 2) }
func anywhereShare(y float64) float64  { return .15 * rise(y, 2025.9, .15) } // phi địa giới, from July 2025 (DOMAIN.md, fact 14)
func weekendFactor(works bool) float64 { // of the day's dossiers; only those handed in online then happen
	if works {
		return 1
	}
	return .38
}

// months and weekdays are the shape of a year and of a week.
var (
	months   = [...]float64{.95, .85, 1.12, 1.04, 1.03, 1.08, 1.04, 1.06, 1.06, 1.03, .98, 1.02}
	weekdays = [...]float64{time.Monday: 1.2, time.Tuesday: 1.08, time.Wednesday: 1, time.Thursday: .95, time.Friday: .82, time.Saturday: .5, time.Sunday: .5}
)

// load is how busy a day is; a usual working day has 1.
func (c *City) load(d calendar.Day) float64 {
	t := d.Start(time.UTC)
	load := months[t.Month()-1] * weekdays[d.Weekday()]
	if lull, ok := c.lull[d]; ok {
		load *= lull
	}
	return load
}

// tetLull says how quiet the days around Tết are. Tết is the longest stretch of weekdays off in January and February.
func (c *City) tetLull() map[calendar.Day]float64 {
	lull := map[calendar.Day]float64{}
	for y := firstYear; y <= lastYear; y++ {
		first, length := c.tet(y)
		for i := range calendar.Day(8) {
			lull[first-1-i] = .35 + .08*float64(i)
			lull[first+length+i] = .45 + .07*float64(i)
		}
		for i := range length {
			lull[first+i] = .06
		}
	}
	return lull
}

func (c *City) tet(y int) (first, length calendar.Day) {
	run, start, weekday := 0, calendar.Day(0), 0
	for d := firstOf(y) + 14; d < firstOf(y)+59; d++ {
		if works, err := c.calendar.Works(d); err != nil || works {
			run, weekday = 0, 0
			continue
		}
		if run == 0 {
			start = d
		}
		run++
		if wd := d.Weekday(); wd != time.Saturday && wd != time.Sunday {
			weekday++
		}
		if weekday >= 3 && calendar.Day(run) > length {
			first, length = start, calendar.Day(run)
		}
	}
	return first, length
}

// mood is how much better or worse than usual an agency works in a month: slow waves and a little chance.
func (c *City) mood(agency int, d calendar.Day) float64 {
	y := year(d)
	wave := 1 + .30*math.Sin(2*math.Pi*y/1.6+float64(agency)*1.7)
	month := uint64(math.Floor(y * 12))
	return wave * (.7 + .6*unit(mix(c.seed, uint64(agency), month)))
}

// unit makes a number from 0 to 1 of a mixed one.
func unit(mixed uint64) float64 { return float64(mixed>>11) / (1 << 53) }

// mix is a number that depends on all three, by the finaliser of splitmix64.
func mix(a, b, c uint64) uint64 {
	x := a ^ b*0x9e3779b97f4a7c15 ^ c*0xd1b54a32d192ed03
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
