package auth

import (
	"slices"

	"tiendo/internal/event"
)

// Scope is one thing that a token is good for.
type Scope string

// The scopes.
const (
	// ScopeIngest sends events, but for assessments.
	ScopeIngest Scope = "ingest"
	// ScopeRead reads figures, and the cases behind them.
	ScopeRead Scope = "read"
	// ScopeAssess sends assessments: what an agency says of itself if the token is bound to it, what was verified if it is
	// bound to none.
	ScopeAssess Scope = "assess"
	// ScopePublish publishes rankings.
	ScopePublish Scope = "publish"
	// ScopeAdmin makes and revokes tokens, loads registers, checks and rebuilds the books, and reads.
	ScopeAdmin Scope = "admin"
)

// Scopes lists every scope there is. The slice is the caller's.
func Scopes() []Scope {
	return []Scope{ScopeIngest, ScopeRead, ScopeAssess, ScopePublish, ScopeAdmin}
}

// Families lists the families that a token may be confined to: all but that of assessments, which have a scope of their own.
// The slice is the caller's.
func Families() []event.Family {
	return slices.DeleteFunc(event.Families(), func(f event.Family) bool { return f == event.Assessment })
}

// Token is who sent a request. Its slices are shared and must not be changed.
type Token struct {
	// Name is what the token was named when it was created; empty for the administrator's.
	Name string
	// Scopes are what it is good for, in the order of [Scopes].
	Scopes []Scope
	// Bound is the agency whose events the token may tell and whose cases it may read; empty if it is bound to none.
	Bound string
	// Families are those of which it may tell events, assessments aside; all if empty.
	Families []event.Family
	// Allowance is how many events it may send; nil if it may send any number.
	Allowance *Allowance
}

// Has says whether the token is good for something. Who administers may read.
func (t *Token) Has(scope Scope) bool {
	return slices.Contains(t.Scopes, scope) || scope == ScopeRead && slices.Contains(t.Scopes, ScopeAdmin)
}

// Tells says whether the token may send events of a family. Of assessments it says whether it may send some: which, also
// depends on what it is bound to.
func (t *Token) Tells(family event.Family) bool {
	if family == event.Assessment {
		return t.Has(ScopeAssess)
	}
	return t.Has(ScopeIngest) && (len(t.Families) == 0 || slices.Contains(t.Families, family))
}
