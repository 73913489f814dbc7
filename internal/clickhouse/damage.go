package clickhouse

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// partFolder is the folder of a part of a table without partitions, within a message: all_FIRST_LAST_LEVEL, where FIRST and LAST
// number the inserts whose rows it holds and LEVEL says how often they were merged. A part that was changed has one number more.
var partFolder = regexp.MustCompile(`/[^\s']*/all_[0-9_]+`)

// damagedPart is the folder of the part that a message of the engine says is damaged; "" if it says nothing like it.
func damagedPart(message string) string {
	for _, code := range damageCodes {
		if strings.Contains(message, code) {
			return partFolder.FindString(message)
		}
	}
	return ""
}

// damageCodes are what the engine says of files that are empty, that end too early, and that hold anything.
var damageCodes = [...]string{
	"(CORRUPTED_DATA)", "(CANNOT_READ_ALL_DATA)", "(ATTEMPT_TO_READ_AFTER_EOF)",
	"(CANNOT_DECOMPRESS)", "(CHECKSUM_DOESNT_MATCH)", "(TOO_LARGE_SIZE_COMPRESSED)", "(UNKNOWN_CODEC)",
}

// standIn says whether something stands for a part in the folder of its table: what it was made of, which stays there for eight
// minutes, or what it was merged into since. When the engine starts, it takes that in place of a part that is damaged.
func standIn(table, part string) bool {
	first, last, ok := partNumbers(part)
	beside, err := os.ReadDir(table)
	if !ok || err != nil {
		return false
	}
	var begins, ends bool
	for _, other := range beside {
		from, to, ok := partNumbers(other.Name())
		switch {
		case !ok || other.Name() == part:
		case from <= first && to >= last:
			return true
		case from >= first && to <= last:
			begins, ends = begins || from == first, ends || to == last
		}
	}
	return begins && ends
}

// putAside begins the name of a part that the engine has put aside when it started, for it is damaged.
const putAside = "broken-on-start_"

// lost finds a part that was put aside and that nothing stands for; "" if there is none. What the engine tells then is told of
// what is left, as if it were all.
func (e *engine) lost() string {
	aside, _ := filepath.Glob(filepath.Join(e.dir, "store", "store", "*", "*", "detached", putAside+"*")) // the pattern is right
	for _, part := range aside {
		if !standIn(filepath.Dir(filepath.Dir(part)), strings.TrimPrefix(filepath.Base(part), putAside)) {
			return part
		}
	}
	return ""
}

// partNumbers are FIRST and LAST of the name of a part.
func partNumbers(name string) (first, last int, ok bool) {
	parts := strings.Split(name, "_")
	if len(parts) < 4 || parts[0] != "all" {
		return 0, 0, false
	}
	first, firstErr := strconv.Atoi(parts[1])
	last, lastErr := strconv.Atoi(parts[2])
	return first, last, firstErr == nil && lastErr == nil
}
