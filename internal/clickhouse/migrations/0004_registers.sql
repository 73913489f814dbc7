-- registers: every file that was loaded, append-only, one row per load. Of the rows of a version only one is ever taken:
-- an insert carries its number as its token.
CREATE TABLE IF NOT EXISTS registers
(
    version  UInt64 COMMENT 'numbers all loads, from 1',
    kind     LowCardinality(String) COMMENT 'agencies, procedures, calendars, targets',
    recorded DateTime64(3, 'UTC') COMMENT 'later than those before it',
    sha256   String COMMENT 'of content, in hexadecimal',
    content  String COMMENT 'the file' CODEC(ZSTD(3)),
    who      String COMMENT 'name of the token that loaded it; empty: the administrator''s'
)
ENGINE = MergeTree
ORDER BY version
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000
