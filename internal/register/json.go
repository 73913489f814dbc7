package register

import (
	"bytes"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/goccy/go-yaml/ast"

	"tiendo/internal/document"
)

// JSON returns a register with the members of its files: an array of entries, or of calendars. Codes and dates are
// strings. It is an empty array if none was loaded.
func (v View) JSON(kind Kind) (jsontext.Value, error) {
	var b bytes.Buffer
	e := jsontext.NewEncoder(&b)
	if err := v.encode(e, kind); err != nil {
		return nil, fmt.Errorf("write %s as JSON: %w", kind, err)
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

func (v View) encode(e *jsontext.Encoder, kind Kind) error {
	if err := e.WriteToken(jsontext.BeginArray); err != nil {
		return err
	}
	for _, p := range documents([]byte(v.Content(kind))) {
		r := &reader{}
		nodes := []ast.Node{r.Parse([]byte(p.text))}
		if kind != Calendars {
			root, _ := r.Object(nodes[0], "", string(kind))
			nodes = root.List(string(kind))
		}
		if err := r.Refusal(); err != nil {
			return err
		}
		for _, n := range nodes {
			if err := encodeNode(e, n, ""); err != nil {
				return err
			}
		}
	}
	return e.WriteToken(jsontext.EndArray)
}

// numeric are the members that hold numbers; all others hold text, however much 1.004227 looks like one.
var numeric = map[string]bool{"term": true, "fee": true, "target": true, "warn": true}

func encodeNode(e *jsontext.Encoder, n ast.Node, member string) error {
	switch n := n.(type) {
	case ast.MapNode:
		if err := e.WriteToken(jsontext.BeginObject); err != nil {
			return err
		}
		for each := n.MapRange(); each.Next(); {
			name, _ := document.Scalar(each.Key())
			if err := e.WriteToken(jsontext.String(name)); err != nil {
				return err
			}
			if err := encodeNode(e, each.Value(), name); err != nil {
				return err
			}
		}
		return e.WriteToken(jsontext.EndObject)
	case *ast.SequenceNode:
		if err := e.WriteToken(jsontext.BeginArray); err != nil {
			return err
		}
		for _, value := range n.Values {
			if err := encodeNode(e, value, member); err != nil {
				return err
			}
		}
		return e.WriteToken(jsontext.EndArray)
	}
	text, _ := document.Scalar(n)
	if text == "" {
		return e.WriteToken(jsontext.Null)
	}
	if numeric[member] {
		if value := jsontext.Value(text); value.IsValid() {
			return e.WriteValue(value)
		}
	}
	return e.WriteToken(jsontext.String(text))
}
