package booking

import "slices"

// column is a list of numbers that takes as few bytes for each as the largest of them needs. Most lists of days and of sums need two.
type column struct {
	narrow []int16
	middle []int32 // in place of narrow, once one does not fit
	wide   []int64 // in place of middle, once one does not fit
}

// newColumn has room for some numbers.
func newColumn(room int) column { return column{narrow: make([]int16, 0, room)} }

func (c *column) len() int { return len(c.narrow) + len(c.middle) + len(c.wide) }

func (c *column) at(i int) int64 {
	switch {
	case c.narrow != nil:
		return int64(c.narrow[i])
	case c.middle != nil:
		return int64(c.middle[i])
	default:
		return c.wide[i]
	}
}

func (c *column) append(n int64) {
	switch {
	case c.wide != nil:
		c.wide = append(c.wide, n)
	case c.middle != nil && int64(int32(n)) == n:
		c.middle = append(c.middle, int32(n))
	case c.middle != nil:
		c.wide, c.middle = append(widened[int64](c.middle), n), nil
	case int64(int16(n)) == n:
		c.narrow = append(c.narrow, int16(n))
	default:
		c.middle, c.narrow = widened[int32](c.narrow), nil
		c.append(n)
	}
}

// widened is a list with more bytes for each number, and the same room.
func widened[To, From int16 | int32 | int64](list []From) []To {
	wide := make([]To, len(list), max(cap(list), 1))
	for i, n := range list {
		wide[i] = To(n)
	}
	return wide
}

// search returns the first place from one on, and before another, whose number is not less than n; to, if there is none. In between numbers
// are in order.
func (c *column) search(from, to int, n int64) int {
	switch {
	case c.narrow != nil:
		return from + searchIn(c.narrow[from:to], n)
	case c.middle != nil:
		return from + searchIn(c.middle[from:to], n)
	default:
		return from + searchIn(c.wide[from:to], n)
	}
}

func searchIn[N int16 | int32 | int64](list []N, n int64) int {
	at, _ := slices.BinarySearchFunc(list, n, func(of N, n int64) int {
		switch {
		case int64(of) < n:
			return -1
		case int64(of) > n:
			return 1
		default:
			return 0
		}
	})
	return at
}
