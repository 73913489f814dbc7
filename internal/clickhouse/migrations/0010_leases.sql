-- leases: which of several bookers books, by signs of life. The newest term counts; of several holders of one term the one whose
-- name comes first. That blocks are booked once does not hang on it: they are numbered.
CREATE TABLE IF NOT EXISTS leases
(
    term   UInt64 COMMENT 'rises whenever another takes over',
    holder String COMMENT 'the data folder of a booker, by its name',
    beat   DateTime64(3, 'UTC') COMMENT 'the newest sign of life, by the clock of the engine'
)
ENGINE = ReplacingMergeTree(beat)
ORDER BY (term, holder)
