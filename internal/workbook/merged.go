package workbook

import (
	"archive/zip"
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

const (
	// mostAreas bounds the memory of merged areas.
	mostAreas = 1 << 20
	spread    = "is merged with the cell beside it, so it is not known what it holds; unmerge the cells"
)

// area is a run of merged cells; all bounds are included.
type area struct{ top, bottom, left, right int }

// readMerged reads which cells of a sheet are merged, from top to bottom. They stand after the rows; that they can be found
// also says that the part is whole.
func readMerged(f *zip.File) ([]area, error) {
	p, err := open(f, skipRows)
	if err != nil {
		return nil, err
	}
	defer p.close()
	var areas []area
	for {
		token, err := p.next()
		if errors.Is(err, io.EOF) {
			slices.SortFunc(areas, func(a, b area) int { return cmp.Or(a.top-b.top, a.left-b.left) })
			return areas, nil
		}
		if err != nil {
			return nil, err
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "mergeCell" {
			continue
		}
		one, err := areaOf(attribute(&start, "ref"))
		if err != nil || len(areas) == mostAreas {
			return nil, damaged(f.Name, cmp.Or(err, fmt.Errorf("it has more than %d merged areas", mostAreas)))
		}
		areas = append(areas, one)
	}
}

func areaOf(ref string) (a area, err error) {
	from, to, _ := strings.Cut(ref, ":")
	if to == "" {
		to = from
	}
	if a.left, a.top, err = place(from); err == nil {
		a.right, a.bottom, err = place(to)
	}
	if err == nil && (a.right < a.left || a.bottom < a.top) {
		err = fmt.Errorf("%q is no area", ref)
	}
	return a, err
}

// merged are the merged areas of a sheet that is being read.
type merged struct {
	coming []area // below the row at hand
	active []begun
}

// begun is an area that the row at hand lies in, and what its first cell holds.
type begun struct {
	area
	first Cell // zero if it is empty
}

// fill puts into a row what the merged areas that it lies in say.
func (m *merged) fill(row *Row, keep []int) {
	m.active = slices.DeleteFunc(m.active, func(b begun) bool { return b.bottom < row.Number })
	for len(m.coming) > 0 && m.coming[0].top <= row.Number {
		one := begun{area: m.coming[0]}
		m.coming = m.coming[1:]
		if one.bottom < row.Number || len(m.active) > mostColumn {
			continue // in no row that holds anything; or areas that overlap, of which no program makes so many
		}
		if at, there := row.find(one.left); there && one.top == row.Number {
			one.first = row.Cells[at]
		}
		m.active = append(m.active, one)
	}
	for i := range m.active {
		m.active[i].put(row, keep)
	}
}

// put puts into a row what one area says of it.
func (b *begun) put(row *Row, keep []int) {
	if keep == nil {
		for column := b.left; column <= b.right; column++ {
			b.cell(row, column)
		}
		return
	}
	from, _ := slices.BinarySearch(keep, b.left)
	for _, column := range keep[from:] {
		if column > b.right {
			return
		}
		b.cell(row, column)
	}
}

func (b *begun) cell(row *Row, column int) {
	at, there := row.find(column)
	if there || column == b.left && (row.Number == b.top || b.first.Kind == 0) {
		return
	}
	cell := b.first
	if column != b.left {
		cell = Cell{column, Fault, spread}
	}
	row.Cells = slices.Insert(row.Cells, at, cell)
}

// find returns the place of a column's cell, or where it would be.
func (r *Row) find(column int) (int, bool) {
	return slices.BinarySearchFunc(r.Cells, column, func(c Cell, column int) int { return c.Column - column })
}

// Below is the last row of the areas that begin in a row or above and reach below it, among these columns; row if there are
// none. A header of several rows is such.
func (r *Rows) Below(row int, columns []int) int {
	last := row
	for _, b := range r.merged.active {
		if b.top <= row && slices.ContainsFunc(columns, func(c int) bool { return c >= b.left && c <= b.right }) {
			last = max(last, b.bottom)
		}
	}
	return last
}
