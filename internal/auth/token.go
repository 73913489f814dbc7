package auth

import (
	"cmp"
	"log/slog"
	"slices"

	"tiendo/internal/audit"
	"tiendo/internal/event"
)

// Scope is one thing that a token is good for.
type Scope string

// The scopes.
const (
	// ScopeIngest sends events, but for assessments.
	ScopeIngest Scope = "ingest"
	// ScopeView sees figures, the cases behind them, and registers.
	ScopeView Scope = "view"
	// ScopeRead sees the same, and takes it out whole: the facts of a source, lists as files.
	ScopeRead Scope = "read"
	// ScopeAssess sends assessments: what an agency says of itself if the token is bound to it, what was verified if it is
	// bound to none.
	ScopeAssess Scope = "assess"
	// ScopePublish publishes rankings.
	ScopePublish Scope = "publish"
	// ScopeAdmin makes and revokes tokens, loads registers, checks and rebuilds the books, sees the audit log, and reads.
	ScopeAdmin Scope = "admin"
)

// Scopes lists every scope there is. The slice is the caller's.
func Scopes() []Scope {
	return []Scope{ScopeIngest, ScopeView, ScopeRead, ScopeAssess, ScopePublish, ScopeAdmin}
}

// Families lists the families that a token may be confined to: all but that of assessments, which have a scope of their own.
// The slice is the caller's.
func Families() []event.Family {
	return slices.DeleteFunc(event.Families(), func(f event.Family) bool { return f == event.Assessment })
}

// Vouched is how the names of people begin whom a provider vouches for.
const Vouched = "oidc:"

// Token is who sent a request: what bears a token, or a person who has logged in. Its slices are shared and must not be changed.
type Token struct {
	// Name is what the token was named when it was created; empty for the administrator's. For a person of whom a provider has
	// told it is "oidc:" and the name, which no token can have.
	Name string
	// Scopes are what it is good for, in the order of [Scopes].
	Scopes []Scope
	// Bound is the agency whose events the token may tell and whose cases it may read; empty if it is bound to none.
	Bound string
	// Families are those of which it may tell events, assessments aside; all if empty.
	Families []event.Family
	// Allowance is how many events it may send; nil if it may send any number.
	Allowance *Allowance
	// From is the address that the request came from; empty if it is not known.
	From string
	// Session says that it is a person with a browser, who has logged in.
	Session bool
	// Wall says that it is the browser of a screen on a wall.
	Wall bool
}

// Has says whether the token is good for something. Who administers may read, and who reads may view.
func (t *Token) Has(scope Scope) bool {
	switch scope {
	case ScopeView:
		return slices.Contains(t.Scopes, ScopeView) || t.Has(ScopeRead)
	case ScopeRead:
		return slices.Contains(t.Scopes, ScopeRead) || slices.Contains(t.Scopes, ScopeAdmin)
	default:
		return slices.Contains(t.Scopes, scope)
	}
}

// Act is something that whoever bears the token has done.
func (t *Token) Act(verb, object string, details ...slog.Attr) audit.Act {
	return audit.Act{By: cmp.Or(t.Name, audit.Admin), From: t.From, Verb: verb, Object: object, Details: details}
}

// Tells says whether the token may send events of a family. Of assessments it says whether it may send some: which, also
// depends on what it is bound to.
func (t *Token) Tells(family event.Family) bool {
	if family == event.Assessment {
		return t.Has(ScopeAssess)
	}
	return t.Has(ScopeIngest) && (len(t.Families) == 0 || slices.Contains(t.Families, family))
}
