// Package byhand decides what people can tell who have no system that does: which questions a form asks, how a template (a
// workbook) asks them, what a filled one tells, what of it is new, a correction or nothing new, and how the events are made.
// It refuses to know how a page shows that, how events are kept, and what they mean for a case.
//
// What it says to people it says in Vietnamese and English: a clerk reads no other words than these.
package byhand
