// Package workbook reads the sheets of XLSX workbooks row by row. It decides what a cell says by its raw value, its type and
// whether its style is that of a date, never by the text that a program would show: shown dates may have the month first, and
// shown numbers may have lost their digits. What can't be told for certain (an error, a formula that was never calculated, a
// cell that lies under another) is a fault of that cell, with words for it. Of a file that is no such workbook it says what it
// seems to be. It also knows what a spreadsheet would take for a formula. It refuses to know what columns mean.
//
// Memory is bounded, whatever the file: parts are streamed, and shared texts beyond some megabytes lie in a temporary file.
package workbook
