package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// wordsOfSummary are the texts of the paper beside its sentences.
type wordsOfSummary struct{ number, figure, value, numerator, denominator, unit, period, asOf, source, sheet string }

var wordsOfSummaryIn = map[string]wordsOfSummary{
	"vi": {
		"TT", "Chỉ tiêu", "Kết quả", "Tử số", "Mẫu số", "Đơn vị: %s", "Kỳ số liệu: %s", "Số liệu có đến %s.",
		"Mọi số liệu lấy từ cùng một sổ, theo đúng định nghĩa của từng chỉ tiêu; “–” là không có hồ sơ, nhiệm vụ để tính.", "Tóm tắt",
	},
	"en": {
		"No.", "Figure", "Result", "Numerator", "Denominator", "Agency: %s", "Period: %s", "As known at %s.",
		"Every number is a figure of the catalogue by its own definition; “–” means that there was nothing to count.", "Summary",
	},
}

// Title is the paper's, in "vi" or "en".
func (s *Summary) Title(lang string) string { return titleOfSummary.In(lang) }

// Lines returns the texts that stand above and below the sections, in "vi" or "en".
func (s *Summary) Lines(lang string, zone *time.Location) (above, below []string) {
	w := wordsOfSummaryIn[lang]
	return []string{fmt.Sprintf(w.unit, s.Names.In(lang)), fmt.Sprintf(w.period, window(s.Period, zone, lang))},
		[]string{w.source + " " + fmt.Sprintf(w.asOf, instantText(s.AsOf.In(zone), lang))}
}

// Name is what an item is called, with its key.
func (i *Item) Name(lang string) string {
	name := i.Names.In(lang)
	switch {
	case i.By == nil:
		return name
	case i.Key == nil:
		return name + " – " + map[string]string{"vi": "không nêu", "en": "not named"}[lang]
	default:
		if known, ok := keyNames[*i.Key]; ok {
			return name + " – " + known.In(lang)
		}
		return name + " – " + *i.Key
	}
}

// Shown is an item's value as papers write it.
func (i *Item) Shown(lang string) string {
	text, ok := number(i.Value, i.Unit, lang)
	if unit := units[i.Unit].In(lang); ok && unit != "" {
		text += " " + unit
	}
	return text
}

// units are those that a number does not show by itself.
var units = map[string]Names{"hours": {"giờ", "h"}, "days": {"ngày", "days"}}

// Of is what a rate is made of, as 12/15; "" for what is no rate.
func (i *Item) Of(lang string) string {
	if i.Numerator == nil || i.Denominator == nil {
		return ""
	}
	n, _ := number(i.Numerator, "count", lang)
	d, _ := number(i.Denominator, "count", lang)
	return n + "/" + d
}

// keyNames are what kinds are called (CONTRACT §3, DOMAIN.md §5).
var keyNames = map[string]Names{
	"complaint": {"khiếu nại", "complaints"}, "denunciation": {"tố cáo", "denunciations"}, "suggestion": {"kiến nghị, phản ánh", "suggestions"},
	"one_stop": {"một cửa", "one-stop"}, "iso": {"ISO", "ISO"}, "work_files": {"hồ sơ công việc", "work files"},
	"discipline": {"kỷ luật, kỷ cương", "discipline"}, "staffing": {"biên chế", "staffing"}, "training": {"đào tạo, bồi dưỡng", "training"},
	"organisation": {"tổ chức bộ máy", "organisation"}, "it": {"công nghệ thông tin", "information technology"}, "other": {"khác", "other"},
}

// XLSX writes the summary as a workbook in "vi" or "en"; what a rate comes to is a formula of its two parts.
func (s *Summary) XLSX(out io.Writer, lang string, zone *time.Location) error {
	w := wordsOfSummaryIn[lang]
	b := newBook(s.Title(lang), lang)
	p := b.sheet(w.sheet, paper{}, 6, 58, 13, 13, 13)
	above, below := s.Lines(lang, zone)
	p.across(title, strings.ToUpper(s.Title(lang)))
	for _, line := range above {
		p.across(subtitle, line)
	}
	for i, section := range s.Sections {
		p.line()
		p.across(heading, roman(i+1)+". "+section.Names.In(lang))
		if text := section.Text.In(lang); text != "" {
			p.high(15*float64(1+len([]rune(text))/95), cell{paragraph, text})
			p.merge(1, p.width)
		}
		p.line(cell{head, w.number}, cell{head, w.figure}, cell{head, w.value}, cell{head, w.numerator}, cell{head, w.denominator})
		for j := range section.Items {
			p.item(&section.Items[j], j+1, lang)
		}
	}
	p.line()
	for _, line := range below {
		p.across(note, line)
	}
	p.signatures(lang)
	p.end()
	return b.write(out)
}

// item writes a figure. A rate without cases stays a formula: it shows its dash until there are some.
func (s *sheet) item(i *Item, place int, lang string) {
	look := map[string]look{"ratio": percent, "count": whole}[i.Unit]
	if look == plain {
		look = decimal
	}
	name := i.Name(lang)
	if unit := units[i.Unit].In(lang); unit != "" {
		name += ", " + unit // for the number beside it stays a number
	}
	cells := []any{cell{text, strconv.Itoa(place)}, cell{text, name}}
	var value any = "–"
	if i.Value != nil {
		value = *i.Value
	}
	if i.Numerator == nil || i.Denominator == nil {
		s.line(append(cells, cell{look, value}, cell{text, ""}, cell{text, ""})...)
		return
	}
	numerator, denominator := at(4, s.row+1), at(5, s.row+1)
	is := fmt.Sprintf(`IF(%s=0,"–",%s/%s)`, denominator, numerator, denominator)
	s.line(append(cells, cell{look, formula{is, value}}, cell{whole, *i.Numerator}, cell{whole, *i.Denominator})...)
}

// CSV writes the summary's figures, in UTF-8 with a mark that spreadsheets know it by.
func (s *Summary) CSV(out io.Writer, lang string) error {
	table := [][]string{{"section", "figure", "name", "by", "key", "unit", "value", "numerator", "denominator"}}
	for _, section := range s.Sections {
		for i := range section.Items {
			item := &section.Items[i]
			line := []string{section.ID, item.Figure, item.Names.In(lang), or(item.By), or(item.Key), item.Unit}
			table = append(table, append(line, exact(item.Value), exact(item.Numerator), exact(item.Denominator)))
		}
	}
	return writeCSV(out, table)
}
