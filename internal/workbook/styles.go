package workbook

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"regexp"
	"strconv"
	"strings"
)

// style is what a cell's style says of its number.
type style struct {
	// date: the number is a date; clock: and its time of day is shown.
	date, clock bool
	// whole and decimals are how many digits a format of zeros alone asks for, such as 0000 or 0.000000; 0 if it is another.
	whole, decimals int
}

const mostStyles = 1 << 16

// readStyles reads which styles are those of dates, in the order in which cells refer to them.
func readStyles(f *zip.File) ([]style, error) {
	formats := map[int]style{}
	var styles []style
	inside := false
	err := each(f, func(_ *part, e *xml.StartElement) error {
		switch e.Name.Local {
		case "numFmt":
			if id, err := strconv.Atoi(attribute(e, "numFmtId")); err == nil {
				formats[id] = ofFormat(attribute(e, "formatCode"))
			}
		case "cellXfs":
			inside = true
		case "cellStyleXfs", "cellStyles", "dxfs":
			inside = false
		case "xf":
			if !inside {
				return nil
			}
			id, _ := strconv.Atoi(attribute(e, "numFmtId")) // without one it is 0, General
			s, own := formats[id]
			if !own {
				s = ofBuiltin(id)
			}
			styles = append(styles, s)
		}
		if len(styles) > mostStyles || len(formats) > mostStyles {
			return damaged(f.Name, errors.New("there are too many styles"))
		}
		return nil
	})
	return styles, err
}

// ofBuiltin is what a format says that needs no definition (ECMA-376, part 1, 18.8.30). Those of 27 to 36 and 50 to 58 are
// dates in East Asian programs alone, and have definitions elsewhere.
func ofBuiltin(id int) style {
	switch {
	case id >= 14 && id <= 17, id >= 27 && id <= 31, id == 36, id >= 50 && id <= 54, id == 57, id == 58:
		return style{date: true}
	case id >= 18 && id <= 22, id >= 32 && id <= 35, id == 45, id == 47, id == 55, id == 56:
		return style{date: true, clock: true}
	}
	return style{}
}

var (
	zeros = regexp.MustCompile(`^(0+)(?:\.(0+))?$`)
	// silent is what a format says in letters that are none of its codes: quoted, escaped, space of a width, fill, brackets.
	silent = regexp.MustCompile(`"[^"]*"|\\.|_.|\*.|\[[^\]]*\]`)
	// elapsed are hours, minutes or seconds of a duration, which is no date.
	elapsed = regexp.MustCompile(`(?i)\[(h+|m+|s+)\]`)
)

// ofFormat is what a format's own code says.
func ofFormat(code string) style {
	code, _, _ = strings.Cut(code, ";") // negative numbers and texts look otherwise
	if digits := zeros.FindStringSubmatch(code); digits != nil {
		return style{whole: len(digits[1]), decimals: len(digits[2])}
	}
	if elapsed.MatchString(code) {
		return style{}
	}
	plain := strings.ToLower(silent.ReplaceAllString(code, ""))
	if strings.Contains(plain, "general") || strings.ContainsAny(plain, "0#?%") && !strings.ContainsAny(plain, "dyhs") {
		return style{}
	}
	s := style{clock: strings.ContainsAny(plain, "hs")}
	s.date = s.clock || strings.ContainsAny(plain, "dmy")
	return s
}
