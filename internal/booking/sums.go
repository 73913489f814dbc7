package booking

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"tiendo/internal/calendar"
	"tiendo/internal/event"
	"tiendo/internal/lifecycle"
)

// sumsBy asks a projection of the journal for sums by the first day of a stretch of time, whose they are, instant and what is told of the
// lines: marks or, in bins, a bin.
func sumsBy(whose Dimension, projection, measure, binned, stretch, told, instant, condition string) string {
	return fmt.Sprintf("SELECT family, %[2]s AS measured, toUInt8(%[3]s) AS in_bins, toInt32(%[4]s) AS stretch, %[8]s, %[5]s AS told, %[6]s AS instant, sumMerge(`sum(n)`) FROM %[1]s"+
		" WHERE family != '' AND %[7]s GROUP BY family, measured, in_bins, stretch, %[8]s, told, instant", Projection(projection), measure, binned, stretch, told, instant, condition, columns[whose])
}

// What is told of lines that have bins, and how late records came, which the projection of delays alone knows.
const (
	hasBins   = "measure IN {binned:Array(String)}"
	ofDelays  = "'" + string(lifecycle.Recorded) + "'"
	delayBin  = "toUInt32(delay - 1)"
	noInstant = "toUInt32(0)"
)

// sumsByDay are the questions for the sums by day of agencies, or of sources: those of delays are of other days.
func sumsByDay(whose Dimension, instant, condition, ofDelay string) []string {
	return []string{
		sumsBy(whose, "by_agency", "measure", hasBins, "day", "if("+hasBins+", toUInt32(bin), marks)", instant, condition),
		sumsBy(whose, "by_delay", ofDelays, "1", "day", delayBin, noInstant, "delay > 0 AND "+ofDelay),
	}
}

// ofJournal are the questions for the sums of each dimension. The projection of months knows no bins, which are read from those of days.
func ofJournal() [dimensions][]string {
	const months, month = "makeDate32(intDiv(%[1]s, 100), %[1]s %% 100, 1)", "toYYYYMM(day)"
	byMonth, byDay := fmt.Sprintf(months, "`"+month+"`"), fmt.Sprintf(months, month)
	before, ofLast := " < {before:UInt32}", "if(day < {since:Date32}, 0, millis)"
	var all [dimensions][]string
	const ofYear = "measure IN {yearly:Array(String)}"
	all[Agency] = append(sumsByDay(Agency, ofLast, "day >= {year:Date32} AND (day >= {since:Date32} OR "+ofYear+")", "day >= {since:Date32}"),
		sumsBy(Agency, "by_month", "measure", "0", byMonth, "marks", noInstant, "NOT "+hasBins+" AND `"+month+"` < if("+ofYear+", {before_year:UInt32}, {before:UInt32})"),
		sumsBy(Agency, "by_agency", "measure", "1", byDay, "toUInt32(bin)", noInstant, hasBins+" AND "+month+before),
		sumsBy(Agency, "by_delay", ofDelays, "1", byDay, delayBin, noInstant, "delay > 0 AND "+month+before),
	)
	all[Source] = sumsByDay(Source, ofLast, "1", "1")
	for _, by := range []Dimension{Level, Kind} {
		all[by] = []string{sumsBy(by, "by_day", "measure", "0", "day", "marks", ofLast, "NOT "+hasBins)}
	}
	for measure, marks := range ofProcedures {
		told, only := fmt.Sprintf("bitAnd(marks, %d)", marks), fmt.Sprintf("family = '%s' AND measure = '%s' AND ", event.Dossier, measure)
		all[Procedure] = append(all[Procedure],
			sumsBy(Procedure, "by_month_procedure", "measure", "0", byMonth, told, noInstant, only+"`"+month+"`"+before),
			sumsBy(Procedure, "by_procedure", "measure", "0", "day", told, "millis", only+"day >= {since:Date32}"))
	}
	return all
}

// numberOf is the number of a month as the engine has it: 202611.
func numberOf(month calendar.Day) string { return month.Start(time.UTC).Format("200601") }

// load reads the sums of the journal, of which block is the last one. Nobody may write the journal meanwhile.
func (l *Ledger) load(ctx context.Context, conn driver.Conn, block uint64, today calendar.Day) error {
	h := &held{block: block, since: firstKept(today), heard: map[Voice]*heard{}, last: lastEvents{}}
	year := yearBefore(h.since)
	args := []any{
		clickhouse.Named("since", h.since.String()), clickhouse.Named("before", numberOf(h.since)),
		clickhouse.Named("year", year.String()), clickhouse.Named("before_year", numberOf(year)), clickhouse.Named("yearly", yearly),
	}
	read := func(by Dimension, queries []string) error {
		for _, query := range queries {
			err := readSums(ctx, conn, func(of Stratum, code string, at slot, n int64) {
				at.whose = h.codes[by].number(code)
				h.add(by, of, at, n)
			}, query, args...)
			if err != nil {
				return fmt.Errorf("read the sums of the journal: %w", err)
			}
		}
		return nil
	}
	for by, queries := range ofJournal() {
		h.sums[by], h.days[by] = shelves{}, shelves{}
		if err := read(Dimension(by), queries); err != nil {
			return err
		}
	}
	if err := h.readHeard(ctx, conn); err != nil {
		return fmt.Errorf("read the days on which anything was heard: %w", err)
	}
	if err := h.readLast(ctx, conn); err != nil {
		return fmt.Errorf("read the last event of each agency: %w", err)
	}
	for _, shelves := range h.all() {
		for _, sums := range shelves {
			sums.settle()
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held = h
	l.beside.Add(1)
	return nil
}

// readSums reads sums of the journal, each with the code of whose it is.
func readSums(ctx context.Context, conn driver.Conn, each func(Stratum, string, slot, int64), query string, args ...any) error {
	rows, err := conn.Query(ctx, query, append(args, clickhouse.Named("binned", binned))...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var family, measure, whose string
		var inBins uint8
		var day int32
		var told uint32
		var at slot
		var n int64
		if err := rows.Scan(&family, &measure, &inBins, &day, &whose, &told, &at.millis, &n); err != nil {
			return err
		}
		at.day, at.marks = calendar.Day(day), lifecycle.Marks(told)
		if n != 0 {
			each(Stratum{event.Family(family), lifecycle.Measure(measure), inBins == 1}, whose, at, n)
		}
	}
	return rows.Err()
}

func (h *held) readHeard(ctx context.Context, conn driver.Conn) error {
	rows, err := conn.Query(ctx, "SELECT family, agency, source, day, sumMerge(`sum(n)`) AS stands FROM "+Projection("by_agency")+` WHERE measure IN ('opened', 'settled', 'ended', 'stray') GROUP BY family, agency, source, day HAVING stands != 0 ORDER BY day`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var family string
		var voice Voice
		var day time.Time
		var n int64
		if err := rows.Scan(&family, &voice.Agency, &voice.Source, &day, &n); err != nil {
			return err
		}
		voice.Family = event.Family(family)
		h.hear(voice, calendar.DayOf(day, time.UTC), n)
	}
	return rows.Err()
}

func (h *held) readLast(ctx context.Context, conn driver.Conn) error {
	rows, err := conn.Query(ctx, "SELECT family, agency, max(last) FROM heard GROUP BY family, agency")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var family, agency string
		var t time.Time
		if err := rows.Scan(&family, &agency, &t); err != nil {
			return err
		}
		h.last.add(event.Family(family), agency, t)
	}
	return rows.Err()
}
