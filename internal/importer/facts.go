package importer

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"tiendo/internal/event"
)

// Question asks a server what counts of each fact of a source, by what was recorded before an instant; zero means all.
type Question struct {
	Family event.Family
	Source string
	Before time.Time
}

// Fact is a fact of a source by its last record.
type Fact struct {
	Type     event.Type `json:"type"`
	Subject  string     `json:"subject"`
	Time     time.Time  `json:"time"`
	Recorded time.Time  `json:"recorded"`
	// Retracted says that the record takes the fact back.
	Retracted bool           `json:"retracted"`
	Data      jsontext.Value `json:"data"`
}

// ReadFacts reads the answer of GET /v1/facts and calls each with one fact after the other; a fact is good until each
// returns. An answer that was cut off is an error.
func ReadFacts(answer io.Reader, each func(*Fact) error) error {
	lines := bufio.NewScanner(answer)
	lines.Buffer(nil, longestRecord)
	for lines.Scan() {
		var line struct {
			Fact
			Done  *int   `json:"done"`
			Error string `json:"error"`
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			return fmt.Errorf("read the facts of the server: %w", err)
		}
		switch {
		case line.Done != nil:
			return nil
		case line.Error != "":
			return fmt.Errorf("read the facts of the server: %s", line.Error)
		}
		if err := each(&line.Fact); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read the facts of the server: %w", err)
	}
	return errors.New("read the facts of the server: the answer was cut off")
}
