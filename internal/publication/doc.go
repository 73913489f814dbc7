// Package publication decides what is published of a ranking, when it may be, and what may follow: a record that holds all that
// the points were made of, sealed once for each method and period, and after that only corrected by another record that names it.
// It refuses to know how figures are counted (internal/kpi), how points are made of them (internal/ranking), and how a record is
// sealed (internal/seal).
package publication
