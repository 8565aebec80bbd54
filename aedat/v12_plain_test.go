package aedat_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"runtime"
	"testing"

	"dvsim/events"
	"dvsim/events/eventstest"

	"pgregory.net/rapid"
)

// plainReading decodes records one by one, with nothing clever, as the
// specification says: the oracle of the decoders with their fast runs.
type plainReading struct {
	ev                           []events.Event
	backward, outside, wraps, sp int64
}

func readPlain(words []v12Word, g events.Geometry, event func(a uint32) (e events.Event, ok bool)) (p plainReading) {
	for i, w := range words {
		e, ok := event(w.addr)
		e.T = p.wraps<<32 + int64(w.t)
		if i > 0 {
			last := words[i-1].t
			switch {
			case w.t < last && last-w.t > 1<<31: // a turn
				p.wraps++
				e.T += 1 << 32
			case w.t > last && w.t-last >= 1<<31 && p.wraps > 0: // late, from before a turn
				p.wraps--
				e.T -= 1 << 32
			}
		}
		if !ok {
			p.sp++
			continue
		}
		if n := len(p.ev); n > 0 && e.T < p.ev[n-1].T {
			p.backward++
		}
		if !g.Contains(e.X, e.Y) {
			p.outside++
		}
		p.ev = append(p.ev, e)
	}
	return p
}

func TestRunsAgreeWithAPlainReading(t *testing.T) {
	g := events.Geometry{Width: 100, Height: 90}
	dvs128 := func(a uint32) (events.Event, bool) {
		return events.Event{X: uint16(127 - a>>1&127), Y: uint16(a >> 8 & 127), P: events.Polarity(1 - a&1)}, a&0x8000 == 0
	}
	addresses := func(a uint32) (events.Event, bool) {
		return events.Event{X: uint16(a), P: events.Polarity(a & 1)}, true
	}
	for _, c := range []struct {
		name, head, format string
		size               int
		geometry           events.Geometry
		event              func(uint32) (events.Event, bool)
	}{
		{"DAVIS", davis240, "aedat2", 8, g, func(a uint32) (events.Event, bool) {
			return events.Event{X: uint16(a >> 12 & 1023), Y: uint16(a >> 22 & 511), P: events.Polarity(a >> 11 & 1)}, a>>31 == 0 && a>>10&1 == 0
		}},
		{"DVS640", "#!AER-DAT2.0\r\n# AEChip: SecDvs640Gen2\r\n", "aedat2", 8, g, func(a uint32) (events.Event, bool) {
			return events.Event{X: uint16(a >> 1 & 1023), Y: uint16(a >> 11 & 1023), P: events.Polarity(a & 1)}, true
		}},
		{"DVS128 of 8 bytes", "#!AER-DAT2.0\r\n# AEChip: DVS128\r\n", "aedat2", 8, g, dvs128},
		{"DVS128 of 6 bytes", "#!AER-DAT1.0\r\n", "aedat1", 6, g, dvs128},
		{"AER of 6 bytes", "", "aer16", 6, events.Geometry{Width: 5000, Height: 1}, addresses},
		{"AER of 8 bytes", "", "aer32", 8, events.Geometry{Width: 5000, Height: 1}, addresses},
	} {
		t.Run(c.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				n := rapid.IntRange(1, 60).Draw(t, "n")
				words := make([]v12Word, n)
				now := rapid.Uint32().Draw(t, "start")
				for i := range words {
					words[i] = v12Word{rapid.Uint32().Draw(t, "address"), now}
					if rapid.IntRange(0, 4).Draw(t, "plain") > 0 { // most are plain events
						words[i].addr = []uint32{davisAddr(i, i, i&1), uint32(i<<11 | i<<1), dvs128Addr(i+30, i, 1)}[rapid.IntRange(0, 2).Draw(t, "kind")]
					}
					if c.size == 6 {
						words[i].addr &= 0xffff
					}
					switch rapid.IntRange(0, 9).Draw(t, "step") {
					case 0:
						now -= rapid.Uint32Range(0, 100).Draw(t, "back")
					case 1:
						now += rapid.Uint32Range(0, 1<<31-1).Draw(t, "leap")
					default:
						now += 3
					}
				}
				if words[0].t < 1<<20 { // a step back below 0 at the very start is another matter
					for i := range words {
						words[i].t += 1 << 20
					}
				}
				want := readPlain(words, c.geometry, c.event)
				data := v2File(c.head, words...)
				if c.size == 6 {
					data = v1File(c.head, words...)
				}
				r, err := events.Decode(bytes.NewReader(data), "", &events.Options{Format: c.format, Geometry: c.geometry})
				if err != nil {
					t.Fatal(err)
				}
				var got []events.Event
				buf := make([]events.Event, rapid.IntRange(1, 70).Draw(t, "buffer"))
				for {
					k, err := r.Read(buf)
					got = append(got, buf[:k]...)
					if err == io.EOF {
						break
					}
					if err != nil {
						t.Fatal(err)
					}
				}
				if err := eventstest.Diff(got, want.ev); err != nil {
					t.Fatal(err)
				}
				if rep := r.Report(); rep.Backward != want.backward || rep.OutOfBounds != want.outside || rep.Wraps != want.wraps {
					t.Fatalf("%d backwards, %d outside, %d wraps; want %d, %d, %d", rep.Backward, rep.OutOfBounds, rep.Wraps, want.backward, want.outside, want.wraps)
				}
			})
		})
	}
}

// The same for packets of AEDAT 3.
func TestV3RunsAgreeWithAPlainReading(t *testing.T) {
	g := events.Geometry{Width: 100, Height: 90}
	rapid.Check(t, func(t *rapid.T) {
		old := rapid.Bool().Draw(t, "3.0")
		head, bits := "#!AER-DAT3.1\r\n#!END-HEADER\r\n", [2]int{17, 2}
		mask := uint32(1<<15 - 1)
		if old {
			head, bits, mask = "#!AER-DAT3.0\r\n#!END-HEADER\r\n", [2]int{18, 4}, 1<<14-1
		}
		var packets []v3Pkt
		var want []events.Event
		var invalid, backward, outside int64
		now := uint32(1000)
		for over, n := int32(0), rapid.IntRange(1, 4).Draw(t, "packets"); over < int32(n); over++ {
			p := v3PolarityPkt(over, nil, nil)
			for i, n := 0, rapid.IntRange(0, 20).Draw(t, "events"); i < n; i++ {
				a := 1 | uint32(i)<<bits[0] | uint32(i)<<bits[1] | uint32(i&1)<<1
				if rapid.IntRange(0, 4).Draw(t, "plain") == 0 {
					a = rapid.Uint32().Draw(t, "word")
				}
				if now += 3; rapid.IntRange(0, 9).Draw(t, "step") == 0 {
					now = rapid.Uint32().Draw(t, "time")
				}
				p.body = binary.LittleEndian.AppendUint32(p.body, a)
				p.body = binary.LittleEndian.AppendUint32(p.body, now)
				p.number++
				if a&1 == 0 {
					invalid++
					continue
				}
				e := events.Event{T: int64(over)<<31 + int64(now), X: uint16(a >> bits[0] & mask), Y: uint16(a >> bits[1] & mask), P: events.Polarity(a >> 1 & 1)}
				if n := len(want); n > 0 && e.T < want[n-1].T {
					backward++
				}
				if !g.Contains(e.X, e.Y) {
					outside++
				}
				want = append(want, e)
			}
			p.capacity = p.number
			packets = append(packets, p)
		}
		r, err := events.Decode(bytes.NewReader(v3File(head, packets...)), "", &events.Options{Geometry: g})
		if err != nil {
			t.Fatal(err)
		}
		got, err := events.Collect(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := eventstest.Diff(got, want); err != nil {
			t.Fatal(err)
		}
		if rep := r.Report(); rep.Invalid != invalid || rep.Backward != backward || rep.OutOfBounds != outside {
			t.Fatalf("report %+v; want %d invalid, %d backwards, %d outside", rep, invalid, backward, outside)
		}
	})
}

// Memory stays bounded however long the recording is.
func TestTextFormatsStream(t *testing.T) {
	ev := eventstest.Sample(10_000, size128, 1)
	var words []v12Word
	for _, e := range ev {
		words = append(words, v12Word{davisAddr(int(e.X), int(e.Y), int(e.P)), uint32(e.T)})
	}
	block := map[string][]byte{"aedat2": v2File("", words...), "aedat3": v3File("", v3Split(ev, 1000, word31)...)}
	head := map[string]string{"aedat2": davis240, "aedat3": v3Head}
	for format, b := range block {
		const times = 500 // 40 MB
		parts := []io.Reader{bytes.NewReader([]byte(head[format]))}
		for range times {
			parts = append(parts, bytes.NewReader(b))
		}
		src := io.MultiReader(parts...)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r, err := events.Decode(src, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		buf := make([]events.Event, events.BatchSize)
		n := 0
		for err == nil {
			var k int
			k, err = r.Read(buf)
			n += k
		}
		runtime.ReadMemStats(&after)
		if err != io.EOF || n != times*len(ev) {
			t.Errorf("%s: %d events, %v", format, n, err)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
			t.Errorf("%s: %d bytes allocated for %d of input", format, used, times*len(b))
		}
	}
}
