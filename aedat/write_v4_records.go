package aedat

import (
	"encoding/binary"
	"fmt"
	"math"

	"dvsim/events"
)

var _ events.RecordWriter = (*v4Writer)(nil)

// stream finds the stream for records: the one with that number, else the first of the kind.
func (v *v4Writer) stream(kind events.Kind, id int) (events.Stream, error) {
	found := events.Stream{ID: -1}
	for _, s := range v.streams {
		if s.Kind == kind && (s.ID == id || found.ID < 0) {
			found = s
		}
	}
	if found.ID < 0 {
		return found, v4WriteError(fmt.Errorf("%w: the header for this recording lists no stream of %s", events.ErrUnsupported, kind))
	}
	return found, nil
}

// begin returns the stream for records and ends the packet of events before them.
func (v *v4Writer) begin(kind events.Kind, id int) (events.Stream, error) {
	if v.err != nil {
		return events.Stream{}, v.err
	}
	s, err := v.stream(kind, id)
	if err != nil {
		return s, err
	}
	v.flush()
	return s, v.err
}

// WriteFrame implements [events.RecordWriter]. Frames whose channels are ordered
// R, G, B are turned into B, G, R, the order that AEDAT 4 has.
func (v *v4Writer) WriteFrame(f *events.Frame) error {
	format, swap := f.Format, false
	switch f.Format {
	case events.RGB16:
		format, swap = events.BGR16, true
	case events.RGBA16:
		format, swap = events.BGRA16, true
	}
	code, ok := v4PixelCode(format)
	bytes := f.Width * f.Height * format.Channels() * format.SampleBytes()
	if !ok || min(f.Width, f.Height) < 0 || max(f.Width, f.Height) > math.MaxInt16 || bytes != len(f.Pixels) || bytes > v4MaxPacket/2 ||
		min(f.X, f.Y) < math.MinInt16 || max(f.X, f.Y) > math.MaxInt16 {
		return v4WriteError(fmt.Errorf("%w: a frame of %d x %d pixels at (%d, %d), format %q, with %d bytes", events.ErrRange, f.Width, f.Height, f.X, f.Y, f.Format, len(f.Pixels)))
	}
	s, err := v.begin(events.KindFrames, f.Stream)
	if err != nil {
		return err
	}
	v.scratch = v4AppendFrame(v.scratch[:0], f, code)
	if swap {
		v4SwapChannels(v.scratch[len(v.scratch)-bytes:], format.Channels())
	}
	v.packet(s, v.scratch, 1, f.T, f.T)
	return v.err
}

// v4SwapChannels exchanges the first and the third of the 16-bit channels.
func v4SwapChannels(b []byte, channels int) {
	for ; len(b) >= 2*channels; b = b[2*channels:] {
		b[0], b[1], b[4], b[5] = b[4], b[5], b[0], b[1]
	}
}

// v4AppendFrame builds a frame's FlatBuffer.
func v4AppendFrame(b []byte, f *events.Frame, code int8) []byte {
	const vtab, table, count = 12, 48, 116 // places
	le := binary.LittleEndian
	b = append(b, make([]byte, count+4)...)
	le.PutUint32(b[4:], table-4)
	copy(b[8:], v4IdentFrame)
	// The table's bytes: 0 vtable, 4 pixels, 8 to 55 times, 56 to 63 size and position, 64 format, 65 source.
	for i, p := range []uint16{30, count - table, 8, 16, 24, 32, 40, 64, 56, 58, 60, 62, 4, 48, 65} {
		le.PutUint16(b[vtab+2*i:], p)
	}
	t := b[table:]
	le.PutUint32(t, table-vtab)
	le.PutUint32(t[4:], count-table-4)
	for i, x := range []int64{f.T, f.Begin, f.End, f.ExposureBegin, f.ExposureEnd, max(0, f.ExposureEnd-f.ExposureBegin)} {
		le.PutUint64(t[8+8*i:], uint64(x))
	}
	for i, x := range []int{f.Width, f.Height, f.X, f.Y} {
		le.PutUint16(t[56+2*i:], uint16(int16(x)))
	}
	t[64], t[65] = byte(code), byte(f.Source)
	le.PutUint32(b[count:], uint32(len(f.Pixels)))
	b = append(b, f.Pixels...)
	le.PutUint32(b, uint32(len(b)-4))
	return b
}

// WriteIMU implements [events.RecordWriter]. The readings are one packet.
func (v *v4Writer) WriteIMU(r []events.IMU) error {
	if len(r) == 0 {
		return v.err
	}
	s, err := v.begin(events.KindIMU, r[0].Stream)
	if err != nil {
		return err
	}
	// A table's bytes: 0 vtable, 4 to 43 ten numbers, 48 time.
	vtab := []uint16{26, 56, 48, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40}
	v.scratch = v4AppendTables(v.scratch[:0], v4IdentIMU, vtab, len(r), func(i int, t []byte) {
		e := &r[i]
		for k, x := range [...]float32{e.Temperature, e.Accel[0], e.Accel[1], e.Accel[2], e.Gyro[0], e.Gyro[1], e.Gyro[2], e.Mag[0], e.Mag[1], e.Mag[2]} {
			binary.LittleEndian.PutUint32(t[4+4*k:], math.Float32bits(x))
		}
		binary.LittleEndian.PutUint64(t[48:], uint64(e.T))
	})
	v.packet(s, v.scratch, len(r), r[0].T, r[len(r)-1].T)
	return v.err
}

// WriteTriggers implements [events.RecordWriter]. The triggers are one packet.
func (v *v4Writer) WriteTriggers(r []events.Trigger) error {
	if len(r) == 0 {
		return v.err
	}
	s, err := v.begin(events.KindTrigger, r[0].Stream)
	if err != nil {
		return err
	}
	// A table's bytes: 0 vtable, 4 source, 8 time.
	v.scratch = v4AppendTables(v.scratch[:0], v4IdentTrigger, []uint16{8, 16, 8, 4}, len(r), func(i int, t []byte) {
		t[4] = byte(r[i].Source)
		binary.LittleEndian.PutUint64(t[8:], uint64(r[i].T))
	})
	v.packet(s, v.scratch, len(r), r[0].T, r[len(r)-1].T)
	return v.err
}

// v4AppendTable builds the data table. Offsets are those of the payloads.
func v4AppendTable(b []byte, entries []v4Entry) []byte {
	// A table's bytes: 0 vtable, 4 stream and bytes, 16 offset, 24 count, 32 and 40 times.
	return v4AppendTables(b, v4IdentTable, []uint16{14, 48, 16, 4, 24, 32, 40}, len(entries), func(i int, t []byte) {
		e := &entries[i]
		binary.LittleEndian.PutUint32(t[4:], uint32(e.stream))
		binary.LittleEndian.PutUint32(t[8:], uint32(e.size))
		for k, x := range [...]int64{e.off, e.records, e.begin, e.end} {
			binary.LittleEndian.PutUint64(t[16+8*k:], uint64(x))
		}
	})
}

// v4AppendTables builds a FlatBuffer that is one vector of n tables. vtab is the
// vtable they share, put the filling of the i-th table's bytes, which are zero.
func v4AppendTables(b []byte, ident string, vtab []uint16, n int, put func(i int, t []byte)) []byte {
	align := func(x int) int { return (x + 7) &^ 7 }
	at := align(v4RootBytes + 4*n)
	table := align(at + 2*len(vtab))
	size := align(int(vtab[1]))
	b = append(b, make([]byte, table+n*size)...)
	v4PutRoot(b, ident, n)
	le := binary.LittleEndian
	for i, x := range vtab {
		le.PutUint16(b[at+2*i:], x)
	}
	for i := range n {
		pos, ref := table+i*size, v4RootBytes+4*i
		le.PutUint32(b[ref:], uint32(pos-ref))
		le.PutUint32(b[pos:], uint32(pos-at))
		put(i, b[pos:pos+size])
	}
	return b
}
