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

-- The records of erased cases stay as lines too.
DROP TABLE IF EXISTS nameless
