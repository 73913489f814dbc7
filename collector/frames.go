package collector

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"

	"github.com/hashicorp/raft"
	wal "github.com/hashicorp/raft-wal"
	"github.com/hashicorp/raft-wal/types"
)

// The layout of the library's files (raft-wal v0.4.0, segment/format.go): a header of 32 bytes, then frames of an 8-byte
// header (kind, three zeros, length or checksum) and the payload, padded to 8 bytes. Every append ends with a commit
// frame, which has the CRC-32C of all since the commit before; the append that fills a file has an index frame before it.
const (
	fileHeader  = 32
	fileMagic   = 0x58eb6b0d
	frameHeader = 8
	frameEntry  = 1
	frameIndex  = 2
	frameCommit = 3
)

// headerOf is what the header of a file must be.
func headerOf(info types.SegmentInfo) []byte {
	h := binary.LittleEndian.AppendUint64(nil, fileMagic)
	h = binary.LittleEndian.AppendUint64(h, info.BaseIndex)
	h = binary.LittleEndian.AppendUint64(h, info.ID)
	return binary.LittleEndian.AppendUint64(h, info.Codec)
}

// tail is what the newest file of the log holds for certain.
type tail struct {
	end     int    // where its last good commit ends; 0 if there is none
	entries uint64 // how many entries stand before it
	index   int    // where the payload of the index stands, if the file was filled; else 0
}

// readTail goes through the newest file up to the last commit whose checksum is right. What follows it the library
// would drop, or take, and stumble over later.
func readTail(content []byte) tail {
	var good, t tail
	start := 0 // of the commit being read
	for at := fileHeader; at+frameHeader <= len(content); {
		size := frameHeader
		switch content[at] {
		case frameEntry:
			size = frameSize(content[at:])
			t.entries++
		case frameIndex:
			size = frameSize(content[at:])
			t.index = at + frameHeader
		case frameCommit:
			t.end = at + size
			if crc32.Checksum(content[start:at], castagnoli) == binary.LittleEndian.Uint32(content[at+4:]) {
				good = t
			}
			start = t.end
		default:
			return good
		}
		at += size
	}
	return good
}

func frameSize(frame []byte) int {
	return frameHeader + (int(binary.LittleEndian.Uint32(frame[4:]))+7)&^7
}

// readFrame reads the number and the entry of an entry frame.
func readFrame(frame []byte) (number uint64, entry []byte, ok bool) {
	length := int(binary.LittleEndian.Uint32(frame[4:]))
	if frame[0] != frameEntry || frame[1]|frame[2]|frame[3] != 0 || length > len(frame)-frameHeader {
		return 0, nil, false
	}
	defer func() {
		if recover() != nil { // the library's decoder runs out of its slice where lengths are damaged
			ok = false
		}
	}()
	var l raft.Log
	if err := new(wal.BinaryCodec).Decode(frame[frameHeader:frameHeader+length], &l); err != nil {
		return 0, nil, false
	}
	return l.Index, l.Data, true
}

// wholeEntries finds the entries after a number that are what was written, wherever they stand in part of a file.
func wholeEntries(part []byte, after uint64) [][]byte {
	var found [][]byte
	for at := 0; at+frameHeader <= len(part); {
		if number, entry, ok := readFrame(part[at:]); ok && number > after && checkEntry(entry, number) == nil {
			found = append(found, entry)
			at += frameSize(part[at:])
			continue
		}
		at += frameHeader
	}
	return found
}

// findEntry looks for one entry wherever it stands in a file.
func findEntry(content []byte, number uint64) ([]byte, bool) {
	for at := fileHeader; at+frameHeader <= len(content); at += frameHeader {
		if n, entry, ok := readFrame(content[at:]); ok && n == number && checkEntry(entry, number) == nil {
			return entry, true
		}
	}
	return nil, false
}

func allZero(b []byte) bool { return len(bytes.Trim(b, "\x00")) == 0 }
