package aedat_test

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"testing"

	"dvsim/events"
)

// A declared size never drives an allocation: some bytes that announce two
// gigabytes must not cost more than the buffers of the decoder.
func TestDeclaredSizesAllocateNothing(t *testing.T) {
	frame := v3FramePkt(4, 1, 1, 0, 1, 2, 3, 4)
	frame.size = 1 << 28
	binary.LittleEndian.PutUint32(frame.body[20:], 5000) // 5000 x 3000 pixels of 8 bytes
	binary.LittleEndian.PutUint32(frame.body[24:], 3000)
	many := v3PolarityPkt(0, []events.Event{{T: 1}}, word31)
	many.number, many.capacity, many.valid = 1<<28, 1<<28, 1<<28
	room := v3PolarityPkt(0, []events.Event{{T: 1}}, word31)
	room.capacity = 1 << 28
	other := v3Pkt{kind: 13, source: 1, size: 1 << 28, tsOffset: 4, capacity: 1 << 30, number: 1 << 30, body: []byte{1, 2, 3}}
	for name, c := range map[string]struct {
		data []byte
		opt  events.Options
	}{
		"frame":        {v3File(v3Head, frame), events.Options{}},
		"events":       {v3File(v3Head, many), events.Options{}},
		"room":         {v3File(v3Head, room), events.Options{}},
		"other type":   {v3File(v3Head, other), events.Options{}},
		"size in text": {append([]byte("#!AER-DAT2.0\r\n# Geometry: 65535x65535\r\n"), v2File("", v12Word{apsAddr(1, 1, 0, 5), 1}, v12Word{apsAddr(1, 1, 1, 5), 1})...), events.Options{Geometry: events.Geometry{Width: 65535, Height: 65535}}},
	} {
		for _, salvage := range []bool{false, true} {
			var a, b runtime.MemStats
			runtime.ReadMemStats(&a)
			var got tapped
			c.opt.Salvage, c.opt.Tap = salvage, got.tap()
			r, err := events.Decode(bytes.NewReader(c.data), "a.aedat", &c.opt)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			_, err = events.Collect(r)
			runtime.ReadMemStats(&b)
			if n := b.TotalAlloc - a.TotalAlloc; n > 8<<20 {
				t.Errorf("%s, salvage %v: %d bytes allocated for a file of %d (%v)", name, salvage, n, len(c.data), err)
			}
			if salvage && err != nil {
				t.Errorf("%s: salvaging ended with %v", name, err)
			}
		}
	}
}

// Reading allocates nothing in any of the formats.
func TestReadAllocatesNothing(t *testing.T) {
	ev := make([]events.Event, 200_000)
	var words []v12Word
	for i := range ev {
		ev[i] = events.Event{T: int64(i), X: uint16(i % 128), Y: uint16(i % 100)}
		words = append(words, v12Word{davisAddr(i%128, i%100, i&1), uint32(i)})
	}
	for name, data := range map[string][]byte{
		"aedat1": v1File("#!AER-DAT1.0\r\n", words...),
		"aedat2": v2File(davis240, words...),
		"aedat3": v3File(v3Head, v3Split(ev, 1000, word31)...),
	} {
		r, err := events.Decode(bytes.NewReader(data), "", nil)
		if err != nil {
			t.Fatal(err)
		}
		buf := make([]events.Event, 1500)
		if n := testing.AllocsPerRun(50, func() {
			if _, err := r.Read(buf); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations a Read", name, n)
		}
		r.Close()
	}
}
