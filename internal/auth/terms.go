package auth

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tiendo/internal/event"
)

// Terms are what a token is made with.
type Terms struct {
	// Name tells tokens apart: 1 to 64 letters, digits and "._-", the first a letter or digit. Of the tokens that were not
	// revoked only one may have it.
	Name   string  `json:"name"`
	Scopes []Scope `json:"scopes"`
	// Agency is what the token is bound to; empty for none.
	Agency string `json:"agency,omitzero"`
	// Families are those of which it may tell events; empty for all.
	Families []event.Family `json:"families,omitzero"`
	// Rate is how many events a second it may send; 0 for what holds for all.
	Rate int `json:"rate,omitzero"`
	// Expires is when it is good for nothing any more; zero for never.
	Expires time.Time `json:"expires,omitzero"`
}

// Error says what is wrong with the terms of a token, and what would do. Field is the member as JSON names it.
type Error struct{ Field, Message string }

func (e *Error) Error() string { return e.Field + ": " + e.Message }

func bad(field, format string, args ...any) *Error {
	return &Error{field, fmt.Sprintf(format, args...)}
}

// MaxRate is the most events a second that a token can be confined to.
const MaxRate = 1_000_000

// check says what does not hold in t, and brings its lists in order.
func (t *Terms) check() error {
	if reason := badName(t.Name); reason != "" {
		return bad("name", "%s; one such as one-stop-2026 would do", reason)
	}
	if len(t.Scopes) == 0 {
		return bad("scopes", "there is none; one or more of %s would do", list(Scopes()))
	}
	if err := order(&t.Scopes, Scopes(), "scopes"); err != nil {
		return err
	}
	if err := order(&t.Families, Families(), "families"); err != nil {
		return err
	}
	has := func(s Scope) bool { return slices.Contains(t.Scopes, s) }
	switch {
	case len(t.Families) > 0 && !has(ScopeIngest):
		return bad("families", "they confine the scope ingest, which the token shall not have; leave them out")
	case t.Rate < 0 || t.Rate > MaxRate:
		return bad("rate", "a number of events a second from 1 to %d would do", MaxRate)
	case t.Rate > 0 && !has(ScopeIngest) && !has(ScopeAssess):
		return bad("rate", "the token shall not send events; leave it out")
	case t.Agency == "":
		return nil
	case has(ScopeAdmin) || has(ScopePublish):
		return bad("agency", "who administers or publishes does so for the whole city; leave the agency or those scopes out")
	}
	if err := event.CheckCode(t.Agency); err != nil {
		return bad("agency", "the code %v", err)
	}
	return nil
}

// badName says why a name won't do. It must stand in an address as one word, and a label that begins with _ is ours.
func badName(name string) string {
	first, _ := utf8.DecodeRuneInString(name)
	switch err := event.CheckCode(name); {
	case name == "":
		return "it is missing"
	case err != nil:
		return "it " + err.Error()
	case strings.Contains(name, "/"):
		return "it may not hold a /"
	case !unicode.IsLetter(first) && !unicode.IsDigit(first):
		return "it must begin with a letter or digit"
	}
	return ""
}

// order refuses words that are none of those known, and puts the others in their order, each once.
func order[W ~string](words *[]W, known []W, field string) error {
	for _, w := range *words {
		if !slices.Contains(known, w) {
			return bad(field, "%q is none of %s", short(string(w)), list(known))
		}
	}
	slices.SortFunc(*words, func(a, b W) int { return cmp.Compare(slices.Index(known, a), slices.Index(known, b)) })
	*words = slices.Compact(*words)
	return nil
}

func list[W ~string](words []W) string {
	all := make([]string, len(words))
	for i, w := range words {
		all[i] = string(w)
	}
	return strings.Join(all, ", ")
}

// short cuts a word to 64 bytes or less, so that an answer stays small.
func short(word string) string {
	if len(word) <= 64 {
		return word
	}
	return strings.ToValidUTF8(word[:64], "") + "…"
}

// ParseExpiry reads when a token shall expire: 90d, days of 24 hours from now, or an instant (RFC 3339). Its error is an
// [*Error].
func ParseExpiry(text string, now time.Time) (time.Time, error) {
	const most = 3650
	if digits, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.Atoi(digits); err == nil && n >= 1 && n <= most {
			return now.Add(time.Duration(n) * 24 * time.Hour).UTC(), nil
		}
		return time.Time{}, bad("expires", "%q is no number of days from 1 to %d; 90d would do", short(text), most)
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, bad("expires", "%q is neither days nor an instant; 90d or 2027-03-31T17:00:00+07:00 would do", short(text))
	}
	return at.UTC(), nil
}
