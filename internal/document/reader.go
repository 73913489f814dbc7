package document

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

// Reader reads one document of a file and collects what is wrong in it. The zero value is ready.
type Reader struct {
	// Offset is how many lines of the file stand before the document.
	Offset int
	// Faults are what was found, in the order of finding.
	Faults []Fault
}

// Place is where something stands in a document; both count from 1.
type Place struct{ Line, Column int }

// Start is where a document begins.
var Start = Place{1, 1}

func placeOfToken(t *token.Token) Place {
	if t == nil || t.Position == nil {
		return Start
	}
	return Place{t.Position.Line, t.Position.Column}
}

// PlaceOf is where a node stands.
func PlaceOf(n ast.Node) Place {
	if n == nil {
		return Start
	}
	if pairs, ok := n.(ast.MapNode); ok { // its own token is a colon
		if each := pairs.MapRange(); each.Next() {
			return placeOfToken(each.Key().GetToken())
		}
	}
	return placeOfToken(n.GetToken())
}

// Fault notes what is wrong at a place, and what would do. Of too many the rest are left out.
func (r *Reader) Fault(at Place, field, format string, args ...any) {
	if len(r.Faults) < maxFaults {
		r.Faults = append(r.Faults, Fault{Line: at.Line + r.Offset, Column: at.Column, Field: field, Message: fmt.Sprintf(format, args...)})
	}
}

// Refusal is what was collected, as an error; nil if nothing was.
func (r *Reader) Refusal() error {
	if len(r.Faults) == 0 {
		return nil
	}
	slices.SortStableFunc(r.Faults, func(a, b Fault) int { return cmp.Or(a.Line-b.Line, a.Column-b.Column) })
	return &Refusal{Faults: r.Faults}
}

// Parse reads one document of YAML; nil if it is none, or empty.
func (r *Reader) Parse(content []byte) ast.Node {
	content = bytes.TrimPrefix(content, []byte("\ufeff")) // with which editors of Windows begin a file in UTF-8
	if !r.bounded(content) {
		return nil
	}
	tree, err := parser.ParseBytes(content, 0)
	if err != nil {
		at, message := Start, err.Error()
		if placed, ok := errors.AsType[yaml.Error](err); ok {
			at, message = placeOfToken(placed.GetToken()), placed.GetMessage()
		}
		hint := ""
		if strings.Contains(message, "character '\t'") {
			hint = "; indent with spaces, not with a tab"
		}
		r.Fault(at, "", "this is no YAML: %s%s", strings.TrimPrefix(message, "yaml: "), hint)
		return nil
	}
	var body ast.Node
	for _, doc := range tree.Docs {
		switch {
		case doc.Body == nil:
		case body != nil:
			r.Fault(PlaceOf(doc.Body), "", "a second document begins here; write one")
			return nil
		default:
			body = doc.Body
		}
	}
	if _, comment := body.(*ast.CommentGroupNode); body == nil || comment {
		r.Fault(Start, "", "there is nothing in it")
		return nil
	}
	return body
}

// bounded says whether the content is text that the parser can be trusted with.
func (r *Reader) bounded(content []byte) bool {
	if len(content) > MaxContent {
		r.Fault(Start, "", "the file has %d bytes; at most %d would do", len(content), MaxContent)
		return false
	}
	depth, line := 0, 1
	for text := range bytes.Lines(content) {
		switch {
		case !utf8.Valid(text):
			r.Fault(Place{line, 1}, "", "this line is not UTF-8; save the file as UTF-8")
			return false
		case bytes.IndexByte(text, 0) >= 0:
			r.Fault(Place{line, 1}, "", "this line holds a zero byte; is it a text file?")
			return false
		case len(text) > maxLine:
			r.Fault(Place{line, 1}, "", "this line has more than %d bytes; break it", maxLine)
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
			r.Fault(Place{line, 1}, "", "%d brackets are open here; close them", depth)
			return false
		}
		line++
	}
	return true
}

// Scalar returns a single text as it is written, so that 1.0010 stays "1.0010"; "" for null. ok is false if n is no
// single text.
func Scalar(n ast.Node) (text string, ok bool) {
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

// Object is an entry, or what stands within one.
type Object struct {
	r *Reader
	// field is put before the names of its members in faults.
	field string
	// At is where it begins in the document.
	At Place
	// Members are those that are there, by name.
	Members map[string]ast.Node
}

// Object reads a map whose members are all known. ok is false if n is none.
func (r *Reader) Object(n ast.Node, field string, known ...string) (o Object, ok bool) {
	o = Object{r: r, field: field, At: PlaceOf(n), Members: map[string]ast.Node{}}
	pairs, ok := n.(ast.MapNode)
	if !ok {
		r.Fault(o.At, field, "members are expected here, such as %s: …", known[0])
		return o, false
	}
	for each := pairs.MapRange(); each.Next(); {
		name, plain := Scalar(each.Key())
		at := placeOfToken(each.Key().GetToken())
		switch {
		case !plain || !slices.Contains(known, name):
			r.Fault(at, o.Name(name), "there is no such member; %s would do", strings.Join(known, ", "))
		case o.Members[name] != nil:
			r.Fault(at, o.Name(name), "this member is there already; leave one of them out")
		default:
			o.Members[name] = each.Value()
		}
	}
	return o, true
}

// Line is the line of the file in which o begins.
func (o *Object) Line() int { return o.At.Line + o.r.Offset }

// Name is how faults name a member.
func (o *Object) Name(member string) string {
	if o.field == "" {
		return member
	}
	return o.field + "." + member
}

// Fault is a fault of a member, at its Place or, if it is missing, at the object's.
func (o *Object) Fault(member, format string, args ...any) {
	at := o.At
	if n := o.Members[member]; n != nil {
		at = PlaceOf(n)
	}
	o.r.Fault(at, o.Name(member), format, args...)
}

// List returns the elements of a list; none if the member is missing or null.
func (o *Object) List(member string) []ast.Node {
	switch n := o.Members[member].(type) {
	case nil, *ast.NullNode:
		return nil
	case *ast.SequenceNode:
		return n.Values
	default:
		o.Fault(member, "a list is expected here; begin each line with a dash")
		return nil
	}
}

// Text returns a member's text; "" if it is missing or null.
func (o *Object) Text(member string) string {
	n := o.Members[member]
	if n == nil {
		return ""
	}
	text, ok := Scalar(n)
	if !ok {
		o.Fault(member, "a single text is expected here, without anchor, alias or tag")
	}
	return text
}
