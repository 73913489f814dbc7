-- What the journal holds for a case is known by the sum of its prints. Read of the lines themselves it costs what a case's neighbours
-- have in lines; here a case has one row a part.
ALTER TABLE cells ADD PROJECTION IF NOT EXISTS by_case
(
    SELECT family, subject, sum((print + 1) * n)
    GROUP BY family, subject
);

ALTER TABLE cells MATERIALIZE PROJECTION by_case
