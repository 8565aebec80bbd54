package trace

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
)

// The format of set files is described in docs/formats/dvset.md; all numbers are
// little-endian.
const (
	setMagic   = "\x89DVS\r\n\x1a\n"
	setTail    = "DVS-END\n"
	setVersion = 1

	setBlockMark   = 0x31504d53 // "SMP1"
	setBlockHeader = 28
	setFooterBytes = 4 + 4*8 + 4 + 8 + len(setTail)

	// A unit is closed when it has this many bytes; it is cut into blocks of at most
	// maxRaw bytes.
	setUnitBytes = 256 << 10
	// A block unfolds to at most so many times its stored bytes (and setSlack), so
	// that the memory of a reader is bounded by the length of the file.
	setExpansion = 128
	setSlack     = 4096

	maxSteps = 1 << 24
)

// Flags of a block of a set.
const (
	setMore  = 1 << 0 // the unit goes on in the next block
	setPlain = 1 << 1 // the payload is not compressed
)

// ErrNotSet: the bytes do not begin as a set file does.
var ErrNotSet = errors.New("this is no encoded data set of dvsim (.dvset)")

// setBlock is the header of a block of a set.
type setBlock struct {
	flags       uint16
	stored, raw uint32 // bytes of the payload as it stands, and unfolded
	samples     uint32 // of the whole unit
	sum         uint32 // of the payload as it stands
}

func (b *setBlock) put(dst []byte) {
	le := binary.LittleEndian
	le.PutUint32(dst[0:], setBlockMark)
	le.PutUint16(dst[4:], b.flags)
	le.PutUint16(dst[6:], 0)
	le.PutUint32(dst[8:], b.stored)
	le.PutUint32(dst[12:], b.raw)
	le.PutUint32(dst[16:], b.samples)
	le.PutUint32(dst[20:], b.sum)
	le.PutUint32(dst[24:], checksum(dst[:24]))
}

// get reads a header and says what of it cannot be.
func (b *setBlock) get(src []byte) error {
	le := binary.LittleEndian
	if le.Uint32(src[24:]) != checksum(src[:24]) {
		return fmt.Errorf("%w: checksum of the header", ErrCorrupt)
	}
	*b = setBlock{flags: le.Uint16(src[4:]), stored: le.Uint32(src[8:]), raw: le.Uint32(src[12:]), samples: le.Uint32(src[16:]), sum: le.Uint32(src[20:])}
	switch {
	case b.flags&^(setMore|setPlain) != 0 || le.Uint16(src[6:]) != 0:
		return fmt.Errorf("%w: flags %#x", ErrUnsupported, b.flags)
	case b.raw > maxRaw || uint64(b.raw) > setExpansion*uint64(b.stored)+setSlack || b.stored > maxRaw:
		return fmt.Errorf("%w: %d bytes unfold to %d", ErrTooLarge, b.stored, b.raw)
	case b.flags&setPlain != 0 && b.raw != b.stored, b.raw == 0, b.samples == 0:
		return fmt.Errorf("%w: %d bytes stored, %d bytes of %d samples", ErrCorrupt, b.stored, b.raw, b.samples)
	}
	return nil
}

// setTotals is what the footer says of the whole.
type setTotals struct {
	samples, entries, spikes uint64
	hash                     uint64 // xxHash64 of all block headers
}

// footer writes a whole footer that stands at byte at.
func (s *setTotals) footer(at int64) []byte {
	le := binary.LittleEndian
	b := le.AppendUint32(nil, footerMark)
	for _, v := range [...]uint64{s.samples, s.entries, s.spikes, s.hash} {
		b = le.AppendUint64(b, v)
	}
	b = le.AppendUint32(b, checksum(b))
	b = le.AppendUint64(b, uint64(at))
	return append(b, setTail...)
}

// setDescription is a Set without its samples, as it stands in the file.
type setDescription struct {
	Layer   layerDescription `json:"layer"`
	Steps   int              `json:"steps"`
	DtUS    int64            `json:"dt_us"`
	Classes []string         `json:"classes"`
	About   string           `json:"about,omitempty"`
}

func encodeSetInfo(s *Set) ([]byte, error) {
	d := setDescription{Layer: layerDescription(s.Layer), Steps: s.Steps, DtUS: s.DtUS, Classes: s.Classes, About: s.About}
	if d.Classes == nil {
		d.Classes = []string{}
	}
	b, err := json.Marshal(d)
	if err == nil && len(b) > maxInfo {
		err = fmt.Errorf("trace: the description of the set takes %d bytes; at most %d fit", len(b), maxInfo)
	}
	return b, err
}

func decodeSetInfo(b []byte) (*Set, error) {
	var d setDescription
	if err := json.Unmarshal(b, &d); err != nil {
		return nil, err
	}
	s := &Set{Layer: Layer(d.Layer), Steps: d.Steps, DtUS: d.DtUS, Classes: d.Classes, About: d.About}
	if s.DtUS < 0 {
		return nil, fmt.Errorf("negative step %d µs", s.DtUS)
	}
	if err := new(order).begin([]Layer{s.Layer}); err != nil {
		return nil, err
	}
	return s, s.Check()
}
