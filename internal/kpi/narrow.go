package kpi

import (
	"fmt"
	"strconv"
	"strings"

	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

// Days is a stretch of working days, both ends included; nil leaves an end open.
type Days struct{ From, To *int }

// ReadDays reads days as they stand in addresses: 3..5, ..-11, 11.. or 0. The error is an *Error about the parameter.
func ReadDays(param, text string) (*Days, error) {
	if text == "" {
		return nil, nil
	}
	first, last, isStretch := strings.Cut(text, "..")
	if !isStretch {
		last = first
	}
	d := &Days{}
	for _, end := range []struct {
		text string
		to   **int
	}{{first, &d.From}, {last, &d.To}} {
		if end.text == "" && isStretch {
			continue
		}
		n, err := strconv.Atoi(end.text)
		if err != nil || n < -999 || n > 999 {
			return nil, daysWrong(param)
		}
		*end.to = &n
	}
	if d.From == nil && d.To == nil || d.From != nil && d.To != nil && *d.From > *d.To {
		return nil, daysWrong(param)
	}
	return d, nil
}

func daysWrong(param string) error {
	return &Error{Param: param, Message: "working days would do, as in 0, 3..5, ..-1 or 11..", VI: "số ngày làm việc, viết như 0, 3..5, ..-1 hoặc 11.."}
}

// String writes days as ReadDays reads them.
func (d *Days) String() string {
	if d.From != nil && d.To != nil && *d.From == *d.To {
		return strconv.Itoa(*d.From)
	}
	write := func(end *int) string {
		if end == nil {
			return ""
		}
		return strconv.Itoa(*end)
	}
	return write(d.From) + ".." + write(d.To)
}

// of is the condition that an expression lies in d.
func (d *Days) of(expression string) string {
	var all []string
	if d.From != nil {
		all = append(all, fmt.Sprintf("%s >= %d", expression, *d.From))
	}
	if d.To != nil {
		all = append(all, fmt.Sprintf("%s <= %d", expression, *d.To))
	}
	return "(" + strings.Join(all, " AND ") + ")"
}

// narrowed leaves of the cases that a statement counts those that a listing's working days leave: they are counted as Margins
// counts them.
func (b *Books) narrowed(d Definition, q Query, of Listing, counted string, args []any) (string, []any, error) {
	param := "left"
	if of.Left == nil {
		param = "age"
	}
	if families := d.Families(); len(families) != 1 || families[0] != event.Dossier {
		return "", nil, &Error{Param: param, Message: "working days are told of dossiers; " + d.ID + " counts others", VI: "chỉ lọc được hồ sơ theo số ngày làm việc; " + d.ID + " không đếm hồ sơ"}
	}
	if q.AsOf != "" {
		return "", nil, &Error{Param: param, Message: "working days are told of now; leave as_of out", VI: "số ngày làm việc chỉ tính cho lúc này; hãy bỏ as_of"}
	}
	conditions := []string{}
	if of.Left != nil {
		conditions = append(conditions, fmt.Sprintf("if(closed IS NULL, %s AND %s, (family, subject) IN (%s))", openDated, of.Left.of(b.leftOpen()), settledLeft(of.Left, counted)))
	}
	if of.Age != nil {
		conditions = append(conditions, "opened IS NOT NULL AND closed IS NULL AND "+of.Age.of(b.ageOpen()))
	}
	query := fmt.Sprintf(`SELECT * FROM (%[1]s) WHERE (family, subject) IN (WITH {ordinals:Array(Int32)} AS days SELECT family, subject FROM verdicts FINAL
		WHERE family = 'dossier' AND (family, subject) IN (SELECT family, subject FROM (%[1]s)) AND %[2]s)`, counted, strings.Join(conditions, " AND "))
	return query, append(args, b.ordinals()...), nil
}

// settledLeft selects, of the cases that a query selects, those that were settled with some working days left, as the books say now.
func settledLeft(left *Days, counted string) string {
	return fmt.Sprintf(`SELECT family, subject FROM cells WHERE family = 'dossier' AND (family, subject) IN (SELECT family, subject FROM (%s)) AND measure = '%s' AND %s
		GROUP BY family, subject HAVING sum(n) > 0`, counted, lifecycle.Left, left.of(fmt.Sprintf("(bin + %d)", lifecycle.LeastLeft)))
}
