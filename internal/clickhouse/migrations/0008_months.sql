-- What a page asks for: whole months of agencies. A cube of days has a line for each day, agency and mark, and grows with the
-- history; that of months has a twentieth of it. Its granules are large, for it is scanned and never looked up in. Months
-- that a period begins or ends within are read from the cubes of days.
ALTER TABLE cells ADD PROJECTION IF NOT EXISTS by_month
(
    SELECT family, measure, toYYYYMM(day), agency, marks, sum(n)
    GROUP BY family, measure, toYYYYMM(day), agency, marks
)
WITH SETTINGS (index_granularity = 8192);

ALTER TABLE cells MATERIALIZE PROJECTION by_month
