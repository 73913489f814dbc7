package auth

import (
	"fmt"
	"slices"

	"tiendo/internal/event"
)

// Role is what a person is to the city's figures, as the provider of logins vouches for.
type Role string

// The roles.
const (
	// RoleLeader sees figures, pages and all cases.
	RoleLeader Role = "leader"
	// RoleInspector sees the same, and takes it out whole.
	RoleInspector Role = "inspector"
	// RoleAgency sees figures and pages, but of cases those of an agency alone.
	RoleAgency Role = "agency"
	// RoleOperator makes tokens, loads registers, checks the books and reads the audit log.
	RoleOperator Role = "operator"
	// RoleAssessor sends assessments: of an agency who has the role agency too, else those that were verified.
	RoleAssessor Role = "assessor"
	// RolePublisher publishes rankings.
	RolePublisher Role = "publisher"
	// RoleClerk enters by hand what no system tells: of an agency alone who has the role agency too.
	RoleClerk Role = "clerk"
)

// roleScopes are the roles in their order, and what each is good for.
var roleScopes = []struct {
	role   Role
	scopes []Scope
}{
	{RoleLeader, []Scope{ScopeView}},
	{RoleInspector, []Scope{ScopeRead}},
	{RoleAgency, []Scope{ScopeRead}},
	{RoleOperator, []Scope{ScopeAdmin}},
	{RoleAssessor, []Scope{ScopeView, ScopeAssess}},
	{RolePublisher, []Scope{ScopeView, ScopePublish}},
	{RoleClerk, []Scope{ScopeView, ScopeIngest}},
}

// Roles lists every role there is. The slice is the caller's.
func Roles() []Role {
	var all []Role
	for _, r := range roleScopes {
		all = append(all, r.role)
	}
	return all
}

// Scopes are what a role is good for; none if there is no such role. The slice is shared and must not be changed.
func (r Role) Scopes() []Scope {
	for _, known := range roleScopes {
		if known.role == r {
			return known.scopes
		}
	}
	return nil
}

// grantRoles is what a person with some roles may do. agency is what the provider says of where the person works; it counts
// only with the role agency, which binds: beside it no role stands that is for the whole city.
func grantRoles(roles []Role, agency string) (Token, error) {
	var t Token
	for _, scope := range Scopes() {
		if slices.ContainsFunc(roles, func(r Role) bool { return slices.Contains(r.Scopes(), scope) }) {
			t.Scopes = append(t.Scopes, scope)
		}
	}
	if len(t.Scopes) == 0 {
		return Token{}, ErrNoRole
	}
	if !slices.Contains(roles, RoleAgency) {
		return t, nil
	}
	for _, r := range roles {
		if r != RoleAgency && r != RoleAssessor && r != RoleClerk {
			return Token{}, fmt.Errorf("%w: the roles agency and %s do not go together, for one is of a single agency and the other of the whole city", ErrNoRole, r)
		}
	}
	if err := event.CheckCode(agency); err != nil {
		return Token{}, fmt.Errorf("%w: the role agency needs the code of the agency, and the one that was told %w", ErrNoRole, err)
	}
	t.Bound = agency
	return t, nil
}
