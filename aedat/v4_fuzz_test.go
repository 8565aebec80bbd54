package aedat_test

import (
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"dvsim/aedat"
	"dvsim/events"
	"dvsim/events/eventstest"
)

// v4Allocated is how many bytes f allocates, all in all.
func v4Allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// v4Seed is a small recording of everything.
func v4Seed(t testing.TB, w io.Writer, comp string) {
	h := &events.Header{Geometry: events.Geometry{Width: 34, Height: 30}, Streams: []events.Stream{{Kind: events.KindEvents}, {ID: 1, Kind: events.KindFrames}, {ID: 2, Kind: events.KindIMU}, {ID: 3, Kind: events.KindTrigger}}}
	ev := eventstest.Sample(60, h.Geometry, 9)
	v4Write(t, w, h, events.WriteOptions{Compression: comp, PacketEvents: 20}, func(w events.RecordWriter) error {
		return errors.Join(w.Write(ev[:30]), w.WriteFrame(&events.Frame{T: 5, Width: 2, Height: 2, Format: events.Gray8, Pixels: []byte{1, 2, 3, 4}}),
			w.WriteIMU([]events.IMU{{T: 6, Temperature: 3}}), w.WriteTriggers([]events.Trigger{{T: 7, Source: 2}, {T: 8, Source: 3}}), w.Write(ev[30:]))
	})
}

func FuzzV4(f *testing.F) {
	// Short descriptions of the streams leave the fuzzer time for the rest.
	const info = `<dv><node name="outInfo"><node name="0"><attr key="typeIdentifier">EVTS</attr><node name="info"><attr key="sizeX">34</attr><attr key="sizeY">30</attr></node></node>` +
		`<node name="1"><attr key="typeIdentifier">FRME</attr></node><node name="2"><attr key="typeIdentifier">IMUS</attr></node><node name="3"><attr key="typeIdentifier">TRIG</attr></node></node></dv>`
	for i, comp := range v4Compressions {
		var s v4Seekable
		v4Seed(f, &s, comp)
		first, steps := v4Packets(s.b)
		last := steps[len(steps)-1]
		f.Add(append(aedat.V4Header(i, info), s.b[first:last.off+8+last.size]...)) // without a table
		if i < 2 {
			f.Add(append(aedat.V4Header(i, info), s.b[first:]...)) // with one that the header does not mention
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		// One goroutine: more would make the coverage, and so the search, a matter of chance.
		strict, _, strictErr := v4Collect(data, false, &events.Options{Format: "aedat4", Workers: 1})
		var got v4Records
		o := &events.Options{Format: "aedat4", Workers: 1, Salvage: true, Tap: got.tap()}
		r, err := events.OpenSource(v4Source(data, true), o)
		if err != nil {
			return
		}
		h := r.Header().Clone()
		var ev []events.Event
		grown := v4Allocated(func() { ev, err = events.Collect(r) })
		rep := r.Report()
		r.Close()
		if err != nil {
			t.Fatalf("salvage: %v", err)
		}
		// Small input may hold much: LZ4 grows 255-fold, Zstd more; then slices double.
		if limit := uint64(64<<20 + 4096*len(data)); grown > limit {
			t.Fatalf("%d bytes of input, %d allocated", len(data), grown)
		}
		if strictErr == nil && !rep.Loss.Any() && eventstest.Diff(ev, strict) != nil {
			t.Fatal("salvage and strict differ on a recording without loss")
		}
		v4FuzzAgain(t, h, ev)
	})
}

// v4FuzzAgain writes what was decoded and demands it back.
func v4FuzzAgain(t *testing.T, h *events.Header, ev []events.Event) {
	f, err := events.FormatByName("aedat4")
	if err != nil {
		t.Fatal(err)
	}
	var s v4Seekable
	w, err := f.Create(&s, h, events.WriteOptions{Compression: strings.TrimSuffix(h.Compression, "-high"), PacketEvents: 16})
	if err != nil {
		return // for example no size
	}
	if err := w.Write(ev); err != nil {
		return // for example events outside the size that the header states
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	again, rep, err := v4Collect(s.b, false, &events.Options{Workers: 1})
	if err != nil || rep.Loss.Any() {
		t.Fatalf("what was written: %v, %+v", err, rep.Loss)
	}
	if rep.Wraps == 0 {
		if err := eventstest.Diff(again, ev); err != nil {
			t.Fatalf("decoded, encoded, decoded: %v", err)
		}
	}
}
