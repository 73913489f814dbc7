// Package ranking turns a method file and figures into points and ranks.
//
// A [Method] says who is ranked, by which criteria, with which weights, and what happens where there is little data or none.
// [Method.Compute] is pure: the same inputs give the same points and ranks, in whatever order they come. It refuses to know
// how figures are counted (internal/kpi does) and where results are kept.
package ranking
