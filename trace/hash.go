package trace

import (
	"encoding/binary"
	"fmt"

	"github.com/cespare/xxhash/v2"
)

// Hash computes the trace hash: one number for all spikes of a run, by which two
// engines, two machines or two versions are compared. It keeps nothing else, and
// costs about as much as writing the spikes once to memory. The zero value is ready.
//
// The definition (all numbers little-endian, xxHash64 with seed 0):
//
//   - a layer's hash is the xxHash64 of one record of 16 bytes for each of its
//     spikes, in the order (time, index): time as int64, index as uint32, count as
//     uint32;
//   - the trace hash is the xxHash64 of three numbers of 8 bytes for each layer,
//     the input first: its number of neurons, its number of records, its hash.
//
// Names, duration, step and the order in which calls of different layers came
// have no part in it. A count that is not given is 1.
type Hash struct {
	neurons []uint64
	records []uint64
	layers  []*xxhash.Digest
	buf     []byte
}

const hashRecord = 16

// Begin starts afresh.
func (h *Hash) Begin(info Info) error {
	n := len(info.Layers)
	h.neurons, h.records, h.layers = make([]uint64, n), make([]uint64, n), make([]*xxhash.Digest, n)
	for i, l := range info.Layers {
		h.neurons[i] = uint64(l.Len())
		h.layers[i] = xxhash.New()
	}
	if h.buf == nil {
		h.buf = make([]byte, 0, 256*hashRecord)
	}
	return nil
}

// Spikes adds the spikes of one layer at one time.
func (h *Hash) Spikes(layer int, t int64, index []uint32, counts []uint16) error {
	if uint(layer) >= uint(len(h.layers)) {
		return fmt.Errorf("trace: spikes of layer %d, but %d layers were announced", layer, len(h.layers))
	}
	d := h.layers[layer]
	h.records[layer] += uint64(len(index))
	buf := h.buf[:0]
	for i, j := range index {
		c := uint32(1)
		if counts != nil {
			c = uint32(counts[i])
		}
		buf = binary.LittleEndian.AppendUint64(buf, uint64(t))
		buf = binary.LittleEndian.AppendUint64(buf, uint64(c)<<32|uint64(j))
		if len(buf) == cap(buf) {
			d.Write(buf)
			buf = buf[:0]
		}
	}
	d.Write(buf)
	return nil
}

// End does nothing: the duration has no part in the hash.
func (h *Hash) End(int64) error { return nil }

// Sum64 returns the hash of what was recorded up to now.
func (h *Hash) Sum64() uint64 {
	var buf []byte
	for i, d := range h.layers {
		buf = binary.LittleEndian.AppendUint64(buf, h.neurons[i])
		buf = binary.LittleEndian.AppendUint64(buf, h.records[i])
		buf = binary.LittleEndian.AppendUint64(buf, d.Sum64())
	}
	return xxhash.Sum64(buf)
}

// Sum returns the hash as 16 hexadecimal digits; this is trace_hash in the output
// of the command line.
func (h *Hash) Sum() string { return FormatHash(h.Sum64()) }

// FormatHash writes a trace hash as 16 hexadecimal digits.
func FormatHash(sum uint64) string { return fmt.Sprintf("%016x", sum) }

var _ Recorder = (*Hash)(nil)
