package report

import (
	"fmt"
	"strings"
	"time"

	"tiendo/internal/period"
)

// Names are what something is called in both languages.
type Names struct {
	VI string `json:"vi"`
	EN string `json:"en"`
}

// In is the name in "vi" or "en".
func (n Names) In(lang string) string {
	if lang == "en" {
		return n.EN
	}
	return n.VI
}

// Level says what a row of form 06a adds up.
type Level string

// The levels, from the whole to its parts.
const (
	Total     Level = "total"
	Group     Level = "group"
	Field     Level = "field"
	Procedure Level = "procedure"
)

// Counts are columns 3 to 13 of form 06a, in dossiers.
type Counts struct {
	Received    int64 `json:"received"`
	Online      int64 `json:"online"`
	Direct      int64 `json:"direct"`
	Carried     int64 `json:"carried"`
	Settled     int64 `json:"settled"`
	Early       int64 `json:"early"`
	OnTime      int64 `json:"on_time"`
	Late        int64 `json:"late"`
	Open        int64 `json:"open"`
	OpenInTerm  int64 `json:"open_in_term"`
	OpenOverdue int64 `json:"open_overdue"`
}

// columns is how many counts there are.
const columns = 11

// all are the counts in the order of the columns.
func (c *Counts) all() [columns]*int64 {
	return [columns]*int64{
		&c.Received, &c.Online, &c.Direct, &c.Carried, &c.Settled, &c.Early, &c.OnTime, &c.Late, &c.Open, &c.OpenInTerm, &c.OpenOverdue,
	}
}

// All are the counts in the order of the columns.
func (c *Counts) All() (all [columns]int64) {
	for i, n := range c.all() {
		all[i] = *n
	}
	return all
}

func (c *Counts) add(other *Counts) {
	to := c.all()
	for i, n := range other.all() {
		*to[i] += *n
	}
}

// Column is a column of form 06a.
type Column struct {
	// Number is the form's own, from 3 on; 1 and 2 are the row's number and name.
	Number int `json:"number"`
	// ID names it in rows, Figure is the figure that it shows.
	ID     string `json:"id"`
	Figure string `json:"figure"`
	Names  Names  `json:"names"`
}

// Columns06a are the columns of counts, in order.
//
// Law: TT 01/2020/TT-VPCP, form II.06a/VPCP/KSTT (DOMAIN.md §1.3).
var Columns06a = [columns]Column{
	{3, "received", "official.06a_received", Names{"Tổng số", "Total"}},
	{4, "online", "official.06a_online", Names{"Trực tuyến", "Online"}},
	{5, "direct", "official.06a_direct", Names{"Trực tiếp, dịch vụ bưu chính", "Counter, post"}},
	{6, "carried", "official.06a_carried", Names{"Từ kỳ trước", "Carried over"}},
	{7, "settled", "official.06a_settled", Names{"Tổng số", "Total"}},
	{8, "early", "official.06a_early", Names{"Trước hạn", "Early"}},
	{9, "on_time", "official.06a_on_time", Names{"Đúng hạn", "On time"}},
	{10, "late", "official.06a_late", Names{"Quá hạn", "Late"}},
	{11, "open", "official.06a_open", Names{"Tổng số", "Total"}},
	{12, "open_in_term", "official.06a_open_in_term", Names{"Trong hạn", "In term"}},
	{13, "open_overdue", "official.06a_open_overdue", Names{"Quá hạn", "Overdue"}},
}

// Row is one row of the form.
type Row struct {
	Level Level `json:"level"`
	// Group, Field and Procedure are those that the row counts; nil where it counts several, or where nobody says.
	Group     *string `json:"group"`
	Field     *string `json:"field"`
	Procedure *string `json:"procedure"`
	Names     Names   `json:"names"`
	Counts
}

// Form06a is form II.06a/VPCP/KSTT: how administrative procedures were settled in a period.
type Form06a struct {
	Period period.Period `json:"-"`
	// Cutoff is "report" where the period is one of the reporting calendar, else "calendar".
	Cutoff string `json:"cutoff"`
	// Agency is whose form it is, nil for the whole city.
	Agency *string   `json:"agency"`
	Names  Names     `json:"names"`
	AsOf   time.Time `json:"as_of"`
	Events uint64    `json:"events"`
	// Faults name the rows whose columns do not add up; such a form is shown to those who look for the fault, and not printed.
	Faults []Fault `json:"faults"`
	Total  Row     `json:"total"`
	// Rows are the groups, in each its fields, in each its procedures; the form of one agency has no groups. Each row is the
	// sum of the rows one level below that follow it, and Total that of the highest.
	Rows []Row `json:"rows"`
}

// Fault is a row whose columns do not add up.
type Fault struct {
	Row  string `json:"row"`
	Says string `json:"says"`
}

// Unbalanced is the error of printing a form with a fault.
type Unbalanced struct{ Faults []Fault }

func (e *Unbalanced) Error() string {
	f := e.Faults[0]
	return fmt.Sprintf("form 06a does not add up, so it is not printed: %s: %s (%d such rows); `tiendo check cells` looks for the fault, `tiendo rebuild` makes the books again", f.Row, f.Says, len(e.Faults))
}

// Printable returns an *Unbalanced if the form must not be handed in.
func (f *Form06a) Printable() error {
	if len(f.Faults) > 0 {
		return &Unbalanced{f.Faults}
	}
	return nil
}

// check notes what does not add up, in the smallest parts first: there the fault is.
func (f *Form06a) check() {
	for _, level := range []Level{Procedure, Field, Group} {
		for i := range f.Rows {
			if r := &f.Rows[i]; r.Level == level {
				f.Faults = append(f.Faults, r.check()...)
			}
		}
	}
	f.Faults = append(f.Faults, f.Total.check()...)
}

// check returns what does not add up in a row. A part below zero can balance another, so that it is a fault of its own.
//
// Law: DOMAIN.md §1.3: 3 = 4 + 5 + 6, 7 = 8 + 9 + 10, 11 = 12 + 13, 3 = 7 + 11.
func (r *Row) check() []Fault {
	parts := []string{string(r.Level)}
	for _, part := range []*string{r.Group, r.Field, r.Procedure} {
		if part != nil {
			parts = append(parts, *part)
		}
	}
	name := strings.Join(parts, " ")
	var faults []Fault
	for i, n := range r.all() {
		if *n < 0 {
			faults = append(faults, Fault{name, fmt.Sprintf("column %d is %d", Columns06a[i].Number, *n)})
		}
	}
	for _, identity := range []struct {
		says        string
		left, right int64
	}{
		{"3 = 4 + 5 + 6", r.Received, r.Online + r.Direct + r.Carried},
		{"7 = 8 + 9 + 10", r.Settled, r.Early + r.OnTime + r.Late},
		{"11 = 12 + 13", r.Open, r.OpenInTerm + r.OpenOverdue},
		{"3 = 7 + 11", r.Received, r.Settled + r.Open},
	} {
		if identity.left != identity.right {
			faults = append(faults, Fault{name, fmt.Sprintf("%s does not hold: %d and %d", identity.says, identity.left, identity.right)})
		}
	}
	return faults
}
