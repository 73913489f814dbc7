package byhand

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
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
func Source(who *auth.Token) string {
	name := url.PathEscape(nameOf(who))
	if len(prefix+name) > longestSource { // of many letters that are percent-encoded
		sum := sha256.Sum256([]byte(name))
		name = hex.EncodeToString(sum[:])
	}
	return prefix + name
}

// longestSource is how long a source can be; see [event.CheckSource].
const longestSource = 256

// Manual says whether a source is somebody who has entered something.
func Manual(source string) bool { return strings.HasPrefix(source, prefix) }
