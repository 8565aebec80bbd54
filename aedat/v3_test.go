package aedat_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"dvsim/events"
	"dvsim/events/eventstest"
)

// AEDAT 3 put together after libcaer's events/*.h, not by our writer.

const v3Head = "#!AER-DAT3.1\r\n#Format: RAW\r\n#Source 1: DVS128\r\n#Start-Time: 2015-12-15 19:45:59 (TZ+0100)\r\n#!END-HEADER\r\n"

// v3Pkt is a packet: its header field by field, and its body.
type v3Pkt struct {
	kind, source     int16
	size             int32
	tsOffset, over   int32
	capacity, number int32
	valid            int32
	body             []byte
}

func (p v3Pkt) bytes() []byte {
	le := binary.LittleEndian
	b := le.AppendUint16(nil, uint16(p.kind))
	b = le.AppendUint16(b, uint16(p.source))
	for _, v := range []int32{p.size, p.tsOffset, p.over, p.capacity, p.number, p.valid} {
		b = le.AppendUint32(b, uint32(v))
	}
	return append(b, p.body...)
}

func v3File(head string, packets ...v3Pkt) []byte {
	b := []byte(head)
	for _, p := range packets {
		b = append(b, p.bytes()...)
	}
	return b
}

// v3PolarityPkt is a packet of events; word gives the first word of each.
func v3PolarityPkt(over int32, ev []events.Event, word func(events.Event) uint32) v3Pkt {
	var body []byte
	for _, e := range ev {
		body = binary.LittleEndian.AppendUint32(body, word(e))
		body = binary.LittleEndian.AppendUint32(body, uint32(e.T-int64(over)<<31))
	}
	n := int32(len(ev))
	return v3Pkt{kind: 1, source: 1, size: 8, tsOffset: 4, over: over, capacity: n, number: n, valid: n, body: body}
}

func word31(e events.Event) uint32 {
	return 1 | uint32(e.P)<<1 | uint32(e.Y)<<2 | uint32(e.X)<<17
}

func word30(e events.Event) uint32 {
	return 1 | uint32(e.P)<<1 | uint32(e.Y)<<4 | uint32(e.X)<<18
}

var size128 = events.Geometry{Width: 128, Height: 128}

// v3Split makes packets of n events.
func v3Split(ev []events.Event, n int, word func(events.Event) uint32) []v3Pkt {
	var p []v3Pkt
	for c := range slices.Chunk(ev, n) {
		p = append(p, v3PolarityPkt(0, c, word))
	}
	return p
}

func TestV3Polarity(t *testing.T) {
	ev := eventstest.Sample(10_000, size128, 1)
	for _, c := range []struct {
		name, head string
		word       func(events.Event) uint32
		version    string
	}{
		{"3.1", v3Head, word31, "3.1"},
		{"3.0", strings.Replace(v3Head, "3.1", "3.0", 1), word30, "3.0"},
		{"no last line", strings.Replace(v3Head, "#!END-HEADER\r\n", "", 1), word31, "3.1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := v3File(c.head, v3Split(ev, 333, c.word)...)
			got, h, rep := v12Decode(t, data, "", nil)
			wantEvents(t, got, ev...)
			if h.Version != c.version || h.Geometry != size128 || h.GeometryGuessed || h.Source != "DVS128" || h.Bytes != int64(len(c.head)) {
				t.Errorf("header %+v", h)
			}
			if rep.Streams[0].Packets != 31 || rep.Loss.Any() || rep.OutOfBounds != 0 {
				t.Errorf("report %+v", rep)
			}
			eventstest.TestReader(t, func() (events.Reader, error) { return events.Decode(bytes.NewReader(data), "", nil) }, ev)
		})
	}
}

func TestV3GuessesTheSize(t *testing.T) {
	head := strings.Replace(v3Head, "DVS128", "eDVS", 1)
	for _, c := range []struct {
		e    events.Event
		want events.Geometry
	}{
		{events.Event{X: 3, Y: 4}, size128},
		{events.Event{X: 200, Y: 4}, events.Geometry{Width: 240, Height: 180}},
		{events.Event{X: 3, Y: 259}, events.Geometry{Width: 346, Height: 260}},
		{events.Event{X: 1999, Y: 4}, events.Geometry{Width: 2000, Height: 128}},
	} {
		_, h, _ := v12Decode(t, v3File(head, v3PolarityPkt(0, []events.Event{c.e}, word31)), "", nil)
		if h.Geometry != c.want || !h.GeometryGuessed || len(h.Notes) != 1 {
			t.Errorf("%v: size %v, notes %q", c.e, h.Geometry, h.Notes)
		}
	}
}

// Room for more events than there are, in the file or not.
func TestV3Capacity(t *testing.T) {
	ev := eventstest.Sample(300, size128, 2)
	for _, spare := range []int{1, 7, 100_000} {
		for _, inFile := range []bool{true, false} {
			p := v3Split(ev, 100, word31)
			for i := range p {
				p[i].capacity += int32(spare)
				if inFile {
					p[i].body = append(p[i].body, make([]byte, 8*spare)...)
				}
			}
			got, _, rep := v12Decode(t, v3File(v3Head, p...), "", nil)
			if err := eventstest.Diff(got, ev); err != nil || rep.Loss.Any() {
				t.Errorf("room for %d more, in the file %v: %v, loss %+v", spare, inFile, err, rep.Loss)
			}
		}
	}
}

func TestV3TimeOverflow(t *testing.T) {
	ev := []events.Event{{T: 1<<31 - 2}, {T: 1 << 31}, {T: 1<<31 + 1}, {T: 5<<31 + 7}}
	data := v3File(v3Head, v3PolarityPkt(0, ev[:1], word31), v3PolarityPkt(1, ev[1:3], word31), v3PolarityPkt(5, ev[3:], word31))
	got, _, rep := v12Decode(t, data, "", nil)
	wantEvents(t, got, ev...)
	if rep.Wraps != 5 {
		t.Errorf("%d wraps, want 5", rep.Wraps)
	}
}

func TestV3InvalidAndSources(t *testing.T) {
	ev := []events.Event{{T: 1, X: 1}, {T: 2, X: 2}, {T: 3, X: 3}}
	p := v3PolarityPkt(0, ev, word31)
	p.body[8] &^= 1
	p.valid = 2
	q := v3PolarityPkt(0, ev[:1], word31)
	q.source = 7
	got, _, rep := v12Decode(t, v3File(v3Head, p, q), "", nil)
	wantEvents(t, got, ev[0], ev[2], events.Event{T: 1, X: 1, Src: 1})
	if rep.Invalid != 1 || rep.Backward != 1 {
		t.Errorf("%d invalid, %d backwards", rep.Invalid, rep.Backward)
	}
}

func v3SpecialPkt(kinds ...int) v3Pkt {
	var body []byte
	for i, k := range kinds {
		body = binary.LittleEndian.AppendUint32(body, 1|uint32(k)<<1|0xabc<<8)
		body = binary.LittleEndian.AppendUint32(body, uint32(100+i))
	}
	n := int32(len(kinds))
	return v3Pkt{kind: 0, source: 1, size: 8, tsOffset: 4, capacity: n, number: n, valid: n, body: body}
}

func TestV3Special(t *testing.T) {
	var c tapped
	kinds := make([]int, 20)
	for i := range kinds {
		kinds[i] = i
	}
	_, _, rep := v12Decode(t, v3File(v3Head, v3SpecialPkt(kinds...)), "", &events.Options{Tap: c.tap()})
	rise, fall, pulse := events.TriggerExternalRise, events.TriggerExternalFall, events.TriggerExternalPulse
	want := map[int64]events.TriggerSource{
		101: events.TriggerReset, 102: rise, 103: fall, 104: pulse, 106: rise, 107: fall, 108: pulse, 109: rise, 110: fall, 111: pulse,
		112: events.TriggerGeneratorRise, 113: events.TriggerGeneratorFall, 114: events.TriggerFrameBegin, 115: events.TriggerFrameEnd,
		116: events.TriggerExposureBegin, 117: events.TriggerExposureEnd,
	}
	for _, g := range c.triggers {
		if s, ok := want[g.T]; !ok || s != g.Source {
			t.Errorf("trigger %+v", g)
		}
	}
	if len(c.triggers) != len(want) || rep.Special != 4 || rep.Streams[1].Records != int64(len(want)) || rep.Streams[1].Packets != 1 {
		t.Errorf("%d triggers of %d, report %+v", len(c.triggers), len(want), rep)
	}
}

func v3FramePkt(channels, w, h, spare int, px ...uint16) v3Pkt {
	var b []byte
	for _, v := range []uint32{1 | uint32(channels)<<1, 1000, 1020, 1005, 1015, uint32(w), uint32(h), 2, 3} {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	b = append(append(b, gray16(px...)...), make([]byte, spare)...)
	return v3Pkt{kind: 2, source: 1, size: int32(len(b)), tsOffset: 8, capacity: 1, number: 1, valid: 1, body: b}
}

func TestV3FramesAndIMU(t *testing.T) {
	imu := func(kind int16, size int32, v ...float32) v3Pkt {
		b := binary.LittleEndian.AppendUint32(nil, 1)
		b = binary.LittleEndian.AppendUint32(b, 77)
		for _, f := range v {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(f))
		}
		return v3Pkt{kind: kind, source: 1, size: size, tsOffset: 4, capacity: 1, number: 1, valid: 1, body: b}
	}
	spike := v3Pkt{kind: 12, source: 1, size: 8, tsOffset: 4, capacity: 2, number: 2, valid: 2, body: make([]byte, 16)}
	sample := v3Pkt{kind: 5, source: 1, size: 12, tsOffset: 4, capacity: 3, number: 3, valid: 3, body: make([]byte, 36)}
	ev := events.Event{T: 1030, X: 1, Y: 2, P: 1}
	data := v3File(v3Head,
		v3FramePkt(1, 2, 3, 10, 1, 2, 3, 4, 5, 6), spike, v3FramePkt(3, 1, 1, 0, 7, 8, 9), imu(3, 36, 1, 2, 3, 4, 5, 6, 25),
		sample, v3FramePkt(4, 1, 1, 0, 7, 8, 9, 10), imu(4, 48, 1, 2, 3, 4, 5, 6, 25, 30, 40, 50), v3PolarityPkt(0, []events.Event{ev}, word31))
	for _, withTap := range []bool{true, false} {
		var c tapped
		opt := events.Options{}
		if withTap {
			opt.Tap = c.tap()
		}
		got, _, rep := v12Decode(t, data, "", &opt)
		wantEvents(t, got, ev)
		var counts []int64
		var names []string
		for _, s := range rep.Streams {
			counts = append(counts, s.Records)
			names = append(names, s.Stream.Name)
		}
		if !slices.Equal(counts, []int64{1, 0, 3, 1, 1, 3, 2}) || names[5] != "sample" || names[6] != "spike" {
			t.Errorf("tap %v: records %v of %v", withTap, counts, names)
		}
		if !withTap {
			continue
		}
		frame := func(w, h int, f events.PixelFormat, px ...uint16) events.Frame {
			return events.Frame{Stream: 2, T: 1020, Begin: 1000, End: 1020, ExposureBegin: 1005, ExposureEnd: 1015, X: 2, Y: 3, Width: w, Height: h, Format: f, Pixels: gray16(px...)}
		}
		wantFrames(t, c.frames, frame(2, 3, events.Gray16, 1, 2, 3, 4, 5, 6), frame(1, 1, events.RGB16, 7, 8, 9), frame(1, 1, events.RGBA16, 7, 8, 9, 10))
		want := events.IMU{Stream: 3, T: 77, Accel: [3]float32{1, 2, 3}, Gyro: [3]float32{4, 5, 6}, Temperature: 25}
		nine := want
		nine.Stream, nine.Mag = 4, [3]float32{30, 40, 50}
		if !slices.Equal(c.imu, []events.IMU{want, nine}) {
			t.Errorf("readings %+v", c.imu)
		}
	}
}

func TestV3Refuses(t *testing.T) {
	_, err := events.Decode(strings.NewReader(strings.Replace(v3Head, "RAW", "PNGFrames,SerializedTS", 1)), "", nil)
	if !errors.Is(err, events.ErrUnsupported) || !strings.Contains(err.Error(), "PNGFrames") {
		t.Errorf("packed frames: %v", err)
	}
	_, err = events.Decode(strings.NewReader(v3Head[:50]), "", nil)
	if !errors.Is(err, events.ErrTruncated) {
		t.Errorf("a cut header: %v", err)
	}
	_, err = events.Decode(strings.NewReader("#!AER-DAT3.1\r\n#Format: RAW\r\n"), "", nil)
	if !errors.Is(err, events.ErrTruncated) {
		t.Errorf("a header cut between lines: %v", err)
	}
}

// Each field of a packet header, made impossible: strict names the packet,
// salvaging loses that packet and nothing else.
func TestV3SalvageHeader(t *testing.T) {
	ev := eventstest.Sample(3_000, size128, 3)
	data := v3File(v3Head, v3Split(ev, 300, word31)...)
	packet := func(i int) int { return len(v3Head) + i*(28+300*8) }
	for _, at := range []int{0, 4, 9} {
		for field, damage := range map[string]func(h []byte){
			"type":     func(h []byte) { h[1] = 0x40 },
			"source":   func(h []byte) { h[3] = 0x80 },
			"size":     func(h []byte) { h[4] = 9 },
			"offset":   func(h []byte) { h[8] = 5 },
			"overflow": func(h []byte) { h[15] = 0x80 },
			"capacity": func(h []byte) { h[17] = 0 },
			"number":   func(h []byte) { h[22] = 1 },
			"valid":    func(h []byte) { h[25] = 0xff },
			"all":      func(h []byte) { copy(h, bytes.Repeat([]byte{0xa5}, 16)) },
		} {
			t.Run(fmt.Sprintf("%s,packet=%d", field, at), func(t *testing.T) {
				eventstest.TestSalvage(t, data, func(b []byte) []byte { damage(b[packet(at):]); return b }, "aedat3", 300)
			})
		}
	}
	_, err := events.Collect(mustDecode(t, func() []byte { b := bytes.Clone(data); b[packet(4)+4] = 9; return b }(), nil))
	var fe *events.FormatError
	if !errors.As(err, &fe) || fe.Offset != int64(packet(4)) || fe.Part != "packet 4" || !errors.Is(err, events.ErrCorrupt) {
		t.Errorf("%v", err)
	}
}

func mustDecode(t *testing.T, data []byte, o *events.Options) events.Recording {
	t.Helper()
	r, err := events.Decode(bytes.NewReader(data), "", o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestV3SalvageOther(t *testing.T) {
	ev := eventstest.Sample(30_000, size128, 3)
	packets := v3Split(ev, 3000, word31)
	data := v3File(v3Head, packets...)
	packet := func(i int) int { return len(v3Head) + i*(28+3000*8) }
	for _, c := range []struct {
		name   string
		damage func([]byte) []byte
		lost   int
	}{
		{"cut inside an event", func(b []byte) []byte { return b[:packet(6)+28+100*8+3] }, 2900},
		{"cut between events", func(b []byte) []byte { return b[:packet(6)+28+100*8] }, 2900},
		{"cut inside a header", func(b []byte) []byte { return b[:packet(9)+13] }, -1},
		{"bytes inserted", func(b []byte) []byte { return slices.Insert(b, packet(5), []byte("0123456789")...) }, 0},
		{"a stretch zeroed", func(b []byte) []byte { clear(b[packet(2)-8 : packet(3)]); return b }, -1},
		{"two headers", func(b []byte) []byte { b[packet(2)+4], b[packet(3)+4] = 7, 7; return b }, 6000},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.name == "cut inside a header" {
				// What a packet would have held that is not there is unknown: no event is missing from the packets that are.
				data := data[:packet(9)+28+3000*8]
				got, _, rep := salvage(t, c.damage(bytes.Clone(data)))
				wantEvents(t, got, ev[:27_000]...)
				if rep.Loss.Packets != 1 || rep.Loss.Bytes != 13 {
					t.Errorf("loss %+v", rep.Loss)
				}
				return
			}
			if c.name == "a stretch zeroed" { // the last event of packet 1 is one marked invalid now
				got, _, rep := salvage(t, c.damage(bytes.Clone(data)))
				wantEvents(t, got, append(slices.Clone(ev[:5999]), ev[9000:]...)...)
				if rep.Invalid != 1 || rep.Loss.Packets != 1 || rep.Loss.Bytes != 28+24_000 {
					t.Errorf("%d invalid, loss %+v", rep.Invalid, rep.Loss)
				}
				return
			}
			data := data
			if strings.HasPrefix(c.name, "cut") { // nobody can know what stood behind the packet that was cut
				data = data[:packet(7)]
			}
			eventstest.TestSalvage(t, data, c.damage, "aedat3", c.lost)
		})
	}
	// A frame whose sizes cannot be loses itself, not the packets behind it.
	bad := v3FramePkt(1, 2, 3, 0, 1, 2, 3, 4, 5, 6)
	bad.body[20] = 200
	frames := v3File(v3Head, packets[0], bad, packets[1], v3FramePkt(1, 1, 1, 0, 9))
	got, _, rep := salvage(t, frames)
	wantEvents(t, got, ev[:6000]...)
	if rep.Loss.Packets != 1 || rep.Loss.Bytes != int64(len(bad.body)) || rep.Loss.Gaps[0].Offset != int64(packet(1)+28) || rep.Streams[2].Records != 1 {
		t.Errorf("report %+v", rep)
	}
}

func salvage(t *testing.T, data []byte) ([]events.Event, *events.Header, events.Report) {
	t.Helper()
	return v12Decode(t, data, "", &events.Options{Salvage: true})
}
