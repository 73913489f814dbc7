-- Cases whose events are erased, by law or for their age. What the journal holds of them stays under a name that says nothing;
-- so do their records, as far as figures count records and not cases.
CREATE TABLE IF NOT EXISTS nameless
(
    family    LowCardinality(String),
    subject   String COMMENT 'a random name, that of the lines in cells',
    source    LowCardinality(String),
    time      DateTime64(3, 'UTC'),
    recorded  DateTime64(3, 'UTC'),
    arrival   DateTime64(3, 'UTC'),
    agency    LowCardinality(String),
    unit      LowCardinality(String),
    procedure LowCardinality(String),
    channel   LowCardinality(String),
    level     LowCardinality(String),
    kind      LowCardinality(String),
    at        LowCardinality(String),
    block     UInt64 COMMENT 'counts once the books have this block'
)
ENGINE = MergeTree
ORDER BY (family, time)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- The cases that are on their way out; empty otherwise. Once the books have the block, their events count no more.
CREATE TABLE IF NOT EXISTS leaving
(
    family  LowCardinality(String),
    subject String,
    alias   String COMMENT 'the random name',
    block   UInt64
)
ENGINE = MergeTree
ORDER BY (family, subject)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
