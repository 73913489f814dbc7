// Package lifecycle holds the rules: it turns what was told of a case into a verdict, and the verdict into what the case
// contributes to the books. It is the only place where verdicts are made.
//
// Everything here is a pure function of the set of a case's events and of the calendars: no clock, no engine, no I/O, so
// that late, repeated and reordered deliveries cannot make a figure wrong. The rules are CONTRACT §3, "From events to a
// case"; the numbers in comments are its rule numbers.
package lifecycle
