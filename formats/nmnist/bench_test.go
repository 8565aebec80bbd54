package nmnist_test

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"dvsim/events"
	"dvsim/events/eventstest"
	"dvsim/internal/reference"
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
			b.Error(err)
			return n
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
	// A data set is read file by file; workers take every second one and so on.
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("format=nmnist/files=1000/workers=%d", workers), func(b *testing.B) { benchFiles(b, workers) })
	}
}

func benchFiles(b *testing.B, workers int) {
	var files []string
	err := filepath.WalkDir(reference.Shared(b, "data", "nmnist-small"), func(path string, e fs.DirEntry, err error) error {
		if filepath.Ext(path) == ".bin" {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	var n atomic.Int64
	for b.Loop() {
		var wg sync.WaitGroup
		for w := range workers {
			wg.Go(func() {
				buf := make([]events.Event, events.BatchSize)
				for i := w; i < len(files); i += workers {
					r, err := events.Open(files[i], nil)
					if err != nil {
						b.Error(err)
						return
					}
					n.Add(int64(drain(b, r, buf)))
				}
			})
		}
		wg.Wait()
	}
	report(b, int(n.Load()), int(n.Load())*5)
}
