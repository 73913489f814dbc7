package kpi

import (
	"slices"
	"strings"
)

// Keys are what a row is about, in the order of the question's dimensions. A page has thousands of rows, which share their texts.
type Keys []Key

// Key is the value of one dimension: a code, or a stretch of time as YYYY-MM-DD, YYYY-MM or YYYY-Qn. Code is nil where the cases lack the
// attribute.
type Key struct {
	Dimension string
	Code      *string
}

// Of is the value of a dimension; nil where the cases lack it, or the rows are not by it.
func (ks Keys) Of(dimension string) *string {
	for _, k := range ks {
		if k.Dimension == dimension {
			return k.Code
		}
	}
	return nil
}

// separator stands between the codes in a key of sums.
const separator = "\x00"

// keyOf is the key of sums of some codes.
func keyOf(codes []string) string { return strings.Join(codes, separator) }

// codesOf are the codes in a key of sums; an empty one is a missing one.
func codesOf(key string) []*string {
	codes := strings.Split(key, separator)
	all := make([]*string, len(codes))
	for i := range codes {
		if codes[i] != "" {
			all[i] = &codes[i]
		}
	}
	return all
}

// keysOf names the keys of a row, in their place: the codes of the dimensions that are no times, in order, and the stretch of time.
func keysOf(keys Keys, by []string, codes []*string, bucket *string) Keys {
	for i, dimension := range by {
		keys[i] = Key{Dimension: dimension, Code: bucket}
		if !slices.Contains(times, dimension) {
			keys[i].Code, codes = codes[0], codes[1:]
		}
	}
	return keys
}

// compare puts a missing key first. Both must be of the same dimensions.
func (ks Keys) compare(others Keys) int {
	return slices.CompareFunc(ks, others, func(a, b Key) int {
		switch {
		case a.Code == nil && b.Code == nil:
			return 0
		case a.Code == nil:
			return -1
		case b.Code == nil:
			return 1
		default:
			return strings.Compare(*a.Code, *b.Code)
		}
	})
}
