-- insert.sql: a batch of rows as the loader makes them, one insert in flight. The same rows again change nothing.
INSERT INTO events
(family, subject, source, id, type, time, recorded, retracted, data, arrival, bound_to, collector, entry, position, seniority)
