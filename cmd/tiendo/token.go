package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/go-json-experiment/json"
)

type tokenCmd struct {
	Create tokenCreateCmd `cmd:"" help:"Make a token and print its secret, this once, on standard output; the rest goes to standard error."`
	List   tokenListCmd   `cmd:"" help:"List all tokens but the administrator's, without their secrets."`
	Revoke tokenRevokeCmd `cmd:"" help:"End a token for good."`
}

type tokenCreateCmd struct {
	Name     string   `required:"" placeholder:"NAME" help:"What the token is called: 1 to 64 letters, digits and ._-."`
	Scope    []string `required:"" placeholder:"SCOPE" help:"What it is good for: ingest, view, read, assess, publish, admin; several with commas, or the flag again."`
	Agency   string   `placeholder:"CODE" help:"The agency that it is bound to; without it, none."`
	Families []string `placeholder:"FAMILY" help:"The families of which it may tell events, such as dossier,task; without it, all."`
	Expires  string   `placeholder:"WHEN" help:"When it expires: 90d, or an instant such as 2027-03-31T17:00:00+07:00; without it, never."`
	Rate     *int     `placeholder:"N" help:"How many events a second it may send; without it, what the server's ingest.rate says."`
	Client   client   `embed:""`
}

type tokenListCmd struct {
	Client client `embed:""`
}

type tokenRevokeCmd struct {
	Name   string `arg:"" help:"What the token is called."`
	Client client `embed:""`
}

// wantedToken asks for a token; toldToken is what the server says of one.
type wantedToken struct {
	Name     string   `json:"name"`
	Scopes   []string `json:"scopes"`
	Agency   string   `json:"agency,omitzero"`
	Families []string `json:"families,omitzero"`
	Rate     *int     `json:"rate,omitzero"`
	Expires  string   `json:"expires,omitzero"`
}

type toldToken struct {
	Name     string     `json:"name"`
	State    string     `json:"state"`
	Scopes   []string   `json:"scopes"`
	Agency   *string    `json:"agency"`
	Families []string   `json:"families"`
	Rate     *int       `json:"rate"`
	Created  time.Time  `json:"created"`
	Expires  *time.Time `json:"expires"`
	Revoked  *time.Time `json:"revoked"`
	Secret   string     `json:"secret"`
}

func (c *tokenCreateCmd) Run(ctx context.Context, std *streams) error {
	body, err := json.Marshal(wantedToken{c.Name, c.Scope, c.Agency, c.Families, c.Rate, c.Expires})
	if err != nil {
		return misuse(err)
	}
	answer, err := c.Client.ask(ctx, http.MethodPost, "/v1/tokens", nil, body)
	if err != nil {
		return err
	}
	made, err := readAnswer[toldToken](&c.Client, answer)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(std.out, made.Secret); err != nil {
		return fmt.Errorf("the token was made, but it could not be written (%w): run `tiendo token revoke %s` and make it again", err, made.Name)
	}
	fmt.Fprintf(std.err, "token %s: %s. It is shown this once; the server keeps only its hash.\n", made.Name, made.says())
	return nil
}

// says is what a token may do, for people.
func (t *toldToken) says() string {
	words := []string{strings.Join(t.Scopes, ", ")}
	if t.Agency != nil {
		words = append(words, "bound to "+*t.Agency)
	}
	if len(t.Families) > 0 {
		words = append(words, "families "+strings.Join(t.Families, ", "))
	}
	if t.Rate != nil {
		words = append(words, fmt.Sprintf("%d events a second", *t.Rate))
	}
	if t.Expires != nil {
		words = append(words, "until "+t.Expires.Format(time.RFC3339))
	}
	return strings.Join(words, "; ")
}

func (c *tokenListCmd) Run(ctx context.Context, std *streams) error {
	answer, err := c.Client.get(ctx, "/v1/tokens", nil)
	if err != nil {
		return err
	}
	all, err := readAnswer[struct {
		Tokens []toldToken `json:"tokens"`
	}](&c.Client, answer)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(std.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "name\tstate\tscopes\tagency\tfamilies\trate\tcreated\texpires\trevoked")
	for _, t := range all.Tokens {
		agency, families, rate := nothing, nothing, nothing
		if t.Agency != nil {
			agency = *t.Agency
		}
		if len(t.Families) > 0 {
			families = strings.Join(t.Families, ",")
		}
		if t.Rate != nil {
			rate = strconv.Itoa(*t.Rate)
		}
		fmt.Fprintln(table, strings.Join([]string{
			t.Name, t.State, strings.Join(t.Scopes, ","), agency, families, rate, instant(&t.Created), instant(t.Expires), instant(t.Revoked),
		}, "\t"))
	}
	return table.Flush()
}

// instant writes an instant to the second.
func instant(t *time.Time) string {
	if t == nil {
		return nothing
	}
	return t.Format(time.RFC3339)
}

func (c *tokenRevokeCmd) Run(ctx context.Context, std *streams) error {
	if _, err := c.Client.ask(ctx, http.MethodDelete, "/v1/tokens/"+url.PathEscape(c.Name), nil, nil); err != nil {
		return err
	}
	fmt.Fprintf(std.out, "token %s: revoked\n", c.Name)
	return nil
}
