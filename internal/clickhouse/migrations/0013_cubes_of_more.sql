-- What pages ask of the whole city beside agencies: of procedures in whole months, of channels, levels and kinds by day. To know which of them
-- has a case in a period, everything before it is added up as well.
ALTER TABLE cells ADD PROJECTION IF NOT EXISTS by_month_procedure
(
    SELECT family, measure, toYYYYMM(day), procedure, marks, sum(n)
    GROUP BY family, measure, toYYYYMM(day), procedure, marks
)
WITH SETTINGS (index_granularity = 8192);

ALTER TABLE cells ADD PROJECTION IF NOT EXISTS by_day
(
    SELECT family, measure, day, channel, level, kind, millis, marks, bin, sum(n)
    GROUP BY family, measure, day, channel, level, kind, millis, marks, bin
)
WITH SETTINGS (index_granularity = 2048);

-- The cubes of days are scanned, never looked up in: with the stretches of the journal, 256 rows, the engine takes as long to go through
-- their indexes, all of them for every question, as to add up. What the page of one agency asks of channels, levels and units lies together.
ALTER TABLE cells DROP PROJECTION IF EXISTS by_agency;

ALTER TABLE cells ADD PROJECTION IF NOT EXISTS by_agency
(
    SELECT family, measure, day, agency, kind, source, millis, marks, bin, sum(n)
    GROUP BY family, measure, day, agency, kind, source, millis, marks, bin
)
WITH SETTINGS (index_granularity = 2048);

ALTER TABLE cells DROP PROJECTION IF EXISTS by_channel;

ALTER TABLE cells ADD PROJECTION IF NOT EXISTS by_channel
(
    SELECT family, measure, agency, day, unit, channel, level, millis, marks, bin, sum(n)
    GROUP BY family, measure, agency, day, unit, channel, level, millis, marks, bin
)
WITH SETTINGS (index_granularity = 2048);

ALTER TABLE cells DROP PROJECTION IF EXISTS by_procedure;

ALTER TABLE cells ADD PROJECTION IF NOT EXISTS by_procedure
(
    SELECT family, measure, day, agency, procedure, millis, marks, bin, sum(n)
    GROUP BY family, measure, day, agency, procedure, millis, marks, bin
)
WITH SETTINGS (index_granularity = 2048);

ALTER TABLE cells DROP PROJECTION IF EXISTS by_stamp;

ALTER TABLE cells ADD PROJECTION IF NOT EXISTS by_stamp
(
    SELECT stamp, cause, family, measure, day, agency, kind, millis, marks, bin, sum(n)
    GROUP BY stamp, cause, family, measure, day, agency, kind, millis, marks, bin
)
WITH SETTINGS (index_granularity = 2048);

ALTER TABLE cells
    MATERIALIZE PROJECTION by_month_procedure, MATERIALIZE PROJECTION by_day, MATERIALIZE PROJECTION by_agency,
    MATERIALIZE PROJECTION by_channel, MATERIALIZE PROJECTION by_procedure, MATERIALIZE PROJECTION by_stamp
