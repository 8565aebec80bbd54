package nmnist

import (
	"path/filepath"
	"strings"

	"dvsim/events"
)

const (
	// record is the number of bytes an event has.
	record = 5
	// turn is the period of the clock, 2^23 µs.
	turn = 1 << 23
	// markRow is the y of a mark of 13-bit overflow, markStep what it adds, in µs.
	markRow  = 240
	markStep = 1 << 13
)

func init() {
	events.Register(events.Format{
		Name:        "nmnist",
		Description: "N-MNIST, N-Caltech101 (.bin) and SLAYER (.bs2), 5 bytes an event",
		Extensions:  []string{".bin", ".bs2"},
		Sniff:       sniff,
		Decode:      decode,
		Create:      create,
	})
}

// sniff wants the extension and times that nearly always grow. In other bytes
// half of the steps go backwards.
func sniff(prefix []byte, name string) events.Score {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".bin", ".bs2":
	default:
		return events.No
	}
	if len(prefix) < record {
		return events.No
	}
	records, odd, last := 0, 0, uint32(0)
	for b := prefix; len(b) >= record && records < 256; b = b[record:] {
		t := uint32(b[2]&0x7f)<<16 | uint32(b[3])<<8 | uint32(b[4])
		if records > 0 && (t-last)%turn >= turn/2 && b[1] != markRow {
			odd++
		}
		last = t
		records++
	}
	if odd > 1+records/20 {
		return events.No
	}
	return events.Likely
}
