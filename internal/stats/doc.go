// Package stats tells chance from change: limits within which a rate stays by chance, tests of whether a rate has fallen, and
// the parts into which a change splits. It knows nothing of cities: counts and rates go in, and all of it is pure.
package stats
