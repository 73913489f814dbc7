package booking

import (
	"context"

	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

// openCase is a case that no closing is known of.
type openCase struct {
	family  event.Family
	subject string
}

// reopen adds open cases to a block when the rules are newer than those by which all of them are judged: a block's worth
// at a time. The last of them moves the mark; a kill before that begins again, which adds nothing twice. It reports whether
// more are waiting. Closed cases are judged by what was recorded before their closing, for good.
func (b *Booker) reopen(ctx context.Context, touched cases, rules *lifecycle.Rules, next *Mark) (more bool, err error) {
	if next.Rules == rules.Version() {
		return false, nil
	}
	if b.open == nil || b.openBy != rules.Version() { // newer ones came meanwhile: those that were judged already are judged again
		if b.open, err = b.openCases(ctx); err != nil {
			return false, err
		}
		b.openBy = rules.Version()
	}
	n := min(len(b.open), int(b.perBlock))
	for _, c := range b.open[:n] {
		touched[c.family] = append(touched[c.family], c.subject)
	}
	if b.open = b.open[n:]; len(b.open) > 0 {
		return true, nil
	}
	b.open, next.Rules = nil, rules.Version()
	return false, nil
}

func (b *Booker) openCases(ctx context.Context) ([]openCase, error) {
	rows, err := b.Conn.Query(ctx, `SELECT family, subject FROM verdicts FINAL WHERE closing = '' ORDER BY family, subject`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := []openCase{}
	for rows.Next() {
		var family, subject string
		if err := rows.Scan(&family, &subject); err != nil {
			return nil, err
		}
		all = append(all, openCase{event.Family(family), subject})
	}
	return all, rows.Err()
}
