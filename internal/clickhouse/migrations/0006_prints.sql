-- A number for all that a line of the journal says but how often. Their sum tells the booker what the journal holds for a
-- case without reading it: it is made of one column, not of twenty.
ALTER TABLE cells ADD COLUMN IF NOT EXISTS print UInt64 COMMENT 'see internal/booking; 0 in lines that were written before there were prints' CODEC(NONE)
