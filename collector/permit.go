package collector

import (
	"errors"
	"fmt"
	"strings"

	"tiendo/internal/auth"
	"tiendo/internal/event"
)

// verdict says why an event was not taken, nil if it was, and whether it is the token that may not tell it. What a token may
// not tell is refused as such, whatever else is wrong with it. decoded is the decoder's error.
func (in *intake) verdict(e *event.Event, decoded error) (why *event.Error, forbidden bool) {
	typ := e.Type
	if decoded != nil {
		if !errors.As(decoded, &why) {
			panic("BUG: an event was refused without a reason: " + decoded.Error())
		}
		typ = why.Type
	}
	if typ == "" {
		return why, false // of no type that there is, so nobody's
	}
	if reason := forbids(in.token, typ); reason != "" {
		id := e.ID
		if why != nil {
			id = why.ID
		}
		return &event.Error{ID: id, Type: typ, Field: "type", Reason: reason}, true
	}
	if why != nil || typ != "assessment.submitted" {
		return why, false
	}
	return foreign(in.token, e)
}

// forbids says why a token may not send events of a type; empty if it may (CONTRACT §3).
func forbids(token *auth.Token, typ event.Type) string {
	family := typ.Family()
	switch {
	case !token.Tells(family) && family == event.Assessment:
		return fmt.Sprintf("%s needs a token with the scope %s", typ, auth.ScopeAssess)
	case !token.Tells(family) && !token.Has(auth.ScopeIngest):
		return fmt.Sprintf("%s needs a token with the scope %s", typ, auth.ScopeIngest)
	case !token.Tells(family):
		return fmt.Sprintf("this token may not tell of the family %s, only of %s", family, familyNames(token))
	case typ == "assessment.submitted" && token.Bound == "":
		return "an agency assesses itself: assessment.submitted needs a token that is bound to the agency"
	case typ == "assessment.verified" && token.Bound != "":
		return "no agency verifies assessments: assessment.verified needs a token that is bound to none"
	}
	return ""
}

// foreign refuses what an agency submits in the name of another.
func foreign(token *auth.Token, e *event.Event) (*event.Error, bool) {
	data, err := e.Fields()
	if err != nil {
		panic("BUG: a decoded event cannot be read: " + err.Error())
	}
	if data.Agency == token.Bound {
		return nil, false
	}
	return &event.Error{ID: e.ID, Type: e.Type, Field: "data.agency", Reason: "is not the agency that this token is bound to, " + token.Bound}, true
}

func familyNames(token *auth.Token) string {
	names := make([]string, len(token.Families))
	for i, f := range token.Families {
		names[i] = string(f)
	}
	return strings.Join(names, ", ")
}
