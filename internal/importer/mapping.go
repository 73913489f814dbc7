package importer

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// file is a mapping as it is written; docs/import.md says what each member means.
type file struct {
	Family    string        `yaml:"family"`
	Source    string        `yaml:"source"`
	Namespace string        `yaml:"namespace"`
	Timezone  string        `yaml:"timezone"`
	Calendar  string        `yaml:"calendar"`
	Format    string        `yaml:"format"`
	Delimiter string        `yaml:"delimiter"`
	Charset   string        `yaml:"charset"`
	Sheet     string        `yaml:"sheet"`
	Header    *int          `yaml:"header"`
	Layout    texts         `yaml:"layout"`
	Empty     texts         `yaml:"empty"`
	Subject   named         `yaml:"subject"`
	ID        named         `yaml:"id"`
	Recorded  *recordedSpec `yaml:"recorded"`
	Snapshot  bool          `yaml:"snapshot"`
	Time      *cellSpec     `yaml:"time"`
	Step      *stepSpec     `yaml:"step"`
	Events    []eventSpec   `yaml:"events"`
}

type eventSpec struct {
	Type string              `yaml:"type"`
	When whenSpecs           `yaml:"when"`
	Time *cellSpec           `yaml:"time"`
	ID   named               `yaml:"id"`
	Data map[string]cellSpec `yaml:"data"`
	// What must have been told of the case before.
	After   string `yaml:"after"`
	Unless  texts  `yaml:"unless"`
	Changed texts  `yaml:"changed"`
	Each    string `yaml:"each"`
}

type cellSpec struct {
	Column  string  `yaml:"column"`
	Value   *scalar `yaml:"value"`
	Map     lookup  `yaml:"map"`
	Default *scalar `yaml:"default"`
	Slug    bool    `yaml:"slug"`
	As      string  `yaml:"as"`
	Layout  texts   `yaml:"layout"`
	Add     string  `yaml:"add"`
	Split   string  `yaml:"split"`
	Empty   texts   `yaml:"empty"`
}

type recordedSpec struct {
	Column string  `yaml:"column"`
	Value  *scalar `yaml:"value"`
	File   string  `yaml:"file"`
	Layout texts   `yaml:"layout"`
}

type whenSpec struct {
	Column   string  `yaml:"column"`
	Equals   *scalar `yaml:"equals"`
	In       texts   `yaml:"in"`
	NotEmpty *bool   `yaml:"not_empty"`
}

// whenSpecs is one condition or a list of them.
type whenSpecs []whenSpec

func (w *whenSpecs) UnmarshalYAML(node ast.Node) error {
	if _, many := node.(*ast.SequenceNode); many {
		return yaml.NodeToValue(node, (*[]whenSpec)(w), yaml.Strict())
	}
	var one whenSpec
	if err := yaml.NodeToValue(node, &one, yaml.Strict()); err != nil {
		return err
	}
	*w = whenSpecs{one}
	return nil
}

type stepSpec struct {
	Column  string  `yaml:"column"`
	Map     lookup  `yaml:"map"`
	Default *scalar `yaml:"default"`
}

// scalar is a constant of a mapping with its text as written, so that 007 stays "007". Its zero value is null.
type scalar struct {
	text string
	kind ast.NodeType
	set  bool
}

func (s *scalar) UnmarshalYAML(node ast.Node) error {
	switch n := node.(type) {
	case *ast.NullNode:
		*s = scalar{}
	case *ast.LiteralNode:
		*s = scalar{text: clean(n.Value.Value), kind: ast.StringType, set: true}
	case *ast.StringNode:
		*s = scalar{text: clean(n.Value), kind: ast.StringType, set: true}
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		*s = scalar{text: node.GetToken().Value, kind: node.Type(), set: true}
	default:
		return &yaml.SyntaxError{Message: "a single text, number, true or false is expected here", Token: node.GetToken()}
	}
	return nil
}

// texts is one text or a list of texts.
type texts []string

func (t *texts) UnmarshalYAML(decode func(any) error) error {
	var many []scalar
	if err := decode(&many); err != nil {
		var one scalar
		if decode(&one) != nil {
			return err
		}
		many = []scalar{one}
	}
	*t = make(texts, len(many))
	for i, s := range many {
		(*t)[i] = s.text
	}
	return nil
}

// lookup maps texts, as written, to constants.
type lookup map[string]scalar

func (l *lookup) UnmarshalYAML(node ast.Node) error {
	pairs, ok := node.(ast.MapNode)
	if !ok {
		return &yaml.SyntaxError{Message: "a map of texts is expected here, such as {\"Walk in\": direct}", Token: node.GetToken()}
	}
	*l = lookup{}
	for each := pairs.MapRange(); each.Next(); {
		var value scalar
		if err := value.UnmarshalYAML(each.Value()); err != nil {
			return err
		}
		(*l)[clean(each.Key().GetToken().Value)] = value
	}
	return nil
}

// named is a column: its name alone, or a cell.
type named struct{ cellSpec }

func (n *named) UnmarshalYAML(decode func(any) error) error {
	var column scalar
	if decode(&column) == nil {
		n.Column = column.text
		return nil
	}
	return decode(&n.cellSpec)
}

// MappingError says what is wrong in a mapping, and where. Line and Column count from 1.
type MappingError struct {
	File         string
	Line, Column int
	Message      string
}

func (e *MappingError) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Message)
}

// place names a spot of a mapping: names of members and numbers of list entries, from the root.
type place []any

func (p place) at(more ...any) place { return append(slices.Clip(p), more...) }

// document is a mapping's source, kept to say where something stands.
type document struct {
	name string
	tree *ast.File
}

// parse reads a mapping strictly: an unknown, misspelt or doubled member is an error.
func parse(name string, source []byte) (*file, *document, error) {
	doc := &document{name: name}
	source = bytes.TrimPrefix(source, []byte("\ufeff")) // with which editors of Windows begin a file in UTF-8
	tree, err := parser.ParseBytes(source, 0)
	if err != nil {
		return nil, nil, doc.explain(err)
	}
	doc.tree = tree
	bodies := slices.DeleteFunc(slices.Clone(tree.Docs), func(d *ast.DocumentNode) bool { return d.Body == nil })
	if len(bodies) > 1 {
		begin := bodies[1].Start
		if begin == nil { // an end (...) of the first does without
			begin = bodies[1].Body.GetToken()
		}
		p := begin.Position
		return nil, nil, &MappingError{name, p.Line, p.Column, "a second document begins here, and only the first would be read; a mapping is one"}
	}
	var f file
	decoder := yaml.NewDecoder(bytes.NewReader(source), yaml.Strict())
	if err := decoder.Decode(&f); err != nil {
		return nil, nil, doc.explain(err)
	}
	return &f, doc, nil
}

// explain gives an error of the YAML reader this package's form.
func (d *document) explain(err error) error {
	var at yaml.Error
	if errors.As(err, &at) && at.GetToken() != nil {
		p := at.GetToken().Position
		return &MappingError{d.name, p.Line, p.Column, strings.TrimPrefix(at.GetMessage(), "yaml: ")}
	}
	return &MappingError{d.name, 1, 1, "the mapping is empty or no YAML: " + err.Error()}
}

// find returns what stands at a place; nil if nothing does, or if it stands there by an alias.
func (d *document) find(p place) ast.Node {
	path := (&yaml.PathBuilder{}).Root()
	for _, part := range p {
		switch part := part.(type) {
		case int:
			path = path.Index(uint(part))
		case string:
			path = path.Child(part)
		}
	}
	node, err := path.Build().FilterFile(d.tree)
	if err != nil {
		return nil
	}
	return node
}

// fault is an error at a place; where nothing stands there, at what would hold it.
func (d *document) fault(p place, format string, args ...any) error {
	e := &MappingError{d.name, 1, 1, fmt.Sprintf(format, args...)}
	for ; len(p) > 0; p = p[:len(p)-1] {
		node := d.find(p)
		if node == nil || node.GetToken() == nil {
			continue
		}
		token := node.GetToken()
		if pairs, ok := node.(ast.MapNode); ok {
			if each := pairs.MapRange(); each.Next() {
				token = each.Key().GetToken()
			}
		}
		e.Line, e.Column = token.Position.Line, token.Position.Column
		break
	}
	return e
}
