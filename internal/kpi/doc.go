// Package kpi defines every figure once, and is the only code that asks the books for figures.
//
// A figure is a [Definition]: sums of flows of the journal. A question is a value, [Query]; it is checked, turned into one
// statement for all questions of one family, period and grouping, and what comes back is folded into a [Figure]. The rules
// by which a case counts are internal/lifecycle's; nothing here judges.
package kpi
