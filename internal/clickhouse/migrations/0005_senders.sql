-- What two senders tell under one source and id are two records when their tokens are bound to different agencies: no
-- agency can use up the name of another's event. No token was bound before this migration.
ALTER TABLE events
    ADD COLUMN IF NOT EXISTS bound_to LowCardinality(String) COMMENT 'agency that the sender''s token is bound to, empty if to none' AFTER arrival,
    MODIFY ORDER BY (family, subject, source, id, bound_to);

ALTER TABLE events DROP COLUMN IF EXISTS bound;

-- Who told an opening or a closing, so that completeness and silence of a source are asked of a cube, not of the journal.
ALTER TABLE cells DROP PROJECTION IF EXISTS by_agency;

ALTER TABLE cells ADD PROJECTION IF NOT EXISTS by_agency
(
    SELECT family, measure, day, agency, kind, source, millis, marks, bin, sum(n)
    GROUP BY family, measure, day, agency, kind, source, millis, marks, bin
);

ALTER TABLE cells MATERIALIZE PROJECTION by_agency;

ALTER TABLE verdicts ADD COLUMN IF NOT EXISTS at LowCardinality(String) AFTER kind
