package trace

import (
	"encoding/binary"
	"encoding/json"
	"fmt"

	"github.com/cespare/xxhash/v2"
)

// The format is described in docs/formats/dvt.md; all numbers are little-endian.
const (
	fileMagic = "\x89DVT\r\n\x1a\n"
	tailMagic = "DVT-END\n"
	version   = 1

	blockMark  = 0x314b4c42 // "BLK1"
	footerMark = 0x31444e45 // "END1"

	headerFixed = 16      // magic, version, flags, length of the description
	maxInfo     = 1 << 22 // bytes of the description
	blockHeader = 48
	blockSpikes = 1 << 15 // spikes a block at most
	maxRaw      = 1 << 20 // bytes of a block before compression: 21 a spike at most
	tailBytes   = 16
)

// Flags of a block.
const (
	flagCounts = 1 << 0 // has a column of counts
	flagMore   = 1 << 1 // the last group goes on in the layer's next block
)

// blockInfo is the header of a block.
type blockInfo struct {
	layer, flags   uint16
	stored, raw    uint32 // bytes after and before compression
	spikes, groups uint32
	first, last    int64 // times of the first and the last group
	sum            uint32
}

func (b *blockInfo) put(dst []byte) {
	le := binary.LittleEndian
	le.PutUint32(dst[0:], blockMark)
	le.PutUint16(dst[4:], b.layer)
	le.PutUint16(dst[6:], b.flags)
	le.PutUint32(dst[8:], b.stored)
	le.PutUint32(dst[12:], b.raw)
	le.PutUint32(dst[16:], b.spikes)
	le.PutUint32(dst[20:], b.groups)
	le.PutUint64(dst[24:], uint64(b.first))
	le.PutUint64(dst[32:], uint64(b.last))
	le.PutUint32(dst[40:], b.sum)
	le.PutUint32(dst[44:], checksum(dst[:44]))
}

// get reads a header and reports whether its checksum holds.
func (b *blockInfo) get(src []byte) bool {
	le := binary.LittleEndian
	*b = blockInfo{
		layer: le.Uint16(src[4:]), flags: le.Uint16(src[6:]),
		stored: le.Uint32(src[8:]), raw: le.Uint32(src[12:]),
		spikes: le.Uint32(src[16:]), groups: le.Uint32(src[20:]),
		first: int64(le.Uint64(src[24:])), last: int64(le.Uint64(src[32:])),
		sum: le.Uint32(src[40:]),
	}
	return le.Uint32(src) == blockMark && le.Uint32(src[44:]) == checksum(src[:44])
}

// check says what of a header cannot be.
func (b *blockInfo) check(layers int) error {
	switch {
	case int(b.layer) >= layers:
		return fmt.Errorf("%w: layer %d of %d", ErrCorrupt, b.layer, layers)
	case b.flags&^(flagCounts|flagMore) != 0:
		return fmt.Errorf("%w: flags %#x", ErrUnsupported, b.flags)
	case b.raw > maxRaw || b.stored > maxRaw || b.spikes > blockSpikes:
		return fmt.Errorf("%w: %d bytes for %d spikes", ErrTooLarge, b.raw, b.spikes)
	case b.groups < 1 || b.groups > b.spikes || b.first < 0 || b.last < b.first || b.last > maxTime:
		return fmt.Errorf("%w: %d times from %d to %d for %d spikes", ErrCorrupt, b.groups, b.first, b.last, b.spikes)
	}
	return nil
}

// checksum is the lower half of the xxHash64.
func checksum(b []byte) uint32 { return uint32(xxhash.Sum64(b)) }

// description is Info as it stands in the file.
type description struct {
	Network string             `json:"network"`
	Source  string             `json:"source"`
	T0      int64              `json:"t0_us"`
	DtUS    int64              `json:"dt_us"`
	Layers  []layerDescription `json:"layers"`
}

type layerDescription struct {
	Name   string   `json:"name"`
	H      int      `json:"h"`
	W      int      `json:"w"`
	C      int      `json:"c"`
	Labels []string `json:"labels,omitempty"`
}

func encodeInfo(i Info) ([]byte, error) {
	d := description{Network: i.Network, Source: i.Source, T0: i.T0, DtUS: i.DtUS, Layers: []layerDescription{}}
	for _, l := range i.Layers {
		d.Layers = append(d.Layers, layerDescription(l))
	}
	return json.Marshal(d)
}

func decodeInfo(b []byte) (Info, error) {
	var d description
	if err := json.Unmarshal(b, &d); err != nil {
		return Info{}, err
	}
	i := Info{Network: d.Network, Source: d.Source, T0: d.T0, DtUS: d.DtUS}
	for _, l := range d.Layers {
		i.Layers = append(i.Layers, Layer(l))
	}
	if i.DtUS < 0 {
		return Info{}, fmt.Errorf("negative step %d µs", i.DtUS)
	}
	return i, new(order).begin(i.Layers)
}

// Summary is what the footer of a trace file says of the whole.
type Summary struct {
	Duration int64
	Blocks   int64
	// Hash is the trace hash; see [Hash].
	Hash   uint64
	Layers []LayerSummary
}

// LayerSummary is what the footer says of one layer.
type LayerSummary struct {
	// Spikes counts each spike once, Total with its count.
	Spikes, Total int64
	Hash          uint64 // the layer's part of the trace hash
}

// append writes the payload of a footer.
func (s *Summary) append(b []byte) []byte {
	le := binary.LittleEndian
	b = le.AppendUint64(b, uint64(s.Duration))
	b = le.AppendUint64(b, uint64(s.Blocks))
	b = le.AppendUint64(b, s.Hash)
	for _, l := range s.Layers {
		b = le.AppendUint64(b, uint64(l.Spikes))
		b = le.AppendUint64(b, uint64(l.Total))
		b = le.AppendUint64(b, l.Hash)
	}
	return b
}

func parseSummary(b []byte, layers int) Summary {
	u := func(i int) uint64 { return binary.LittleEndian.Uint64(b[8*i:]) }
	s := Summary{Duration: int64(u(0)), Blocks: int64(u(1)), Hash: u(2)}
	for i := range layers {
		s.Layers = append(s.Layers, LayerSummary{Spikes: int64(u(3 + 3*i)), Total: int64(u(4 + 3*i)), Hash: u(5 + 3*i)})
	}
	return s
}

// summaryBytes is the length of a footer's payload.
func summaryBytes(layers int) int { return 24 + 24*layers }
