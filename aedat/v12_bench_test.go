package aedat_test

import (
	"bytes"
	"io"
	"testing"

	"dvsim/events"
	"dvsim/events/eventstest"
)

// benchEvents is the recording of the benchmarks: a million events of a DAVIS346.
func benchEvents() ([]events.Event, events.Geometry) {
	g := events.Geometry{Width: 346, Height: 260}
	return eventstest.Sample(1_000_000, g, 1), g
}

func benchDecode(b *testing.B, data []byte, o *events.Options) {
	b.Helper()
	buf := make([]events.Event, events.BatchSize)
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		r, err := events.Decode(bytes.NewReader(data), "a.aedat", o)
		if err != nil {
			b.Fatal(err)
		}
		for {
			k, err := r.Read(buf)
			n += k
			if err == io.EOF {
				break
			}
			if err != nil {
				b.Fatal(err)
			}
		}
		r.Close()
	}
	s := b.Elapsed().Seconds()
	b.ReportMetric(float64(n)/s, "events/s")
	b.ReportMetric(float64(len(data))*float64(b.N)/1e6/s, "MB/s")
}

// BenchmarkDecodeText reads the formats with a text header and plain AER out of memory.
func BenchmarkDecodeText(b *testing.B) {
	ev, _ := benchEvents()
	words := func(addr func(events.Event) uint32) (w []v12Word) {
		for _, e := range ev {
			w = append(w, v12Word{addr(e), uint32(e.T)})
		}
		return w
	}
	dvs128 := words(func(e events.Event) uint32 { return dvs128Addr(int(e.X)&127, int(e.Y)&127, int(e.P)) })
	addr16 := words(func(e events.Event) uint32 { return uint32(e.X) })
	davis := words(func(e events.Event) uint32 { return davisAddr(int(e.X), int(e.Y), int(e.P)) })
	for _, c := range []struct {
		name string
		data []byte
		opt  events.Options
	}{
		{"format=aedat1", v1File("#!AER-DAT1.0\r\n", dvs128...), events.Options{}},
		{"format=aedat2/chip=dvs128", v2File(v2Head, dvs128...), events.Options{}},
		{"format=aedat2/chip=davis346", v2File("#!AER-DAT2.0\r\n# AEChip: Davis346red\r\n", davis...), events.Options{}},
		{"format=aer16", v1File("", addr16...), events.Options{Format: "aer16"}},
		{"format=aer32", v2File("", addr16...), events.Options{Format: "aer32"}},
		{"format=aedat3", v3File("#!AER-DAT3.1\r\n#Source 1: DAVIS346\r\n#!END-HEADER\r\n", v3Split(ev, 4096, word31)...), events.Options{}},
	} {
		b.Run(c.name, func(b *testing.B) { benchDecode(b, c.data, &c.opt) })
	}
}

// BenchmarkEncodeText writes them.
func BenchmarkEncodeText(b *testing.B) {
	ev, g := benchEvents()
	for _, format := range []string{"aedat2", "aedat3"} {
		f, err := events.FormatByName(format)
		if err != nil {
			b.Fatal(err)
		}
		b.Run("format="+format, func(b *testing.B) {
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				w, err := f.Create(io.Discard, &events.Header{Geometry: g}, events.WriteOptions{})
				if err != nil {
					b.Fatal(err)
				}
				for i := 0; i < len(ev); i += events.BatchSize {
					if err := w.Write(ev[i:min(i+events.BatchSize, len(ev))]); err != nil {
						b.Fatal(err)
					}
				}
				if err := w.Close(); err != nil {
					b.Fatal(err)
				}
				n += len(ev)
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
		})
	}
}
