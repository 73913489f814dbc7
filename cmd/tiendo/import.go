package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"tiendo/internal/api"
	"tiendo/internal/calendar"
	"tiendo/internal/importer"
	"tiendo/internal/register"

	"github.com/go-json-experiment/json"
)

// patience is how long an import waits for a server that takes nothing.
const patience = 5 * time.Minute

type importCmd struct {
	Mapping string   `placeholder:"M.yaml" help:"What the columns mean; docs/import.md has the reference, examples/mappings has examples. With --suggest: where to write it."`
	Suggest string   `placeholder:"FILE" help:"Write a first mapping for a file, with its guesses explained, to standard output or to --mapping; send nothing."`
	DryRun  bool     `help:"Say what would be sent and what would be rejected, and send nothing."`
	Files   []string `arg:"" optional:"" name:"file" help:"CSV, XLSX or NDJSON, plain, .gz or .zst; - reads standard input."`
	Client  client   `embed:""`
}

// Run imports one file after the other. A file that cannot be read ends it; a row that cannot is written down.
func (c *importCmd) Run(ctx context.Context, std *streams) error {
	switch {
	case c.Suggest != "":
		return c.suggest(std)
	case c.Mapping == "":
		return misuse(errors.New("name the mapping with --mapping M.yaml; --suggest FILE writes a first one"))
	case len(c.Files) == 0:
		return misuse(errors.New("name the files to import; - is standard input"))
	}
	source, err := os.ReadFile(c.Mapping)
	if err != nil {
		return misuse(fmt.Errorf("read the mapping: %w", err))
	}
	var guessed error
	mapping, err := importer.ParseMapping(c.Mapping, source, sync.OnceValues(func() (known calendar.Set, err error) {
		if known, err = c.calendars(ctx); err != nil && c.DryRun {
			guessed = err
			return importer.Builtin()
		}
		return known, err
	}))
	switch _, asked := errors.AsType[*exitError](err); {
	case asked:
		return err
	case err != nil && guessed != nil:
		return misuse(fmt.Errorf("%w (%w)", err, guessed))
	case err != nil:
		return misuse(err)
	}
	for i, path := range c.Files {
		if slices.Contains(c.Files[:i], path) {
			return misuse(fmt.Errorf("%s is named twice", path))
		}
		if path == "-" {
			continue
		}
		if _, err := os.Stat(path); err != nil {
			return misuse(err)
		}
	}
	screen := newScreen(std.err, c.Files)
	defer screen.close()
	if guessed != nil {
		screen.printf("%v; this dry run counts working days by the calendars that are built in", guessed)
	}
	send := importer.Check(time.Now())
	if !c.DryRun {
		post, err := c.poster()
		if err != nil {
			return err
		}
		sender := &importer.Sender{Post: post, Patience: patience, Waiting: func(reason string, pause time.Duration) {
			screen.printf("waiting for %v: %s", pause.Round(time.Second), reason)
		}}
		send = sender.Send
	}
	zone := c.zone(ctx)
	rejected, kept, unseen, last := 0, 0, 0, time.Time{}
	for i, path := range c.Files {
		// What a later file says of the same facts is recorded later.
		now := time.Now()
		if earliest := last.Add(time.Millisecond); now.Before(earliest) {
			now = earliest
		}
		last = now
		result, err := c.file(ctx, std, screen, path, now, &importer.Import{Mapping: mapping, Send: send, Facts: c.facts, Zone: zone, DryRun: c.DryRun})
		if rest := c.Files[i+1:]; err != nil && len(rest) > 0 {
			return fmt.Errorf("%w; not read after it: %s", err, strings.Join(rest, ", "))
		}
		if err != nil {
			return err
		}
		rejected += result.RejectedRows
		unseen += len(result.Unseen)
		if result.Kept != "" {
			kept++
		}
	}
	if rejected > 0 {
		return fmt.Errorf("%s could not be taken; the rejected file says which and why; correct the mapping or the rows and import again", plural(rejected, "row"))
	}
	if unseen > 0 {
		return errors.New("a column that the mapping names is in no record of a file, as said above; all that the file has was read; correct its name in the mapping and import again, or take it out where the source never tells it")
	}
	if kept > 0 {
		return fmt.Errorf("what %s not tell was not retracted; correct what is said above and import again", map[bool]string{true: "a file does", false: "some files do"}[kept == 1])
	}
	return nil
}

// suggest writes a first mapping for a file. One that is there is never overwritten.
func (c *importCmd) suggest(std *streams) error {
	if len(c.Files) > 0 || c.DryRun {
		return misuse(errors.New("--suggest writes a mapping and imports nothing; leave the other files and --dry-run out"))
	}
	in, err := importer.Open(c.Suggest, std.in)
	if err != nil {
		return misuse(err)
	}
	defer in.Close()
	mapping, err := importer.Suggest(in)
	if err != nil {
		return misuse(err)
	}
	if c.Mapping == "" {
		_, err := std.out.Write(mapping)
		return err
	}
	file, err := os.OpenFile(c.Mapping, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return misuse(fmt.Errorf("write the mapping: %w; name a file that is not there yet", err))
	}
	if _, err := file.Write(mapping); err != nil {
		return errors.Join(fmt.Errorf("write the mapping: %w", err), file.Close())
	}
	fmt.Fprintf(std.out, "%s was written; look at each ? in it, then try it: tiendo import --mapping %s --dry-run %s\n", c.Mapping, c.Mapping, c.Suggest)
	return file.Close()
}

// zone is where the server counts days; nil if it does not say. An import that can do without it does not end for it.
func (c *importCmd) zone(ctx context.Context) *time.Location {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	answer, err := c.Client.get(ctx, "/readyz", nil)
	if err != nil {
		return nil
	}
	var told struct {
		Timezone string `json:"timezone"`
	}
	if err := json.Unmarshal(answer, &told); err != nil || told.Timezone == "" {
		return nil
	}
	zone, err := time.LoadLocation(told.Timezone)
	if err != nil {
		return nil
	}
	return zone
}

// calendars asks the server for those by which the city counts working days. Nothing is sent of which a deadline would be a guess.
func (c *importCmd) calendars(ctx context.Context) (known calendar.Set, _ error) {
	loaded := register.Empty(time.UTC, nil) // of which days are counted, and no hours: they are the same in every zone
	content, err := c.Client.get(ctx, "/v1/registers/"+string(register.Calendars), nil)
	if none, is := errors.AsType[*missing](err); is && none.title == api.TitleNoRegister {
		return loaded.At(time.Time{}).Calendars(), nil
	}
	if err == nil {
		loaded, err = loaded.With(register.Calendars, content, time.Now())
	}
	if err != nil {
		return known, fmt.Errorf("ask for the calendars of the city, by which the mapping counts working days: %w", err)
	}
	return loaded.At(time.Time{}).Calendars(), nil
}

// facts asks the server for facts of a source.
func (c *importCmd) facts(ctx context.Context, q importer.Question, each func(*importer.Fact) error) error {
	query := url.Values{"family": {string(q.Family)}, "source": {q.Source}}
	if !q.Before.IsZero() {
		query.Set("before", q.Before.Format(time.RFC3339Nano))
	}
	answer, err := c.Client.open(ctx, http.MethodGet, "/v1/facts", query, nil)
	if err != nil {
		return err
	}
	defer answer.Close()
	return importer.ReadFacts(answer, each)
}

// poster is how events reach the server.
func (c *importCmd) poster() (func(context.Context, []byte) (importer.Reply, error), error) {
	address, err := c.Client.endpoint("/v1/events")
	if err != nil {
		return nil, err
	}
	token, err := c.Client.token()
	if err != nil {
		return nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.ResponseHeaderTimeout = 2 * time.Minute
	transport.MaxIdleConnsPerHost = 8
	sender := &http.Client{Transport: transport}
	return func(ctx context.Context, body []byte) (importer.Reply, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, address.String(), bytes.NewReader(body))
		if err != nil {
			return importer.Reply{}, err
		}
		request.Header.Set("Content-Type", importer.ContentType)
		request.Header.Set("Content-Encoding", importer.Encoding)
		if token != "" {
			request.Header.Set("Authorization", "Bearer "+token)
		}
		response, err := sender.Do(request)
		if err != nil {
			return importer.Reply{}, err
		}
		defer response.Body.Close()
		reply := importer.Reply{Status: response.StatusCode, RetryAfter: response.Header.Get("Retry-After")}
		reply.Text, err = io.ReadAll(io.LimitReader(response.Body, 64<<20))
		return reply, err
	}, nil
}

// file imports one file and says what became of it.
func (c *importCmd) file(ctx context.Context, std *streams, screen *screen, path string, now time.Time, work *importer.Import) (result importer.Result, _ error) {
	in, err := importer.Open(path, std.in)
	if err != nil {
		return result, misuse(err)
	}
	defer in.Close()
	out, err := newRejectFile(path)
	if err != nil {
		return result, err
	}
	shown := 0
	work.Rejected = func(r importer.Reject) error {
		if shown++; shown <= 5 {
			screen.printf("%s line %d: %s", in.Name, r.Line, strings.TrimPrefix(r.Field+": "+r.Reason, ": "))
		}
		return out.write(r)
	}
	screen.begin(in, &work.Progress)
	result, err = work.Run(ctx, in, now)
	screen.end()
	if err := errors.Join(c.explain(in.Name, &result, err), out.close()); err != nil {
		return result, err
	}
	summary{in.Name, out.path, work, &result, time.Since(now)}.write(std.out)
	return result, nil
}

// explain says what an import that ended early did, and what to do.
func (c *importCmd) explain(name string, result *importer.Result, err error) error {
	if err == nil {
		return nil
	}
	where := ""
	switch {
	case result.Line > 0 && c.DryRun:
		where = fmt.Sprintf("; %s was read up to line %d", name, result.Line)
	case result.Line > 0:
		where = fmt.Sprintf("; %s was read up to line %d, and what was sent is kept: run the same command again, it changes nothing that is there already", name, result.Line)
	}
	var (
		unread  *importer.UnreadableError
		away    *importer.UnreachableError
		refused *importer.RefusedError
	)
	switch {
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("stopped%s", where)
	case errors.As(err, &away):
		return unreachable(fmt.Errorf("%w%s", c.Client.unreachable(away.Err), where))
	case errors.As(err, &refused) && (refused.Status == http.StatusUnauthorized || refused.Status == http.StatusForbidden):
		return misuse(fmt.Errorf("%w; name the file with a token that may send events with --token-file", refused))
	case errors.As(err, &unread):
		return misuse(err)
	default:
		return fmt.Errorf("%w%s", err, where)
	}
}

// plural counts things.
func plural(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return group(float64(n)) + " " + thing
}

// rejectPath is where the rejects of a file go.
func rejectPath(path string) string {
	if path == "-" {
		path = "stdin"
	}
	return filepath.Clean(path) + ".rejected.csv"
}
