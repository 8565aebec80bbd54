package aedat_test

import (
	"bytes"
	"fmt"
	"sync"
	"testing"

	"dvsim/events"
	"dvsim/events/eventstest"
)

// v4BenchEvents is how many events the benchmarks' recording has.
const v4BenchEvents = 5_000_000

var v4BenchFiles = map[string]func() []byte{}

func init() {
	for _, c := range v4Compressions {
		v4BenchFiles[c] = sync.OnceValue(func() []byte {
			var s v4Seekable
			f, err := events.FormatByName("aedat4")
			if err != nil {
				panic(err)
			}
			w, err := f.Create(&s, &events.Header{Geometry: v4Size}, events.WriteOptions{Compression: c})
			if err != nil {
				panic(err)
			}
			// One stretch of synthetic events, tiled in time.
			ev := eventstest.Sample(250_000, v4Size, 1)
			for range v4BenchEvents / len(ev) {
				if err := w.Write(ev); err != nil {
					panic(err)
				}
				for i := range ev {
					ev[i].T += 8_000_000
				}
			}
			if err := w.Close(); err != nil {
				panic(err)
			}
			return s.b
		})
	}
}

// BenchmarkDecode decodes 5 million events from memory, batch by batch.
func BenchmarkDecode(b *testing.B) {
	for _, comp := range v4Compressions {
		for _, workers := range []int{1, 2} {
			for _, from := range []string{"file", "pipe"} {
				b.Run(fmt.Sprintf("format=aedat4/comp=%s/workers=%d/from=%s", comp, workers, from), func(b *testing.B) {
					data := v4BenchFiles[comp]()
					batch := make([]events.Event, events.BatchSize)
					b.SetBytes(int64(len(data)))
					b.ReportAllocs()
					for b.Loop() {
						r, err := events.OpenSource(v4Source(data, from == "pipe"), &events.Options{Workers: workers})
						if err != nil {
							b.Fatal(err)
						}
						n := 0
						for {
							k, err := r.Read(batch)
							n += k
							if err != nil {
								break
							}
						}
						r.Close()
						if n != v4BenchEvents {
							b.Fatalf("%d events", n)
						}
					}
					b.ReportMetric(float64(v4BenchEvents)*float64(b.N)/b.Elapsed().Seconds(), "events/s")
				})
			}
		}
	}
}

// BenchmarkEncode encodes a million events.
func BenchmarkEncode(b *testing.B) {
	ev := eventstest.Sample(1_000_000, v4Size, 1)
	for _, comp := range v4Compressions {
		b.Run("format=aedat4/comp="+comp, func(b *testing.B) {
			f, err := events.FormatByName("aedat4")
			if err != nil {
				b.Fatal(err)
			}
			var buf bytes.Buffer
			for b.Loop() {
				buf.Reset()
				w, err := f.Create(&buf, &events.Header{Geometry: v4Size}, events.WriteOptions{Compression: comp})
				if err != nil {
					b.Fatal(err)
				}
				if err := w.Write(ev); err != nil {
					b.Fatal(err)
				}
				if err := w.Close(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(ev))*float64(b.N)/b.Elapsed().Seconds(), "events/s")
			b.ReportMetric(float64(buf.Len())/float64(len(ev)), "bytes/event")
		})
	}
}
