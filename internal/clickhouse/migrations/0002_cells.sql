-- cells: the books, a journal of differences. A row says: by what arrived on stamp, n more (or fewer) of measure
-- happened on day, for these attributes. Sorted by case, so that what the journal holds for a case is read in one seek;
-- the projections hold the sums that figures ask for. Unpartitioned: one insert is one part, with its projections.
-- family '' are the marks of the blocks: subject is the block's number and a collector, n the log entry booked up to.
CREATE TABLE IF NOT EXISTS cells
(
    family    LowCardinality(String),
    subject   String,
    stamp     Date32 COMMENT 'day of arrival of what caused the row',
    cause     LowCardinality(String) COMMENT 'event, late, correction, calendar, register, rule',
    measure   LowCardinality(String),
    day       Date32 COMMENT 'city day on which it happened',
    millis    UInt32 COMMENT 'of a deadline: its millisecond within the day; else 0',
    marks     UInt32 COMMENT 'bits, see internal/lifecycle',
    bin       Int32  COMMENT 'logarithmic bin of a working time; else 0',
    agency    LowCardinality(String),
    unit      LowCardinality(String),
    procedure LowCardinality(String),
    channel   LowCardinality(String),
    level     LowCardinality(String),
    kind      LowCardinality(String),
    at        LowCardinality(String) COMMENT 'agency where it was handed in, if another',
    issuer    LowCardinality(String),
    helpers   LowCardinality(String) COMMENT 'helping agencies, sorted, joined by commas',
    source    LowCardinality(String) COMMENT 'who told the opening or closing that is counted; else empty',
    n         Int64,
    block     UInt64,
    writer    LowCardinality(String) COMMENT 'the booker that wrote the block',
    PROJECTION by_agency
    (
        SELECT family, measure, day, agency, kind, millis, marks, bin, sum(n)
        GROUP BY family, measure, day, agency, kind, millis, marks, bin
    ),
    PROJECTION by_channel
    (
        SELECT family, measure, day, agency, channel, level, millis, marks, bin, sum(n)
        GROUP BY family, measure, day, agency, channel, level, millis, marks, bin
    ),
    PROJECTION by_procedure
    (
        SELECT family, measure, day, agency, procedure, millis, marks, bin, sum(n)
        GROUP BY family, measure, day, agency, procedure, millis, marks, bin
    ),
    PROJECTION by_stamp
    (
        SELECT stamp, cause, family, measure, day, agency, kind, millis, marks, bin, sum(n)
        GROUP BY stamp, cause, family, measure, day, agency, kind, millis, marks, bin
    )
)
ENGINE = MergeTree
ORDER BY (family, subject)
SETTINGS index_granularity = 256, fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000
