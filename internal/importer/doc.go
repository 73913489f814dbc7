// Package importer turns the files that offices have into events: CSV and workbooks with one row per case or per event, and NDJSON,
// by a mapping that says which column means what. It decides how a cell is read; what it cannot read it rejects with
// its line, it never guesses. It refuses to know what an event means for a case and where the events go: a caller hands
// it a function that posts a body, and for snapshots one that asks for facts.
//
// Files are streamed: memory is bounded by a few batches, whatever the file's size; of a snapshot a hash of each fact is
// kept, and where events depend on others when those of each case happened.
package importer
