package datasets

import (
	"bytes"
	"context"
	"encoding/binary"
	"strings"
	"testing"

	"dvsim/events"
	"dvsim/network"
	"dvsim/trace"
)

func FuzzIDX(f *testing.F) {
	f.Add([]byte("\x00\x00\x08\x03\x00\x00\x00\x01\x00\x00\x00\x02\x00\x00\x00\x01ab"), true)
	f.Add([]byte("\x00\x00\x08\x01\x00\x00\x00\x03abc"), false)
	f.Add([]byte("\x00\x00\x08\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), true)
	f.Fuzz(func(t *testing.T, data []byte, pictures bool) {
		magic := uint32(idxLabels)
		if pictures {
			magic = idxPictures
		}
		dims, got, err := parseIDX(bytes.NewReader(data), int64(len(data)), "x", magic)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "x: idx: byte ") {
				t.Fatalf("an error without a place: %v", err)
			}
			return
		}
		n := 1
		for i, d := range dims {
			n *= d
			if d != int(binary.BigEndian.Uint32(data[4+4*i:])) {
				t.Fatalf("dimensions %v", dims)
			}
		}
		if n != len(got) || !bytes.Equal(got, data[4+4*len(dims):]) {
			t.Fatalf("%d bytes for %v", len(got), dims)
		}
	})
}

func FuzzTable(f *testing.F) {
	f.Add([]byte("path,label,split\na.bin,1,train\n\"b, c\",2\n"))
	f.Add([]byte("a;b\n;\nx;\"y\nz\n"))
	f.Add([]byte("\xef\xbb\xbf#\n\ta\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		rows, bad, err := parseTable(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		lines := bytes.Count(data, []byte("\n")) + 1
		for _, r := range rows {
			if r.path == "" || r.class == "" || partOf(r.part) != r.part || r.line < 1 || r.line > lines {
				t.Fatalf("row %+v of %d lines", r, lines)
			}
		}
		for _, b := range bad {
			if b.why == "" || b.line < 1 || b.line > lines {
				t.Fatalf("bad line %+v of %d", b, lines)
			}
		}
	})
}

func FuzzZip(f *testing.F) {
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Fuzz(func(t *testing.T, data []byte) {
		d := &finder{name: "x.zip", known: func(string) bool { return true }}
		defer d.close()
		if d.members(bytes.NewReader(data), int64(len(data)), "x.zip", "", 0) != nil {
			return
		}
		for _, e := range d.entries {
			if o, err := e.content.open(nil); err == nil {
				o.close()
			}
		}
	})
}

// FuzzCounter holds the counter to a plain count: events in any order, on or beyond the sensor.
func FuzzCounter(f *testing.F) {
	f.Add([]byte("0123456789abcdefghij"), uint8(3), uint8(4), false)
	f.Add(bytes.Repeat([]byte{0}, 5000), uint8(0), uint8(0), true)
	f.Fuzz(func(t *testing.T, data []byte, dt, limit uint8, binary bool) {
		in := network.Input{Shape: network.Shape{H: 9, W: 120, C: 2}, Binary: binary} // more than 64 words: with a summary
		var c counter
		c.start(in.Shape.Len(), binary)
		c.lookup = newLookup(&in)
		c.dt = int64(dt) + 1
		var ev []events.Event
		at := int64(0)
		for ; len(data) >= 3; data = data[3:] {
			at += int64(int8(data[0]))
			ev = append(ev, events.Event{T: at, X: uint16(data[1]), Y: uint16(data[2] >> 4), P: events.Polarity(data[2] & 1)})
		}
		counts := map[[2]int]int{}
		now := int64(0)
		for _, e := range ev {
			now = max(now, (e.T-ev[0].T)/c.dt)
			if e.X < 120 && e.Y < 9 && (limit == 0 || now < int64(limit)) {
				counts[[2]int{int(now), in.Shape.Index(int(e.Y), int(e.X), int(e.P))}]++
			}
		}
		for range 2 { // nothing is left over for the next recording
			c.begin(nil, int(limit))
			if err := c.feed(ev); err != nil {
				t.Fatal(err)
			}
			var m trace.Sample
			m.Entries, m.Ends = c.end()
			s := trace.Set{Layer: trace.Layer{H: 9, W: 120, C: 2}, Steps: len(m.Ends), Classes: []string{""}, Samples: []trace.Sample{m}}
			if len(ev) == 0 && limit == 0 {
				return
			}
			if err := s.Check(); err != nil {
				t.Fatal(err)
			}
			got := map[[2]int]int{}
			for k := range m.Ends {
				for _, e := range m.Step(k) {
					source, n := trace.Unpack(e)
					got[[2]int{k, int(source)}] += int(n)
				}
			}
			for k, n := range counts {
				if binary {
					n = 1
				}
				if got[k] != n {
					t.Fatalf("step %d, source %d: %d, want %d", k[0], k[1], got[k], n)
				}
			}
			if len(got) != len(counts) || c.facts.spikes != m.Spikes() {
				t.Fatalf("%d counts, want %d; %d spikes", len(got), len(counts), c.facts.spikes)
			}
		}
	})
}

// TestSettingsAreWhole: a field that is added to Encoding has a part in the key of the cache.
func TestSettingsAreWhole(t *testing.T) {
	e := Encoding{Input: &network.Input{}}
	fields := fieldsOf(e)
	delete(fields, "Workers")
	delete(fields, "Progress")
	for name := range fieldsOf(e.settings()) {
		if !fields[name] {
			t.Errorf("settings have a field %s, Encoding has not", name)
		}
		delete(fields, name)
	}
	for name := range fields {
		t.Errorf("Encoding has a field %s, settings have not: another value would get the same cached set", name)
	}
}

// TestCancelled: a context that ends while a recording is read ends all.
func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	rec := []Recording{Memory("a.none", 0, []byte("x")), Memory("b.none", 0, []byte("x"))}
	e := Encoding{Input: &network.Input{Shape: network.Flat(1)}, Bins: 1, Classes: []string{""}, Workers: 1, Salvage: true, Progress: func(int, int) { cancel() }}
	if _, _, err := Encode(ctx, rec, e); err != context.Canceled {
		t.Errorf("%v", err)
	}
}
