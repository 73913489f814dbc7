package byhand

import (
	"cmp"
	"net/url"
	"strings"

	"tiendo/internal/audit"
	"tiendo/internal/auth"
)

// prefix is how the sources of what was entered by hand begin.
const prefix = "manual:"

// nameOf is what tells apart who enters something.
func nameOf(who *auth.Token) string { return cmp.Or(who.Name, audit.Admin) }

// Source is that of the events that somebody enters.
func Source(who *auth.Token) string { return prefix + url.PathEscape(nameOf(who)) }

// Manual says whether a source is somebody who has entered something.
func Manual(source string) bool { return strings.HasPrefix(source, prefix) }
