package aedat

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"dvsim/events"
)

// buffered returns the bytes in the buffer that belong to whole events of the
// packet, at least one event. At the end of the file it cuts the packet.
func (d *v3Decoder) buffered(size int) ([]byte, error) {
	n := d.br.Buffered()
	if n < size {
		b, err := d.br.Peek(size)
		if errors.Is(err, io.EOF) {
			return nil, d.cutInside(len(b))
		}
		if err != nil {
			return nil, d.sourceFailed(len(b), err)
		}
		n = d.br.Buffered()
	}
	b, _ := d.br.Peek(int(min(int64(n/size), d.left)) * size)
	return b, nil
}

// cutInside deals with the end of the file inside the packet at hand, rest bytes
// before it.
func (d *v3Decoder) cutInside(rest int) error {
	lost := d.left
	err := fmt.Errorf("%w: the packet has %d events, %d are there", events.ErrTruncated, d.pkt.number, d.pkt.number-d.left)
	if d.pkt.kind != v3Polarity {
		lost = 0
	}
	return d.cut(err, int64(rest), lost)
}

// readPolarity reads polarity events: u32 with valid (bit 0), polarity (bit 1), y
// and x, then i32 time. Runs of valid events that are on the sensor, in the order
// of time, go through fastV3; any other event is taken by itself.
func (d *v3Decoder) readPolarity(dst []events.Event) (int, error) {
	b, err := d.buffered(8)
	if err != nil {
		return 0, err
	}
	b = b[:min(len(b)/8, len(dst))*8]
	n, base := 0, d.pkt.base()
	for in := b; len(in) > 0; in = in[8:] {
		if since := max(d.before, base) - base; since < 1<<32 && d.bits == v3Bits31 {
			if k := fastV3(dst[n:], in, base, uint32(since), d.h.Geometry, d.src); k > 0 {
				n += k
				d.before = dst[n-1].T
				in = in[8*k:]
			}
		}
		r := binary.LittleEndian.Uint64(in)
		if r&1 == 0 {
			d.invalid++
			continue
		}
		e := events.Event{T: base + int64(r>>32), P: events.Polarity(r >> 1 & 1), Src: d.src}
		e.X, e.Y = d.bits.pixel(uint32(r))
		if e.T < d.before {
			d.backward++
		}
		d.before = e.T
		if !d.h.Geometry.Contains(e.X, e.Y) {
			d.outside++
		}
		dst[n] = e
		n++
	}
	d.left -= int64(len(b) / 8)
	d.discard(len(b))
	return n, nil
}

// fastV3 turns events of AEDAT 3.1 into events of dst as long as they are valid,
// on a sensor of size g, and not older than the one before; the first not than
// last, which leaves out base. It leaves the last event of b: b = b[8:] is cheaper
// where a byte is left.
func fastV3(dst []events.Event, b []byte, base int64, last uint32, g events.Geometry, src uint8) (n int) {
	width, height := uint32(g.Width), uint32(g.Height)
	for n < len(dst) && len(b) > 8 {
		r := binary.LittleEndian.Uint64(b)
		a, u := uint32(r), uint32(r>>32)
		x, y := a>>17, a>>2&0x7fff
		if a&1 == 0 || u < last || x >= width || y >= height {
			break
		}
		last = u
		e := &dst[n]
		e.T, e.X, e.Y, e.P, e.Src = base+int64(u), uint16(x), uint16(y), events.Polarity(a>>1&1), src
		n++
		b = b[8:]
	}
	return n
}

// readOther reads one event of another type, or skips a packet of a type that is
// not decoded.
func (d *v3Decoder) readOther() error {
	switch d.pkt.kind {
	case v3Special:
		return d.readSpecial()
	case v3Frame:
		return d.readFrame()
	case v3IMU6, v3IMU9:
		return d.readIMU()
	}
	n, err := d.skip(d.left * d.pkt.size)
	if err != nil {
		return err
	}
	whole := n / d.pkt.size
	d.counts[d.pkt.kind].records += whole
	d.left -= whole
	if d.left > 0 {
		d.off -= n % d.pkt.size // the bytes of the cut event are those that the gap tells
		return d.cutInside(int(n % d.pkt.size))
	}
	return nil
}

// v3Triggers maps the types of special events to triggers; -1 is no trigger.
// AEDAT 4, whose numbers these are, does not tell the three inputs apart.
var v3Triggers = [...]events.TriggerSource{
	-1, // 0 turn of the clock
	events.TriggerReset,
	events.TriggerExternalRise, events.TriggerExternalFall, events.TriggerExternalPulse,
	-1,                                                                                  // 5 row only
	events.TriggerExternalRise, events.TriggerExternalFall, events.TriggerExternalPulse, // 6..8 input 1
	events.TriggerExternalRise, events.TriggerExternalFall, events.TriggerExternalPulse, // 9..11 input 2
	events.TriggerGeneratorRise, events.TriggerGeneratorFall, // 12, 13
	events.TriggerFrameBegin, events.TriggerFrameEnd, // 14, 15
	events.TriggerExposureBegin, events.TriggerExposureEnd, // 16, 17
	-1, // 18 start of readout
}

// readSpecial reads one special event: u32 with valid (bit 0), type (bits 1..7)
// and data, then i32 time.
func (d *v3Decoder) readSpecial() error {
	b, err := d.buffered(8)
	if err != nil {
		return err
	}
	r := binary.LittleEndian.Uint64(b)
	d.discard(8)
	d.left--
	kind := int(r >> 1 & 0x7f)
	switch {
	case r&1 == 0:
		d.invalid++
		return nil
	case kind >= len(v3Triggers) || v3Triggers[kind] < 0:
		d.special++
		return nil
	}
	g := events.Trigger{Stream: v3Special, T: d.pkt.base() + int64(r>>32), Source: v3Triggers[kind]}
	d.counts[v3Special].add(1, g.T, g.T)
	if d.tap.Trigger == nil {
		return nil
	}
	return d.tap.Trigger([]events.Trigger{g})
}

// readIMU reads one reading: u32 with valid (bit 0), i32 time, f32 acceleration
// (g), rotation (°/s), temperature (°C), and of nine axes the magnetic field (µT).
func (d *v3Decoder) readIMU() error {
	kind := d.pkt.kind
	b, err := d.buffered(v3Sizes[kind])
	if err != nil {
		return err
	}
	defer d.discard(v3Sizes[kind])
	d.left--
	if b[0]&1 == 0 {
		d.invalid++
		return nil
	}
	t := d.pkt.base() + int64(binary.LittleEndian.Uint32(b[4:]))
	d.counts[kind].add(1, t, t)
	if d.tap.IMU == nil {
		return nil
	}
	f := func(i int) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b[8+4*i:])) }
	d.imu[0] = events.IMU{
		Stream: kind, T: t, Temperature: f(6),
		Accel: [3]float32{f(0), f(1), f(2)}, Gyro: [3]float32{f(3), f(4), f(5)},
	}
	if kind == v3IMU9 {
		d.imu[0].Mag = [3]float32{f(7), f(8), f(9)}
	}
	return d.tap.IMU(d.imu[:])
}
