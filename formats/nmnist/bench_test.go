package nmnist_test

import (
	"bytes"
	"io"
	"io/fs"
	"path/filepath"
	"testing"

	"dvsim/events"
	"dvsim/events/eventstest"
)

func drain(b *testing.B, r events.Recording, buf []events.Event) (n int) {
	b.Helper()
	for {
		k, err := r.Read(buf)
		n += k
		if err == io.EOF {
			r.Close()
			return n
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

func report(b *testing.B, n, size int) {
	s := b.Elapsed().Seconds()
	b.ReportMetric(float64(n)/s, "events/s")
	b.ReportMetric(float64(size)/1e6/s, "MB/s")
}

// BenchmarkDecode reads one long recording out of memory, and the thousand real
// ones of ../shared/data/nmnist-small from their files.
func BenchmarkDecode(b *testing.B) {
	buf := make([]events.Event, events.BatchSize)
	b.Run("format=nmnist/files=1", func(b *testing.B) {
		var out bytes.Buffer
		f, _ := events.FormatByName("nmnist")
		w, err := f.Create(&out, &events.Header{}, events.WriteOptions{})
		if err != nil {
			b.Fatal(err)
		}
		if err := w.Write(eventstest.Sample(1_000_000, events.Geometry{Width: 34, Height: 34}, 1)); err != nil {
			b.Fatal(err)
		}
		n := 0
		for b.Loop() {
			r, err := events.Decode(bytes.NewReader(out.Bytes()), "a.bin", nil)
			if err != nil {
				b.Fatal(err)
			}
			n += drain(b, r, buf)
		}
		report(b, n, n*5)
	})
	b.Run("format=nmnist/files=1000", func(b *testing.B) {
		var files []string
		err := filepath.WalkDir(shared(b, "data", "nmnist-small"), func(path string, e fs.DirEntry, err error) error {
			if filepath.Ext(path) == ".bin" {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		n := 0
		for b.Loop() {
			for _, f := range files {
				r, err := events.Open(f, nil)
				if err != nil {
					b.Fatal(err)
				}
				n += drain(b, r, buf)
			}
		}
		report(b, n, n*5)
	})
}
