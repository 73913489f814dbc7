package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tiendo/internal/kpi"
	"tiendo/internal/register"

	"github.com/go-json-experiment/json"
)

type registerCmd struct {
	Check registerCheckCmd `cmd:"" help:"Say whether files hold together, without a server. Files that name each other are checked together."`
	Load  registerLoadCmd  `cmd:"" help:"Load files into a running server, each as a new version."`
}

// registerFiles are the files of a command.
type registerFiles struct {
	Files []string `arg:"" name:"file" help:"agencies.yaml, procedures.yaml, targets.yaml, calendars/*.yaml."`
	Kind  string   `enum:",agencies,procedures,calendars,targets" default:"" placeholder:"KIND" help:"What the files hold: agencies, procedures, calendars or targets; without it, what their names say."`
}

type registerCheckCmd struct {
	registerFiles `embed:""`
	Timezone      string `env:"TIENDO_TIMEZONE" default:"Asia/Ho_Chi_Minh" placeholder:"ZONE" help:"The city's time zone (${default})."`
}

type registerLoadCmd struct {
	registerFiles `embed:""`
	Client        client `embed:""`
}

// registerFile is a file that was read.
type registerFile struct {
	name    string
	kind    register.Kind
	content []byte
}

// read reads the files, in an order in which none names what a later one holds.
func (c *registerFiles) read() ([]registerFile, error) {
	var all []registerFile
	for _, name := range c.Files {
		kind := register.Kind(c.Kind)
		if kind == "" {
			kind = kindOf(name)
		}
		if kind == "" {
			return nil, misuse(fmt.Errorf("%s: its name does not say what it holds; say it with --kind agencies, procedures, calendars or targets", name))
		}
		content, err := os.ReadFile(name)
		if err != nil {
			return nil, misuse(fmt.Errorf("read a register: %w; name a file that you can read", err))
		}
		all = append(all, registerFile{name, kind, content})
	}
	order := register.Kinds()
	slices.SortStableFunc(all, func(a, b registerFile) int { return slices.Index(order, a.kind) - slices.Index(order, b.kind) })
	return all, nil
}

// kindOf is what a file's name, or its folder's, says that it holds; empty if they say nothing.
func kindOf(name string) register.Kind {
	base := strings.ToLower(filepath.Base(name))
	for _, k := range register.Kinds() {
		if strings.HasPrefix(base, string(k)) || strings.EqualFold(filepath.Base(filepath.Dir(name)), string(k)) {
			return k
		}
	}
	return ""
}

// registerFigures tells the registers what a figure is.
func registerFigures(id string) (register.Figure, bool) {
	d, ok := kpi.ByID(id)
	return register.Figure{Ratio: d.Unit == "ratio", Lower: d.Direction == kpi.Lower, Higher: d.Direction == kpi.Higher}, ok
}

func (c *registerCheckCmd) Run(std *streams) error {
	zone, err := time.LoadLocation(c.Timezone)
	if err != nil {
		return misuse(fmt.Errorf("--timezone: %w; write one like Asia/Ho_Chi_Minh", err))
	}
	files, err := c.read()
	if err != nil {
		return err
	}
	registers := register.Empty(zone, registerFigures)
	refused := 0
	for i, f := range files {
		next, err := registers.With(f.kind, f.content, time.UnixMilli(int64(i)))
		if err != nil {
			fmt.Fprintln(std.err, inFile(err, f.name))
			refused++
			continue
		}
		registers = next
		fmt.Fprintf(std.out, "%s holds together\n", f.name)
	}
	if refused > 0 {
		return fmt.Errorf("%d of %d files do not hold together; correct the lines named above, and give files that name each other to one check", refused, len(files))
	}
	return nil
}

// inFile names the file in what is wrong with it.
func inFile(err error, name string) error {
	if refused, ok := errors.AsType[*register.Refusal](err); ok {
		return refused.In(name)
	}
	return fmt.Errorf("%s: %w", name, err)
}

func (c *registerLoadCmd) Run(ctx context.Context, std *streams) error {
	files, err := c.read()
	if err != nil {
		return err
	}
	for i, f := range files {
		said, err := c.put(ctx, f)
		if err != nil {
			if i > 0 {
				fmt.Fprintf(std.err, "the files before %s are loaded; those from it on are not\n", f.name)
			}
			return err
		}
		fmt.Fprintf(std.out, "%s: version %d, recorded %s\n", f.name, said.Version, said.Recorded.Format(time.RFC3339))
	}
	return nil
}

// registerLoad is what the server says about a file that it took.
type registerLoad struct {
	Version  uint64    `json:"version"`
	Recorded time.Time `json:"recorded"`
}

func (c *registerLoadCmd) put(ctx context.Context, f registerFile) (said registerLoad, _ error) {
	request, err := c.Client.request(ctx, http.MethodPut, "/v1/registers/"+string(f.kind), "application/yaml", f.content)
	if err != nil {
		return said, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return said, c.Client.unreachable(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	switch {
	case err != nil:
		return said, c.Client.unreachable(err)
	case answer.StatusCode == http.StatusBadRequest:
		return said, refusedFile(answer, body, f.name)
	case answer.StatusCode != http.StatusOK:
		return said, refusal(answer, body)
	}
	return readAnswer[registerLoad](&c.Client, body)
}

// refusedFile is what the server found wrong in a file: it ran and found a fault.
func refusedFile(answer *http.Response, body []byte, name string) error {
	var told struct {
		Errors []struct {
			Line   int    `json:"line"`
			Column int    `json:"column"`
			Field  string `json:"field"`
			Reason string `json:"reason"`
		} `json:"errors"`
	}
	if err := json.Unmarshal(body, &told); err != nil || len(told.Errors) == 0 {
		return refusal(answer, body)
	}
	refused := &register.Refusal{}
	for _, e := range told.Errors {
		refused.Faults = append(refused.Faults, register.Fault{File: name, Line: e.Line, Column: e.Column, Field: e.Field, Message: e.Reason})
	}
	return refused
}
