// Package report makes the papers that offices hand in: form 06a, and the summary that an inspection asks of an agency. It
// decides what stands where on a paper and whether a paper may be printed; it refuses to count anything itself: every number
// comes from internal/kpi, or is a sum of such numbers that the paper shows beside them.
package report
