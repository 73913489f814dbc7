package kpi

import (
	"context"
	"fmt"
	"strings"
)

// What is due soon at an instant that has passed is no sum of the books: whether a case was open then, and when it was due,
// are told by two days. So it is asked of the journal case by case; of now, Pending says which deadlines are of open cases.

// soonThen replaces what a statement brought of a term that looks ahead by what was due soon at the period's end.
func (b *Books) soonThen(ctx context.Context, s *statement, term int, into *sums) error {
	from, args := s.fromSoon()
	keys := s.keys()
	var names []string
	for i := range keys {
		names = append(names, fmt.Sprintf("k%d", i))
	}
	bucket := fmt.Sprintf("toUInt32(%d) AS bucket", bucketAhead)
	query := fmt.Sprintf("SELECT %s, toInt64(count()) %s GROUP BY %s", strings.Join(append(names, bucket), ", "), from, strings.Join(append(names, "bucket"), ", "))
	then, err := b.read(ctx, query, args, len(keys), 1, false)
	if err != nil {
		return err
	}
	for _, of := range into.byKey {
		of.sums(bucketAhead, len(s.terms))[term] = 0
	}
	for key, of := range then.byKey {
		to := into.byKey[key]
		if to == nil {
			to = &series{}
			into.byKey[key] = to
		}
		to.sums(bucketAhead, len(s.terms))[term] = of.sums(bucketAhead, 1)[0]
	}
	return nil
}

// fromSoon selects the cases that were open at the period's end and whose deadline was near then, each once, with the keys of
// the question.
func (s *statement) fromSoon() (string, []any) {
	var keys, names []string
	for i, k := range s.keys() {
		names = append(names, fmt.Sprintf("k%d", i))
		keys = append(keys, fmt.Sprintf("%s AS k%d", k, i))
	}
	deadlines := *s
	deadlines.terms = append(flow("due", 0, 0), flow("lifted", 0, 0)...)
	where, args := deadlines.where()
	near := "day <= {until:Date32} AND NOT " + beforeEnd
	dated := fmt.Sprintf("SELECT %s FROM cells WHERE %s AND %s GROUP BY %s HAVING sum(n) > 0",
		strings.Join(append([]string{"family", "subject"}, keys...), ", "), strings.Join(where, " AND "), near, strings.Join(append([]string{"family", "subject"}, names...), ", "))
	known, more := s.known()
	if known != "" {
		known, args = " AND "+known, append(args, more...)
	}
	open := `SELECT family, subject FROM cells WHERE family IN {families:Array(String)} AND measure IN ('opened', 'settled', 'ended') AND ` + beforeEnd + known + `
		AND (family, subject) IN (SELECT family, subject FROM cells WHERE family IN {families:Array(String)} AND measure IN {measures:Array(String)} AND ` + near + known + `)
		GROUP BY family, subject HAVING sumIf(n, measure = 'opened') > sumIf(n, measure != 'opened')`
	return "FROM (" + dated + ") AS d INNER JOIN (" + open + ") AS o USING (family, subject)", args
}
