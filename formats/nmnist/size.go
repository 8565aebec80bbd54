package nmnist

import (
	"encoding/binary"
	"errors"
	"io"
	"path/filepath"
	"strings"

	"dvsim/events"
)

// scanBytes is the length of file up to which all of it is looked through for
// its largest pixel.
const scanBytes = 16 << 20

// sizes are those that a guess takes: N-MNIST, DVS128 (DVS Gesture),
// N-Caltech101, and the ends of the format without and with the row of marks.
var sizes = []events.Geometry{
	{Width: 34, Height: 34},
	{Width: 128, Height: 128},
	{Width: 240, Height: 180},
	{Width: 256, Height: markRow},
	{Width: 256, Height: 256},
}

// guess finds the size of the sensor. prefix are the first bytes, all of them
// where whole is true.
func guess(src events.Source, prefix []byte, whole bool) (events.Geometry, error) {
	from := 0
	if strings.EqualFold(filepath.Ext(src.Name), ".bs2") {
		from = 1
	}
	s := scan{usual: sizes[from]}
	if whole || src.At == nil || src.Size > scanBytes {
		s.add(prefix)
	} else {
		buf := make([]byte, 64<<10/record*record)
		for off := int64(0); ; off += int64(len(buf)) {
			n, err := src.At.ReadAt(buf, off)
			s.add(buf[:n])
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return events.Geometry{}, err
			}
		}
	}
	for _, g := range sizes[from:] {
		if g.Contains(s.x, s.y) {
			return g, nil
		}
	}
	return sizes[len(sizes)-1], nil
}

// scan finds the largest x and y of events.
type scan struct {
	usual events.Geometry // x and y are not looked for in blocks that fit into it
	x, y  uint16
}

// add looks through whole records. Rows of 240 are marks, unless there are
// larger ones.
func (s *scan) add(b []byte) {
	if within(b, s.usual) {
		return
	}
	for c := b; len(c) >= record; c = c[record:] {
		if c[1] != markRow {
			s.x, s.y = max(s.x, uint16(c[0])), max(s.y, uint16(c[1]))
		}
	}
}

// within reports whether all pixels lie on a sensor of size g, of up to 128x128.
// x and y of a record are tested at once, as the two bytes of a word: its high
// bits are set when 128-width and 128-height are added, or before, where one does
// not fit.
func within(b []byte, g events.Geometry) bool {
	limit := uint32(128-g.Width) | uint32(128-g.Height)<<8
	test := func(c []byte) uint32 {
		xy := uint32(binary.LittleEndian.Uint16(c))
		return xy | (xy + limit)
	}
	beyond := uint32(0)
	for ; len(b) >= 8*record; b = b[8*record:] {
		c := b[:8*record]
		beyond |= test(c) | test(c[5:]) | test(c[10:]) | test(c[15:]) | test(c[20:]) | test(c[25:]) | test(c[30:]) | test(c[35:])
	}
	for ; len(b) >= record; b = b[record:] {
		beyond |= test(b)
	}
	return beyond&0x8080 == 0
}
