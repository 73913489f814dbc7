package workbook

import "strings"

// Plain is a text for a cell of CSV that a spreadsheet takes for text: what it would take for a formula gets an apostrophe before it.
// Source: OWASP, "CSV Injection".
func Plain(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}
