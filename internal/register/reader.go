package register

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// The limits of a file. Lines and brackets are bounded because the YAML parser recurses.
const (
	MaxContent  = 4 << 20
	maxLine     = 2000
	maxBrackets = 500
)

// reader reads one document of a file and collects what is wrong in it.
type reader struct {
	// offset is how many lines of the file stand before the document.
	offset int
	faults []Fault
}

// place is where something stands in a document; both count from 1.
type place struct{ line, column int }

// start is where a document begins.
var start = place{1, 1}

func placeOfToken(t *token.Token) place {
	if t == nil || t.Position == nil {
		return start
	}
	return place{t.Position.Line, t.Position.Column}
}

func placeOf(n ast.Node) place {
	if n == nil {
		return start
	}
	if pairs, ok := n.(ast.MapNode); ok { // its own token is a colon
		if each := pairs.MapRange(); each.Next() {
			return placeOfToken(each.Key().GetToken())
		}
	}
	return placeOfToken(n.GetToken())
}

func (r *reader) fault(at place, field, format string, args ...any) {
	if len(r.faults) < maxFaults {
		r.faults = append(r.faults, Fault{Line: at.line + r.offset, Column: at.column, Field: field, Message: fmt.Sprintf(format, args...)})
	}
}

// refusal is what was collected, as an error; nil if nothing was.
func (r *reader) refusal() error {
	if len(r.faults) == 0 {
		return nil
	}
	slices.SortStableFunc(r.faults, func(a, b Fault) int { return cmp.Or(a.Line-b.Line, a.Column-b.Column) })
	return &Refusal{Faults: r.faults}
}

// parse reads one document of YAML; nil if it is none, or empty.
func (r *reader) parse(content []byte) ast.Node {
	if !r.bounded(content) {
		return nil
	}
	tree, err := parser.ParseBytes(content, 0)
	if err != nil {
		at, message := start, err.Error()
		if placed, ok := errors.AsType[yaml.Error](err); ok {
			at, message = placeOfToken(placed.GetToken()), placed.GetMessage()
		}
		r.fault(at, "", "this is no YAML: %s", strings.TrimPrefix(message, "yaml: "))
		return nil
	}
	var body ast.Node
	for _, doc := range tree.Docs {
		switch {
		case doc.Body == nil:
		case body != nil:
			r.fault(placeOf(doc.Body), "", "a second document begins here; write one")
			return nil
		default:
			body = doc.Body
		}
	}
	if _, comment := body.(*ast.CommentGroupNode); body == nil || comment {
		r.fault(start, "", "there is nothing in it")
		return nil
	}
	return body
}

// bounded says whether the content is text that the parser can be trusted with.
func (r *reader) bounded(content []byte) bool {
	if len(content) > MaxContent {
		r.fault(start, "", "the file has %d bytes; at most %d would do", len(content), MaxContent)
		return false
	}
	depth, line := 0, 1
	for text := range bytes.Lines(content) {
		switch {
		case !utf8.Valid(text):
			r.fault(place{line, 1}, "", "this line is not UTF-8; save the file as UTF-8")
			return false
		case bytes.IndexByte(text, 0) >= 0:
			r.fault(place{line, 1}, "", "this line holds a zero byte; is it a text file?")
			return false
		case len(text) > maxLine:
			r.fault(place{line, 1}, "", "this line has more than %d bytes; break it", maxLine)
			return false
		}
		for _, b := range text {
			switch b {
			case '[', '{':
				depth++
			case ']', '}':
				depth = max(0, depth-1)
			}
		}
		if depth > maxBrackets {
			r.fault(place{line, 1}, "", "%d brackets are open here; close them", depth)
			return false
		}
		line++
	}
	return true
}

// scalar returns a single text as it is written, so that 1.0010 stays "1.0010"; "" for null. ok is false if n is no
// single text.
func scalar(n ast.Node) (text string, ok bool) {
	switch n := n.(type) {
	case *ast.NullNode:
		return "", true
	case *ast.StringNode:
		return strings.TrimSpace(n.Value), true
	case *ast.LiteralNode:
		return strings.TrimSpace(n.Value.Value), true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	default:
		return "", false
	}
}

// object is an entry, or what stands within one.
type object struct {
	r *reader
	// field is put before the names of its members in faults.
	field   string
	at      place
	members map[string]ast.Node
}

// object reads a map whose members are all known. ok is false if n is none.
func (r *reader) object(n ast.Node, field string, known ...string) (o object, ok bool) {
	o = object{r: r, field: field, at: placeOf(n), members: map[string]ast.Node{}}
	pairs, ok := n.(ast.MapNode)
	if !ok {
		r.fault(o.at, field, "members are expected here, such as %s: …", known[0])
		return o, false
	}
	for each := pairs.MapRange(); each.Next(); {
		name, plain := scalar(each.Key())
		at := placeOfToken(each.Key().GetToken())
		switch {
		case !plain || !slices.Contains(known, name):
			r.fault(at, o.name(name), "there is no such member; %s would do", strings.Join(known, ", "))
		case o.members[name] != nil:
			r.fault(at, o.name(name), "this member is there already; leave one of them out")
		default:
			o.members[name] = each.Value()
		}
	}
	return o, true
}

// name is how faults name a member.
func (o *object) name(member string) string {
	if o.field == "" {
		return member
	}
	return o.field + "." + member
}

// fault is a fault of a member, at its place or, if it is missing, at the object's.
func (o *object) fault(member, format string, args ...any) {
	at := o.at
	if n := o.members[member]; n != nil {
		at = placeOf(n)
	}
	o.r.fault(at, o.name(member), format, args...)
}

// list returns the elements of a list; none if the member is missing or null.
func (o *object) list(member string) []ast.Node {
	switch n := o.members[member].(type) {
	case nil, *ast.NullNode:
		return nil
	case *ast.SequenceNode:
		return n.Values
	default:
		o.fault(member, "a list is expected here; begin each line with a dash")
		return nil
	}
}

// text returns a member's text; "" if it is missing or null.
func (o *object) text(member string) string {
	n := o.members[member]
	if n == nil {
		return ""
	}
	text, ok := scalar(n)
	if !ok {
		o.fault(member, "a single text is expected here, without anchor, alias or tag")
	}
	return text
}
