package aedat

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strings"

	"dvsim/events"
)

// v3Writer writes AEDAT 3.1: events, frames, IMU readings and triggers, in the
// order of the calls. Packets of events end when they are full, when the bits of
// time above 31 change, at another camera (Event.Src), and before other records.
//
// Beyond cAER it writes the header line "#Geometry: 346x260"; others take it for
// a comment.
type v3Writer struct {
	w      io.Writer
	size   events.Geometry
	per    int    // events a packet
	buf    []byte // the packet of events being filled: header and events
	n      int    // its events
	src    uint8  // and their camera
	over   int64  // and their time above bit 31
	wrote  int64  // events accepted
	err    error
	record []byte // another packet
}

// v3PacketEvents is the default size of a packet: 32 KiB of events.
const v3PacketEvents = 4096

var (
	v3MaxSize   = events.Geometry{Width: 1 << 15, Height: 1 << 15}
	_           = events.RecordWriter((*v3Writer)(nil))
	v3ErrClosed = &events.FormatError{Format: "aedat3", Offset: -1, Err: events.ErrClosed}
)

func v3Create(w io.Writer, h *events.Header, opt events.WriteOptions) (events.Writer, error) {
	if h.Geometry.Known() { // without a size the addresses are the limit
		if err := writableSize("aedat3", h.Geometry, v3MaxSize); err != nil {
			return nil, err
		}
	}
	if opt.PacketEvents < 0 || opt.PacketEvents > 1<<24 {
		return nil, &events.FormatError{Format: "aedat3", Offset: -1, Err: fmt.Errorf("%w: %d events a packet", events.ErrRange, opt.PacketEvents), Hint: "give a number up to 16,777,216; 0 is the default of 4,096"}
	}
	v := &v3Writer{w: w, size: h.Geometry, per: opt.PacketEvents}
	if v.per == 0 {
		v.per = v3PacketEvents
	}
	var b strings.Builder
	fmt.Fprintf(&b, "#!AER-DAT3.1\r\n#Format: RAW\r\n#Source 1: %s\r\n", v3SourceName(h.Source))
	if h.Geometry.Known() {
		fmt.Fprintf(&b, "#Geometry: %v\r\n", h.Geometry)
	} else {
		v.size = v3MaxSize
	}
	b.WriteString("#!END-HEADER\r\n")
	_, err := io.WriteString(w, b.String())
	return v, err
}

// v3SourceName makes one short line of ASCII of the name of a camera.
func v3SourceName(name string) string {
	var b strings.Builder
	for _, r := range name {
		if r >= ' ' && r < 0x7f && b.Len() < 100 {
			b.WriteRune(r)
		}
	}
	if s := strings.TrimSpace(b.String()); s != "" {
		return s
	}
	return "unknown"
}

// Write implements events.Writer.
func (w *v3Writer) Write(src []events.Event) error {
	if w.err != nil {
		return w.err
	}
	for i, e := range src {
		var err error
		switch {
		case !w.size.Contains(e.X, e.Y):
			err = fmt.Errorf("%w: the pixel is not on the sensor of %v", events.ErrGeometry, w.size)
		case !v3TimeFits(e.T):
			err = v3TimeError(e.T)
		}
		if err != nil {
			return eventError("aedat3", w.wrote+int64(i), e, err)
		}
	}
	for _, e := range src {
		if over := e.T >> 31; w.n > 0 && (over != w.over || e.Src != w.src || w.n == w.per) {
			if w.flush(); w.err != nil {
				return w.err
			}
		}
		if w.n == 0 {
			w.over, w.src = e.T>>31, e.Src
			w.buf = append(w.buf[:0], make([]byte, v3HeaderBytes)...)
		}
		w.n++
		data := 1 | uint32(e.P&1)<<1 | uint32(e.Y)<<2 | uint32(e.X)<<17
		w.buf = binary.LittleEndian.AppendUint64(w.buf, uint64(e.T&0x7fffffff)<<32|uint64(data))
	}
	w.wrote += int64(len(src))
	return nil
}

// v3TimeFits: 31 bits of time and 31 bits of overflow.
func v3TimeFits(t int64) bool { return t >= 0 && t < 1<<62 }

func v3TimeError(t int64) error {
	return fmt.Errorf("%w: the time %d does not lie in 0..2^62-1", events.ErrRange, t)
}

// flush writes the packet of events.
func (w *v3Writer) flush() {
	if w.n == 0 || w.err != nil {
		return
	}
	v3PutHeader(w.buf, v3Packet{kind: v3Polarity, source: 1 + int(w.src), size: 8, tsOffset: 4, overflow: int32(w.over), number: int64(w.n)})
	w.n = 0
	_, w.err = w.w.Write(w.buf)
}

// v3PutHeader writes a header whose packet is full of valid events.
func v3PutHeader(b []byte, p v3Packet) {
	binary.LittleEndian.PutUint16(b, uint16(p.kind))
	binary.LittleEndian.PutUint16(b[2:], uint16(p.source))
	for i, v := range []int64{p.size, int64(p.tsOffset), int64(p.overflow), p.number, p.number, p.number} {
		binary.LittleEndian.PutUint32(b[4+4*i:], uint32(v))
	}
}

// put writes another packet behind the events before it. w.record holds room
// for the header and the body.
func (w *v3Writer) put(p v3Packet) error {
	if w.flush(); w.err != nil {
		return w.err
	}
	p.source, p.size = 1, int64(len(w.record)-v3HeaderBytes)/p.number
	v3PutHeader(w.record, p)
	_, w.err = w.w.Write(w.record)
	return w.err
}

func (w *v3Writer) start() { w.record = append(w.record[:0], make([]byte, v3HeaderBytes)...) }

// recordError names a record that cannot be written.
func recordError(what string, err error) error {
	return &events.FormatError{Format: "aedat3", Offset: -1, Part: what, Err: err, Hint: "leave it out, or write AEDAT 4"}
}

// WriteIMU implements events.RecordWriter: readings with a magnetic field become
// IMU 9 events, others IMU 6.
func (w *v3Writer) WriteIMU(readings []events.IMU) error {
	if w.err != nil {
		return w.err
	}
	for _, m := range readings {
		if !v3TimeFits(m.T) {
			return recordError("IMU reading", v3TimeError(m.T))
		}
	}
	nine := func(m *events.IMU) bool { return m.Mag != [3]float32{} }
	for len(readings) > 0 {
		p := v3Packet{kind: v3IMU6, tsOffset: 4, overflow: int32(readings[0].T >> 31)}
		values := 7
		if nine(&readings[0]) {
			p.kind, values = v3IMU9, 10
		}
		w.start()
		for len(readings) > 0 && readings[0].T>>31 == int64(p.overflow) && nine(&readings[0]) == (p.kind == v3IMU9) && p.number < v3PacketEvents {
			m := &readings[0]
			w.record = binary.LittleEndian.AppendUint32(w.record, 1)
			w.record = binary.LittleEndian.AppendUint32(w.record, uint32(m.T&0x7fffffff))
			all := [10]float32{m.Accel[0], m.Accel[1], m.Accel[2], m.Gyro[0], m.Gyro[1], m.Gyro[2], m.Temperature, m.Mag[0], m.Mag[1], m.Mag[2]}
			for _, v := range all[:values] {
				w.record = binary.LittleEndian.AppendUint32(w.record, math.Float32bits(v))
			}
			p.number++
			readings = readings[1:]
		}
		if err := w.put(p); err != nil {
			return err
		}
	}
	return nil
}

// v3SpecialTypes are the types of special events by TriggerSource.
var v3SpecialTypes = [...]uint32{1, 2, 3, 4, 12, 13, 14, 15, 16, 17}

// WriteTriggers implements events.RecordWriter.
func (w *v3Writer) WriteTriggers(triggers []events.Trigger) error {
	if w.err != nil {
		return w.err
	}
	for _, g := range triggers {
		switch {
		case g.Source < 0 || int(g.Source) >= len(v3SpecialTypes):
			return recordError("trigger", fmt.Errorf("%w: no special event for the source %d", events.ErrRange, g.Source))
		case !v3TimeFits(g.T):
			return recordError("trigger", v3TimeError(g.T))
		}
	}
	for len(triggers) > 0 {
		p := v3Packet{kind: v3Special, tsOffset: 4, overflow: int32(triggers[0].T >> 31)}
		w.start()
		for len(triggers) > 0 && triggers[0].T>>31 == int64(p.overflow) && p.number < v3PacketEvents {
			w.record = binary.LittleEndian.AppendUint32(w.record, 1|v3SpecialTypes[triggers[0].Source]<<1)
			w.record = binary.LittleEndian.AppendUint32(w.record, uint32(triggers[0].T&0x7fffffff))
			p.number++
			triggers = triggers[1:]
		}
		if err := w.put(p); err != nil {
			return err
		}
	}
	return nil
}

// Close implements events.Writer.
func (w *v3Writer) Close() error {
	if w.flush(); w.err != nil && w.err != v3ErrClosed {
		return w.err
	}
	w.err = v3ErrClosed
	return nil
}
