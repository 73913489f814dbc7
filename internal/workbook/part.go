package workbook

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
)

// What a workbook may hold at most. Excel's own limits are far below: a full sheet with 20 columns has 0.8 GiB.
const (
	mostParts  = 10_000
	largest    = 4 << 30 // bytes of a part, unpacked
	mostRatio  = 500     // unpacked to packed, of parts of which this matters
	ratioFrom  = 64 << 20
	longest    = 1 << 20 // bytes of one piece of XML, and of the texts of one row
	mostRows   = 1 << 20
	mostColumn = 1 << 14
)

var errBomb = errors.New("it unpacks to more than a workbook can hold; if it is one, save what is needed of it as CSV")

// part is one file of the package, as XML tokens.
type part struct {
	*xml.Decoder
	source source
	name   string
	size   int64 // unpacked, as it says
	closer io.Closer
}

// source reads a part and bounds what one token may take.
type source struct {
	*bufio.Reader
	token int64 // bytes of the token at hand
	total int64
}

func (s *source) ReadByte() (byte, error) {
	if s.token++; s.token > longest {
		return 0, fmt.Errorf("a cell has more than %d bytes", longest)
	}
	s.total++
	return s.Reader.ReadByte()
}

// open begins to read a part. skip, if it is not nil, reads of it what is no XML for us.
func open(f *zip.File, skip func(*bufio.Reader) error) (*part, error) {
	switch {
	case f.Flags&1 != 0:
		return nil, errors.New("it is protected by a password; open it, save it without one, and import that")
	case f.UncompressedSize64 > largest, f.UncompressedSize64 > ratioFrom && f.UncompressedSize64/mostRatio > f.CompressedSize64:
		return nil, errBomb
	}
	stream, err := f.Open()
	if err != nil {
		return nil, damaged(f.Name, err)
	}
	p := &part{name: f.Name, size: int64(f.UncompressedSize64), closer: stream}
	p.source.Reader = bufio.NewReaderSize(stream, 1<<16)
	if skip != nil {
		if err := skip(p.source.Reader); err != nil {
			stream.Close()
			return nil, damaged(f.Name, err)
		}
	}
	p.Decoder = xml.NewDecoder(&p.source)
	return p, nil
}

// next returns the next token; io.EOF after the last, when the part was whole.
func (p *part) next() (xml.Token, error) {
	p.source.token = 0
	token, err := p.RawToken()
	if err != nil && !errors.Is(err, io.EOF) {
		err = damaged(p.name, err)
	}
	return token, err
}

func (p *part) close() { _ = p.closer.Close() } // it was only read

func damaged(part string, err error) error {
	return fmt.Errorf("the workbook is damaged: %s: %w; open it in a spreadsheet program, which may repair it, and save it again", part, err)
}

// attribute is the value of an attribute by its local name; empty if it is not there.
func attribute(e *xml.StartElement, name string) string {
	for i := range e.Attr {
		if e.Attr[i].Name.Local == name {
			return e.Attr[i].Value
		}
	}
	return ""
}

// truth reads a boolean of XML.
func truth(text string) bool { return text == "1" || text == "true" }

// each calls call with every start of an element of a file, and with the part, of which it may read what the element holds.
func each(f *zip.File, call func(*part, *xml.StartElement) error) error {
	p, err := open(f, nil)
	if err != nil {
		return err
	}
	defer p.close()
	for {
		token, err := p.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if start, ok := token.(xml.StartElement); ok {
			if err := call(p, &start); err != nil {
				return err
			}
		}
	}
}
