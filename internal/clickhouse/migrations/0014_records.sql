-- Records are lines of the journal, so that how late they came is a sum as all else: it was read of the facts before, beside the verdicts of their
-- cases, which took as long as the history is. Their bins have a column and a cube of their own, or every other cube would have as many
-- lines as there are records. Lines that are none of a record lie in it with delay 0, added up.
ALTER TABLE cells ADD COLUMN IF NOT EXISTS delay Int32 COMMENT 'of a record: the logarithmic bin of the time until it was recorded, from 1; else 0' AFTER bin;

ALTER TABLE cells ADD PROJECTION IF NOT EXISTS by_delay
(
    SELECT family, agency, day, source, delay, sum(n)
    GROUP BY family, agency, day, source, delay
)
WITH SETTINGS (index_granularity = 2048);

ALTER TABLE cells MATERIALIZE PROJECTION by_delay;

-- Sources are asked for of whole months, as on /quality, and of what the books said on a day, of which a page tells who was silent then: both were
-- read of the days of all history, and of the journal. An agency has few sources, so the cubes hardly grow.
ALTER TABLE cells DROP PROJECTION IF EXISTS by_month;

ALTER TABLE cells ADD PROJECTION IF NOT EXISTS by_month
(
    SELECT family, measure, toYYYYMM(day), agency, source, marks, sum(n)
    GROUP BY family, measure, toYYYYMM(day), agency, source, marks
)
WITH SETTINGS (index_granularity = 8192);

ALTER TABLE cells DROP PROJECTION IF EXISTS by_stamp;

ALTER TABLE cells ADD PROJECTION IF NOT EXISTS by_stamp
(
    SELECT stamp, cause, family, measure, day, agency, kind, source, millis, marks, bin, sum(n)
    GROUP BY stamp, cause, family, measure, day, agency, kind, source, millis, marks, bin
)
WITH SETTINGS (index_granularity = 2048);

ALTER TABLE cells MATERIALIZE PROJECTION by_month, MATERIALIZE PROJECTION by_stamp;

-- The records of erased cases stay as lines too.
DROP TABLE IF EXISTS nameless
