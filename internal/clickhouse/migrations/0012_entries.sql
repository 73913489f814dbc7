-- New events are those after an entry of a collector's log. Collectors number their entries each for itself: of one that is new the rows
-- stand beside old ones with greater numbers, and its greatest entry cannot be told by theirs. So a stretch knows the greatest entry of
-- each of 16 sorts of collectors, see internal/booking.
ALTER TABLE events ADD INDEX IF NOT EXISTS entries (
    entry * (CRC32(collector) % 16 = 0), entry * (CRC32(collector) % 16 = 1), entry * (CRC32(collector) % 16 = 2), entry * (CRC32(collector) % 16 = 3),
    entry * (CRC32(collector) % 16 = 4), entry * (CRC32(collector) % 16 = 5), entry * (CRC32(collector) % 16 = 6), entry * (CRC32(collector) % 16 = 7),
    entry * (CRC32(collector) % 16 = 8), entry * (CRC32(collector) % 16 = 9), entry * (CRC32(collector) % 16 = 10), entry * (CRC32(collector) % 16 = 11),
    entry * (CRC32(collector) % 16 = 12), entry * (CRC32(collector) % 16 = 13), entry * (CRC32(collector) % 16 = 14), entry * (CRC32(collector) % 16 = 15)
) TYPE minmax GRANULARITY 64;

ALTER TABLE events DROP INDEX IF EXISTS entry_range;

ALTER TABLE events MATERIALIZE INDEX entries
