package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-json-experiment/json"
)

// client is the flags of whatever speaks to a running server, and speaks to it.
type client struct {
	Server    string `env:"TIENDO_SERVER" default:"http://127.0.0.1:8080" placeholder:"URL" help:"The server to ask (${default})."`
	TokenFile string `env:"TIENDO_TOKEN_FILE" placeholder:"FILE" help:"The file that holds the token; without it, admin.token in the data folder."`
	Data      string `env:"TIENDO_DATA" default:"./data" placeholder:"DIR" help:"The server's data folder, if it is on this machine (${default})."`
}

// token reads the token. A token file that was named must be there; the data folder's may be missing, for a server that
// is open to this machine needs none for reading.
func (c *client) token() (string, error) {
	path, named := c.TokenFile, c.TokenFile != ""
	if !named {
		path = filepath.Join(c.Data, "admin.token")
	}
	raw, err := os.ReadFile(path)
	switch {
	case err == nil:
		return strings.TrimSpace(string(raw)), nil
	case !named && errors.Is(err, os.ErrNotExist):
		return "", nil
	default:
		return "", misuse(fmt.Errorf("read the token: %w; name a file that you can read with --token-file", err))
	}
}

// endpoint is the address of a path of the server.
func (c *client) endpoint(path string) (*url.URL, error) {
	base, err := url.Parse(c.Server)
	if err != nil || base.Host == "" || (base.Scheme != "http" && base.Scheme != "https") {
		return nil, misuse(fmt.Errorf("--server: %q is no address of a server; write one like http://127.0.0.1:8080", c.Server))
	}
	return base.JoinPath(path), nil
}

// get asks the server and returns the body of an answer of success. The error of another answer says what the server said.
func (c *client) get(ctx context.Context, path string, query url.Values) ([]byte, error) {
	return c.ask(ctx, http.MethodGet, path, query, nil)
}

// ask is get with another method, and with a body of JSON unless it is nil.
func (c *client) ask(ctx context.Context, method, path string, query url.Values, content []byte) ([]byte, error) {
	answer, err := c.open(ctx, method, path, query, content)
	if err != nil {
		return nil, err
	}
	defer answer.Close()
	body, err := io.ReadAll(answer)
	if err != nil {
		return nil, c.unreachable(err)
	}
	return body, nil
}

// lineError is the member of a line of an answer that says why the work ended early.
type lineError struct {
	Error string `json:"error"`
}

func (e lineError) err() error {
	if e.Error == "" {
		return nil
	}
	return fmt.Errorf("the server says: %s", e.Error)
}

// readLines posts to the server and hands every line of its answer to each, as it comes, up to one with an error.
func readLines[T interface{ err() error }](ctx context.Context, c *client, path string, query url.Values, each func(*T)) error {
	answer, err := c.open(ctx, http.MethodPost, path, query, nil)
	if err != nil {
		return err
	}
	defer answer.Close()
	scanner := bufio.NewScanner(answer)
	for scanner.Scan() {
		var line T
		if err := json.Unmarshal(scanner.Bytes(), &line); err != nil {
			return fmt.Errorf("a line of the server's answer is none: %w; is it a Tiendo server of this version?", err)
		}
		if err := line.err(); err != nil {
			return err
		}
		each(&line)
	}
	if err := scanner.Err(); err != nil {
		return c.unreachable(err)
	}
	return nil
}

// open asks the server, with a body of JSON unless it is nil, and returns the body of an answer of success, which the caller
// closes. The error of another answer says what the server said.
func (c *client) open(ctx context.Context, method, path string, query url.Values, content []byte) (io.ReadCloser, error) {
	media := ""
	if content != nil {
		media = "application/json"
	}
	request, err := c.request(ctx, method, path, media, content)
	if err != nil {
		return nil, err
	}
	request.URL.RawQuery = query.Encode()
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, c.unreachable(err)
	}
	if answer.StatusCode/100 == 2 {
		return answer.Body, nil
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, c.unreachable(err)
	}
	return nil, refusal(answer, body)
}

// request is one with the token, if there is any, and with content of a media type; "" for none.
func (c *client) request(ctx context.Context, method, path, media string, content []byte) (*http.Request, error) {
	address, err := c.endpoint(path)
	if err != nil {
		return nil, err
	}
	token, err := c.token()
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, method, address.String(), bytes.NewReader(content))
	if err != nil {
		return nil, misuse(err)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	if media != "" {
		request.Header.Set("Content-Type", media)
	}
	return request, nil
}

func (c *client) unreachable(err error) error {
	if inner, ok := errors.AsType[*url.Error](err); ok {
		err = inner.Err
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return unreachable(fmt.Errorf("the certificate of the server at %s is not trusted (%w); name who signed it with SSL_CERT_FILE=ca.pem in the environment, or the server as its certificate does with --server", c.Server, err))
	}
	return unreachable(fmt.Errorf("the server at %s can't be reached (%w); start it with `tiendo serve`, or name another with --server", c.Server, err))
}

// conflict is an error of what was asked rightly, and can't be done as things are.
type conflict struct{ error }

// missing is an error of what is not there; title is how the server calls it.
type missing struct {
	error
	title string
}

// refusal turns an answer that is no success into an error with the server's own words.
func refusal(answer *http.Response, body []byte) error {
	var problem struct {
		Title  string `json:"title"`
		Detail string `json:"detail"`
	}
	said := answer.Status
	if json.Unmarshal(body, &problem) == nil {
		switch {
		case problem.Detail != "":
			said = problem.Detail
		case problem.Title != "":
			said = problem.Title
		}
	}
	err := fmt.Errorf("the server says: %s", said)
	switch {
	case answer.StatusCode == http.StatusUnauthorized || answer.StatusCode == http.StatusForbidden:
		return misuse(fmt.Errorf("%w; name the file with a token that may do this with --token-file", err))
	case answer.StatusCode == http.StatusConflict:
		return misuse(&conflict{err})
	case answer.StatusCode == http.StatusNotFound:
		return misuse(&missing{err, problem.Title})
	case answer.StatusCode >= http.StatusInternalServerError:
		return unreachable(fmt.Errorf("%w; try again, and look at the server's log if it stays so", err))
	default:
		return misuse(err)
	}
}

// readAnswer reads an answer of success.
func readAnswer[T any](c *client, answer []byte) (what T, _ error) {
	if err := json.Unmarshal(answer, &what); err != nil {
		return what, unreachable(fmt.Errorf("the answer of %s can't be read (%w); is it a Tiendo server of this version?", c.Server, err))
	}
	return what, nil
}
