// Package booking keeps the books: it finds the cases that new events touch, lets internal/lifecycle say what the journal
// should hold for them, and appends the difference to what it does hold. It decides nothing about cases.
//
// Booking is exactly-once by the means of DESIGN §3: the difference is taken against the journal itself, so that booking a
// case again adds nothing; a block is one insert that carries the log entries up to which the facts are booked; blocks are
// numbered, their number is the deduplication token, and what was written is read back.
package booking
