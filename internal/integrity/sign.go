package integrity

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"slices"

	"tiendo/internal/event"
)

// Names are what something is called in both languages.
type Names struct {
	VI string `json:"vi"`
	EN string `json:"en"`
}

// Sign is one way in which figures can be managed, and how it shows.
type Sign struct {
	ID string `json:"id"`
	// Family is that of the cases.
	Family event.Family `json:"family"`
	Names  Names        `json:"names"`
	// Of says what is counted, Suspicious which of it is.
	Of         Names `json:"of"`
	Suspicious Names `json:"suspicious"`
	// Limit says how much of it an honest office is taken to show at most; Most is that as a share, where it is one number.
	Limit Names   `json:"limit"`
	Most  float64 `json:"-"`
	// Otherwise is what else could explain it.
	Otherwise Names `json:"otherwise"`
}

// The signs, by id.
const (
	LatePause    = "late_pause"
	BriefPause   = "brief_pause"
	LateRecorded = "late_recorded"
	LatePromise  = "late_promise"
	Unreturned   = "unreturned"
	DeadlineHeap = "deadline_heap"
	DeskOnline   = "desk_online"
	LateReported = "late_reported"
)

// What the signs are measured by.
const (
	// lastTenth is the part of a term before which nothing is late to be asked for.
	lastTenth = .9
	// atOnce is within how many minutes a supplement that came was perhaps never waited for.
	atOnce = 60
	// justAfter is up to how many working days after it passed a promise is moved "just after".
	justAfter = 3
	// fetched is how many days people get to fetch a result.
	fetched = 30
	// lastHour is how many minutes of work before its end the deadline's day is nearly over.
	lastHour = 60
	// gap and quick are within how many minutes of the one before a dossier comes in a burst, and of its submission is received.
	gap, quick = 3, 15
)

//go:embed signs.json
var signsFile []byte

// signs are those of signs.json, which says of each in both languages what it is; "most" there is 0 where the limit is no one number.
var signs = func() (all []Sign) {
	var read []struct {
		Sign
		Most float64 `json:"most"`
	}
	decoder := json.NewDecoder(bytes.NewReader(signsFile))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&read); err != nil {
		panic("BUG: signs.json: " + err.Error())
	}
	for _, s := range read {
		s.Sign.Most = s.Most
		all = append(all, s.Sign)
	}
	return all
}()

// Signs returns all signs, in the order of the documentation. The slice is the caller's.
func Signs() []Sign { return slices.Clone(signs) }
