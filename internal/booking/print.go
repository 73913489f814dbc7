package booking

import (
	"encoding/binary"

	"github.com/cespare/xxhash/v2"

	"tiendo/internal/lifecycle"
)

// printOf is a number for all that an entry says but how often: entries that differ have different ones, but for one pair in
// 2⁶⁴. It is stored with each line of the journal; were it reckoned otherwise one day, cases would be compared line by line
// until they are rebuilt, and nothing else.
func printOf(e *lifecycle.Entry) uint64 {
	var space [256]byte
	b := space[:0]
	b = binary.LittleEndian.AppendUint32(b, uint32(e.Stamp))
	b = binary.LittleEndian.AppendUint32(b, uint32(e.Day))
	b = binary.LittleEndian.AppendUint32(b, e.Millis)
	b = binary.LittleEndian.AppendUint32(b, uint32(e.Marks))
	b = binary.LittleEndian.AppendUint32(b, uint32(e.Bin))
	for _, s := range [...]string{
		string(e.Cause), string(e.Measure), e.Agency, e.Unit, e.Procedure, e.Channel, e.Level, e.Kind, e.At, e.Issuer, e.Helpers, e.Source,
	} {
		b = append(append(b, s...), 0) // no code holds a zero byte
	}
	if e.Delay != 0 { // lines that were there before records were lines keep their prints
		b = binary.LittleEndian.AppendUint32(b, uint32(e.Delay))
	}
	return xxhash.Sum64(b)
}

// sumOfPrints is what a journal of these entries sums to, in the arithmetic of the engine: modulo 2⁶⁴. A line without a print
// counts too.
func sumOfPrints(entries []lifecycle.Entry) (sum uint64) {
	for i := range entries {
		sum += (printOf(&entries[i]) + 1) * uint64(entries[i].N)
	}
	return sum
}
