// Package document reads the files that people write: YAML, strictly, with everything that is wrong told at once, by line and
// column, with what would do. It refuses to know what the members mean.
package document
