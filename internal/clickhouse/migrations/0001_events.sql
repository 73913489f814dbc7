-- events: what was said, append-only, one row per event. Sorted by case, so that the booker reads a case in one seek.
-- Of several deliveries of one event the first survives: seniority falls with arrival.
-- Parts of any size are compact, for rows are wanted whole and in few places: see decision 0015.
CREATE TABLE IF NOT EXISTS events
(
    family    LowCardinality(String),
    subject   String,
    source    LowCardinality(String),
    id        String,
    type      LowCardinality(String),
    time      DateTime64(3, 'UTC'),
    recorded  DateTime64(3, 'UTC') COMMENT 'recordedtime, else arrival',
    retracted Bool,
    data      String COMMENT 'canonical JSON (RFC 8785)',
    arrival   DateTime64(3, 'UTC'),
    bound     LowCardinality(String) COMMENT 'agency of the sender''s token, empty if unbound',
    collector LowCardinality(String),
    entry     UInt64 COMMENT 'log entry of that collector',
    position  UInt32 COMMENT 'place within the entry',
    seniority UInt64 COMMENT 'greater = delivered earlier',
    INDEX entry_range entry TYPE minmax GRANULARITY 32,
    INDEX collectors collector TYPE set(8) GRANULARITY 128
)
ENGINE = ReplacingMergeTree(seniority)
PRIMARY KEY (family, subject)
ORDER BY (family, subject, source, id)
SETTINGS index_granularity = 64, min_bytes_for_wide_part = 1000000000000000, fsync_after_insert = 1, fsync_part_directory = 1
