// Package register keeps what a city says about itself: its agencies, procedures, calendars and targets, each with the days
// it holds for. A file is loaded as a new version and never edited, so that a case can be judged by what was known when it
// was closed. The package knows nothing of cases and figures; which figures exist it is told.
package register
