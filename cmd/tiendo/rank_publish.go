package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"

	"tiendo/internal/publication"
	"tiendo/internal/ranking"

	"github.com/go-json-experiment/json"
)

// publishFlags are what `tiendo rank` is told to publish.
type publishFlags struct {
	Publish  bool   `help:"Publish it: sealed, and never changed. A second person may have to --confirm it. With -o the publication is written as a file."`
	Although string `placeholder:"REASON" help:"With --publish: publish in spite of what stands against it; the reason is sealed too."`
	Corrects int64  `placeholder:"N" help:"With --publish: take the place of publication N, for a --reason."`
	Reason   string `placeholder:"REASON" help:"With --corrects: why."`
	Confirm  string `placeholder:"SHA256" help:"With --publish: confirm what another person has asked to publish."`
}

func (f *publishFlags) check() error {
	switch {
	case !f.Publish && *f != publishFlags{}:
		return misuse(errors.New("--although, --corrects, --reason and --confirm go with --publish"))
	case f.Reason != "" && f.Corrects == 0:
		return misuse(errors.New("--reason goes with --corrects N, the publication that is corrected"))
	}
	return nil
}

// publish has the server publish the ranking, and writes the publication.
func (c *rankCmd) publish(ctx context.Context, std *streams) error {
	if len(c.Try) > 0 {
		return misuse(errors.New("what is tried can't be published; write it into the method file, as another version"))
	}
	id, source, err := c.source()
	if err != nil {
		return err
	}
	body, err := json.Marshal(map[string]any{"although": c.Although, "corrects": c.Corrects, "reason": c.Reason, "confirm": c.Confirm, "method": source})
	if err != nil {
		panic("BUG: a request is no JSON: " + err.Error())
	}
	answer, err := c.Client.ask(ctx, http.MethodPost, "/v1/rankings/"+url.PathEscape(id)+"/"+url.PathEscape(c.Period), nil, body)
	if refused, ok := errors.AsType[*conflict](err); ok {
		return refused.error // it ran, and is not published
	}
	if err != nil {
		return err
	}
	done, err := readAnswer[struct {
		publication.Entry
		Waits *struct {
			SHA256 string `json:"sha256"`
		} `json:"waits"`
	}](&c.Client, answer)
	if err != nil {
		return err
	}
	if done.Waits != nil {
		fmt.Fprintf(std.out, "A second person must confirm it: tiendo rank --method %s --period %s --publish --confirm %s\n", c.Method, c.Period, done.Waits.SHA256)
		return nil
	}
	fmt.Fprintf(std.out, "%s %s, %s: published as number %d, %s.\nsha256 %s\n", done.Method, done.Version, done.Period.ID, done.Number, done.State, done.SHA256)
	if c.Output == "" {
		return nil
	}
	file, err := c.Client.get(ctx, fmt.Sprintf("/v1/publications/%d", done.Number), nil)
	if err != nil {
		return err
	}
	if err := os.WriteFile(c.Output, file, 0o644); err != nil {
		return misuse(fmt.Errorf("write the publication: %w; it is published all the same, and GET /v1/publications/%d has it", err, done.Number))
	}
	return nil
}

// source is the id of the method, and its file; "" for one that the server has.
func (c *rankCmd) source() (id, source string, _ error) {
	content, err := c.read()
	if err != nil || content == nil {
		return c.Method, "", err
	}
	m, err := ranking.Read(content)
	if err != nil {
		panic("BUG: a method file is read twice otherwise: " + err.Error())
	}
	return m.ID, string(content), nil
}
