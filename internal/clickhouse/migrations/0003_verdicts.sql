-- verdicts: one row per decided case, to decorate lists. Can be lost and made again.
CREATE TABLE IF NOT EXISTS verdicts
(
    family         LowCardinality(String),
    subject        String,
    verdict        LowCardinality(String) COMMENT 'early, on_time, late, no_deadline, no_calendar, ended, open, overdue_from_deadline …: see internal/lifecycle',
    closing        LowCardinality(String) COMMENT 'the step that closed the case, or empty',
    submitted      Nullable(DateTime64(3, 'UTC')),
    opened         Nullable(DateTime64(3, 'UTC')),
    closed         Nullable(DateTime64(3, 'UTC')),
    deadline       Nullable(DateTime64(3, 'UTC')) COMMENT 'effective deadline of the promise in force',
    deadline_first Nullable(DateTime64(3, 'UTC')),
    paused         Bool,
    last_event     DateTime64(3, 'UTC'),
    agency         LowCardinality(String),
    unit           LowCardinality(String),
    procedure      LowCardinality(String),
    channel        LowCardinality(String),
    level          LowCardinality(String),
    kind           LowCardinality(String),
    block          UInt64
)
ENGINE = ReplacingMergeTree(block)
ORDER BY (family, subject)
SETTINGS index_granularity = 256
