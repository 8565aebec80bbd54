package eventstest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"

	"dvsim/events"
)

// TestRoundTrip writes ev in a registered format, once for each of opts (for
// each compression of the format when none is given), and reads it back:
// from a pipe, from a file, in the caller's goroutine and in parallel, all with
// the rules of [TestReader]; and from a source that breaks before its end, whose
// error must come out (give more than 64 KiB, or detection meets the error already). Events and the geometry of h must come back as written.
// The format must be found by content and by the format's first extension.
func TestRoundTrip(t *testing.T, format string, ev []events.Event, h events.Header, opts ...events.WriteOptions) {
	t.Helper()
	f, err := events.FormatByName(format)
	if err != nil {
		t.Fatal(err)
	}
	if len(opts) == 0 {
		opts = []events.WriteOptions{{}}
		for _, c := range f.Compressions {
			opts = append(opts, events.WriteOptions{Compression: c})
		}
	}
	for _, opt := range opts {
		t.Run(fmt.Sprintf("comp=%s,packet=%d", opt.Compression, opt.PacketEvents), func(t *testing.T) {
			roundTrip(t, f, ev, &h, opt)
		})
	}
}

func roundTrip(t *testing.T, f events.Format, ev []events.Event, h *events.Header, opt events.WriteOptions) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "recording"+f.Extensions[0])
	write(t, name, f.Name, ev, h, opt)
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, workers := range []int{1, 3} {
		for _, src := range []struct {
			name string
			open func(*events.Options) (events.Recording, error)
		}{
			{"file", func(o *events.Options) (events.Recording, error) { return events.Open(name, o) }},
			{"pipe", func(o *events.Options) (events.Recording, error) { return events.Decode(pipe(data), name, o) }},
		} {
			t.Run(fmt.Sprintf("from=%s,workers=%d", src.name, workers), func(t *testing.T) {
				o := &events.Options{Workers: workers}
				r, err := src.open(o)
				if err != nil {
					t.Fatal(err)
				}
				checkHeader(t, r.Header(), f.Name, h.Geometry)
				r.Close()
				TestReader(t, func() (events.Reader, error) { return src.open(o) }, ev)
			})
		}
	}
	t.Run("from=broken", func(t *testing.T) {
		if err := checkBrokenSource(f.Name, data, ev); err != nil {
			t.Error(err)
		}
	})
}

func checkHeader(t *testing.T, got *events.Header, format string, g events.Geometry) {
	t.Helper()
	if got.Format != format {
		t.Errorf("the header says format %q, written was %q", got.Format, format)
	}
	if got.Geometry != g && !got.GeometryGuessed {
		t.Errorf("the header says %v, written was %v", got.Geometry, g)
	}
	for _, s := range got.Streams {
		if s.Kind == events.KindEvents {
			return
		}
	}
	t.Error("the header lists no stream of events")
}

// write makes a file through the writer, in two calls with an empty one between.
func write(t *testing.T, name, format string, ev []events.Event, h *events.Header, opt events.WriteOptions) {
	t.Helper()
	w, err := events.Create(name, format, h, opt)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	half := len(ev) / 2
	for _, part := range [][]events.Event{ev[:half], nil, ev[half:]} {
		if err := w.Write(part); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Errorf("the second Close: %v", err)
	}
}

// errBroken is what a broken source returns.
var errBroken = errors.New("eventstest: the source broke")

// checkBrokenSource reads from a source that fails after 7/8 of its bytes. The failure is not
// damage in the recording, so it must come out of salvaging too.
func checkBrokenSource(format string, data []byte, ev []events.Event) error {
	for _, salvage := range []bool{false, true} {
		src := io.MultiReader(pipe(data[:len(data)-len(data)/8]), iotest.ErrReader(errBroken))
		r, err := events.Decode(src, "", &events.Options{Format: format, Salvage: salvage})
		if err == nil {
			var got []events.Event
			got, err = readSteps(r, 100)
			if serr := checkSticky(r, err); serr != nil {
				return serr
			}
			r.Close()
			if len(got) > len(ev) {
				return fmt.Errorf("salvage=%v: a part of the source gave %d of %d events", salvage, len(got), len(ev))
			}
			if err := Diff(got, ev[:len(got)]); err != nil {
				return fmt.Errorf("salvage=%v: before the source broke: %w", salvage, err)
			}
		}
		if !errors.Is(err, errBroken) {
			return fmt.Errorf("salvage=%v: the source broke, but the decoder said %v; want its error wrapped", salvage, err)
		}
	}
	return nil
}

// pipe is a stream without Seek and ReadAt that gives fewer bytes than asked for.
func pipe(data []byte) io.Reader {
	return iotest.HalfReader(struct{ io.Reader }{bytes.NewReader(data)})
}
