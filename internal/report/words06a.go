package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// words06a are the texts of the form in one language.
type words06a struct {
	number, name, received, settled, open, within, parts string
	period, unit, calendar, report, asOf, check, onTime  string
	rate, sums                                           string
}

var words06aIn = map[string]words06a{
	"vi": {
		number: "TT", name: "Lĩnh vực, thủ tục hành chính", received: "Số hồ sơ tiếp nhận", settled: "Số hồ sơ đã giải quyết", open: "Số hồ sơ đang giải quyết",
		within: "Trong đó", parts: "Trong kỳ", period: "Kỳ báo cáo: %s, %s", unit: "Đơn vị báo cáo: %s", asOf: "Số liệu có đến %s.",
		calendar: "Kỳ tính theo ngày dương lịch.", report: "Kỳ chốt số liệu từ ngày 15 đến ngày 14 theo chế độ báo cáo.",
		check:  "3 = 7 + 11",
		onTime: "Cột 9 gồm cả hồ sơ trả lại (từ chối) và rút; cột 12 gồm cả hồ sơ chờ bổ sung. Hồ sơ không nêu kênh nộp tính vào cột 5.",
		rate:   "Tỷ lệ giải quyết đúng hạn theo biểu: (8 + 9) ÷ 7",
		sums:   "3 = 4 + 5 + 6; 7 = 8 + 9 + 10; 11 = 12 + 13; 3 = 7 + 11.",
	},
	"en": {
		number: "No.", name: "Field, administrative procedure", received: "Dossiers received", settled: "Dossiers settled", open: "Dossiers in settlement",
		within: "Of these", parts: "In the period", period: "Reporting period: %s, %s", unit: "Reported by: %s", asOf: "As known at %s.",
		calendar: "The period is one of the calendar.", report: "The period is one of the reporting calendar, from the 15th to the 14th.",
		check:  "3 = 7 + 11",
		onTime: "Column 9 includes what was refused and withdrawn; column 12 what waits for a supplement. A dossier that names no channel counts in column 5.",
		rate:   "On-time rate by the form: (8 + 9) ÷ 7",
		sums:   "3 = 4 + 5 + 6; 7 = 8 + 9 + 10; 11 = 12 + 13; 3 = 7 + 11.",
	},
}

// Lines returns the texts that stand above and below the table, in "vi" or "en".
func (f *Form06a) Lines(lang string, zone *time.Location) (above, below []string) {
	w := words06aIn[lang]
	cutoff := w.calendar
	if f.Cutoff == "report" {
		cutoff = w.report
	}
	above = []string{
		fmt.Sprintf(w.unit, f.Names.In(lang)),
		fmt.Sprintf(w.period, f.Period.ID, window(f.Period, zone, lang)),
	}
	return above, []string{w.sums, w.onTime, cutoff + " " + fmt.Sprintf(w.asOf, instantText(f.AsOf.In(zone), lang))}
}

// numbering gives a row its number on the form: A for a group, I for a field, 1 for a procedure.
type numbering struct{ group, field, procedure int }

func (n *numbering) next(l Level) string {
	switch l {
	case Group:
		n.group++
		n.field, n.procedure = 0, 0
		return string(rune('A' + (n.group-1)%26))
	case Field:
		n.field++
		n.procedure = 0
		return roman(n.field)
	case Procedure:
		n.procedure++
		return strconv.Itoa(n.procedure)
	default:
		return ""
	}
}

func roman(n int) string {
	var b strings.Builder
	for _, step := range []struct {
		value int
		sign  string
	}{{100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}} {
		for ; n >= step.value; n -= step.value {
			b.WriteString(step.sign)
		}
	}
	return b.String()
}

// TitleOf06a is the form's title in "vi" or "en".
func TitleOf06a(lang string) string { return form06a.In(lang) }

// Numbers are the numbers of the rows on the form, the total's last: A for a group, I for a field, 1 for a procedure.
func (f *Form06a) Numbers() []string {
	var numbers numbering
	var all []string
	for i := range f.Rows {
		all = append(all, numbers.next(f.Rows[i].Level))
	}
	return append(all, numbers.next(Total))
}

// Roman writes a number from 1 on as chapters are numbered.
func Roman(n int) string { return roman(n) }
