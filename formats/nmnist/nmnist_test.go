package nmnist_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dvsim/events"
	"dvsim/events/eventstest"
	_ "dvsim/formats/nmnist"

	"dvsim/internal/reference"
	"pgregory.net/rapid"
)

func TestTruth(t *testing.T) {
	names := []string{"nmnist_sample.bin"}
	for i := 1; i <= 6; i++ {
		names = append(names, fmt.Sprintf("dvsgesture_%d.bs2", i))
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			b, err := os.ReadFile(reference.Shared(t, "data", "truth", name+".json"))
			if err != nil {
				t.Fatal(err)
			}
			var want struct {
				DVS events.Sums `json:"dvs"`
			}
			if err := json.Unmarshal(b, &want); err != nil {
				t.Fatal(err)
			}
			r, err := events.Open(reference.Shared(t, "data", "atis", name), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			got, err := events.Digested(r)
			if err != nil || got != want.DVS {
				t.Errorf("%v\ngot  %+v\nwant %+v", err, got, want.DVS)
			}
			size := events.Geometry{Width: 34, Height: 34}
			if strings.HasSuffix(name, ".bs2") {
				size = events.Geometry{Width: 128, Height: 128}
			}
			h, rep := r.Header(), r.Report()
			if h.Format != "nmnist" || h.Geometry != size || !h.GeometryGuessed {
				t.Errorf("header %+v", h)
			}
			if rep.Wraps != 0 || rep.OutOfBounds != 0 || rep.Special != 0 || len(rep.Warnings) != 0 {
				t.Errorf("report %+v", rep)
			}
		})
	}
}

func TestAllOfNMNISTSmall(t *testing.T) {
	files, total := 0, int64(0)
	err := filepath.WalkDir(reference.Shared(t, "data", "nmnist-small"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(path) != ".bin" {
			return err
		}
		files++
		st, err := e.Info()
		if err != nil {
			return err
		}
		r, err := events.Open(path, nil)
		if err != nil {
			return err
		}
		defer r.Close()
		for batch, err := range events.Batches(r) {
			if err != nil {
				return err
			}
			for _, e := range batch {
				if e.T > 400_000 || e.X >= 34 || e.Y >= 34 {
					t.Fatalf("%s: event %v", path, e)
				}
			}
		}
		rep, h := r.Report(), r.Header()
		n := rep.Streams[0].Records
		if n != st.Size()/5 || rep.OutOfBounds != 0 || rep.Wraps != 0 || rep.Special != 0 || len(rep.Warnings) != 0 || h.Geometry != (events.Geometry{Width: 34, Height: 34}) {
			t.Errorf("%s: %d bytes, header %+v, report %+v", path, st.Size(), h, rep)
		}
		total += n
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files != 1000 {
		t.Errorf("%d files, want 1000", files)
	}
	t.Logf("%d events", total)
}

// raw is one record: what the five bytes say.
type raw struct {
	x, y, p int
	t       int64 // 23 bits of it are stored
}

// file is put together after the description of the format, not by our writer.
func file(rs ...raw) []byte {
	var b []byte
	for _, r := range rs {
		t := r.t % (1 << 23)
		b = append(b, byte(r.x), byte(r.y), byte(r.p<<7|int(t>>16)), byte(t>>8), byte(t))
	}
	return b
}

func decode(t testing.TB, b []byte, o *events.Options) ([]events.Event, *events.Header, events.Report) {
	t.Helper()
	opt := events.Options{Format: "nmnist"}
	if o != nil {
		opt = *o
		opt.Format = "nmnist"
	}
	r, err := events.Decode(bytes.NewReader(b), "a.bin", &opt)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	ev, err := events.Collect(r)
	if err != nil {
		t.Fatal(err)
	}
	return ev, r.Header(), r.Report()
}

func TestBits(t *testing.T) {
	ev, _, _ := decode(t, []byte{0x21, 0x20, 0x80, 0x01, 0x02, 1, 2, 0x7f, 0xff, 0xff}, nil)
	if err := eventstest.Diff(ev, []events.Event{{T: 0x102, X: 33, Y: 32, P: 1}, {T: 0x7fffff, X: 1, Y: 2, P: 0}}); err != nil {
		t.Error(err)
	}
}

func TestTurnsOfTheClock(t *testing.T) {
	const turn = 1 << 23
	times := []int64{7, 4_000_000, 8_000_000, turn + 5, turn - 3, turn + 9, turn + 4, turn + 4_000_000, turn + 8_000_000, 2*turn + 1}
	var rs []raw
	for i, u := range times {
		rs = append(rs, raw{x: i, t: u})
	}
	ev, _, rep := decode(t, file(rs...), nil)
	for i, e := range ev {
		if e.T != times[i] || e.X != uint16(i) {
			t.Errorf("event %d is %v, want time %d", i, e, times[i])
		}
	}
	if rep.Wraps != 2 || rep.Backward != 2 {
		t.Errorf("%d wraps, %d steps backwards", rep.Wraps, rep.Backward)
	}
	// A pause of more than half a turn at the beginning is a pause.
	ev, _, rep = decode(t, file(raw{t: 1}, raw{t: 6_000_000}), nil)
	if ev[1].T != 6_000_000 || rep.Backward != 0 {
		t.Errorf("after a pause: %v", ev[1])
	}
}

func TestClockProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := int64(rapid.IntRange(0, 1<<23-1).Draw(t, "start"))
		var rs []raw
		var want []events.Event
		for i, n := 0, rapid.IntRange(1, 30).Draw(t, "n"); i < n; i++ {
			rs = append(rs, raw{x: i, y: i, p: i & 1, t: now})
			want = append(want, events.Event{T: now, X: uint16(i), Y: uint16(i), P: events.Polarity(i & 1)})
			now = max(0, now+int64(rapid.IntRange(-1000, 1<<22-1).Draw(t, "step")))
		}
		r, err := events.Decode(bytes.NewReader(file(rs...)), "", &events.Options{Format: "nmnist"})
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
	})
}

// A mark adds 2^13 µs to all that follow; tonic and the Python reader of the
// data set do the same.
func TestMarks(t *testing.T) {
	data := file(raw{x: 1, t: 8000}, raw{x: 49, y: 240, t: 0}, raw{x: 2, t: 100}, raw{y: 240, t: 200}, raw{y: 240, t: 200}, raw{x: 3, t: 300, p: 1})
	want := []events.Event{{T: 8000, X: 1}, {T: 8192 + 100, X: 2}, {T: 3*8192 + 300, X: 3, P: 1}}
	ev, h, rep := decode(t, data, nil)
	if err := eventstest.Diff(ev, want); err != nil {
		t.Error(err)
	}
	if rep.Special != 3 || len(rep.Warnings) != 1 || rep.Backward != 0 || rep.Wraps != 0 || h.Geometry.Height != 34 {
		t.Errorf("size %v, report %+v", h.Geometry, rep)
	}
	eventstest.TestReader(t, func() (events.Reader, error) { return events.Decode(bytes.NewReader(data), "a.bin", nil) }, want)
	// A sensor with more rows has a row 240.
	ev, _, rep = decode(t, data, &events.Options{Geometry: events.Geometry{Width: 256, Height: 250}})
	if len(ev) != 6 || rep.Special != 0 {
		t.Errorf("on 250 rows: %d events, %d marks", len(ev), rep.Special)
	}
	ev, h, rep = decode(t, append(data, file(raw{y: 241, t: 400})...), nil)
	if len(ev) != 7 || rep.Special != 0 || h.Geometry != (events.Geometry{Width: 256, Height: 256}) {
		t.Errorf("with a row 241: %d events, %d marks, %v", len(ev), rep.Special, h.Geometry)
	}
}

func TestGuessedSize(t *testing.T) {
	for _, c := range []struct {
		name string
		last raw
		want events.Geometry
	}{
		{"a.bin", raw{x: 33, y: 33}, events.Geometry{Width: 34, Height: 34}},
		{"a.bs2", raw{x: 33, y: 33}, events.Geometry{Width: 128, Height: 128}},
		{"a.bin", raw{x: 34}, events.Geometry{Width: 128, Height: 128}},
		{"a.bin", raw{y: 179}, events.Geometry{Width: 240, Height: 180}},
		{"a.bs2", raw{x: 239}, events.Geometry{Width: 240, Height: 180}},
		{"a.bin", raw{y: 239}, events.Geometry{Width: 256, Height: 240}},
		{"a.bin", raw{y: 255}, events.Geometry{Width: 256, Height: 256}},
	} {
		// The large pixel comes last, far behind the first block.
		data := append(bytes.Repeat(file(raw{x: 3, y: 4, t: 5}), 40_000), file(c.last)...)
		path := filepath.Join(t.TempDir(), c.name)
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		h, err := events.DecodeHeader(path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if h.Geometry != c.want || !h.GeometryGuessed {
			t.Errorf("%s with %+v: %v", c.name, c.last, h.Geometry)
		}
		h, err = events.DecodeHeader(path, &events.Options{Geometry: events.Geometry{Width: 50, Height: 50}})
		if err != nil || h.Geometry.Width != 50 || h.GeometryGuessed {
			t.Errorf("overruled: %+v, %v", h, err)
		}
		// A pipe shows only its beginning; what lies beyond is counted.
		r, err := events.Decode(bytes.NewReader(data), c.name, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := events.Collect(r); err != nil {
			t.Fatal(err)
		}
		inside := r.Header().Geometry.Contains(uint16(c.last.x), uint16(c.last.y))
		if out := r.Report().OutOfBounds; inside != (out == 0) || out > 1 {
			t.Errorf("%s with %+v from a pipe: %d out of bounds of %v", c.name, c.last, out, r.Header().Geometry)
		}
	}
}

func TestTail(t *testing.T) {
	for cut := 1; cut < 5; cut++ {
		ev, _, rep := decode(t, append(file(raw{x: 1, t: 9}, raw{x: 2, t: 10}), make([]byte, cut)...), nil)
		if len(ev) != 2 || len(rep.Warnings) != 1 || !strings.Contains(rep.Warnings[0], "no whole record") {
			t.Errorf("%d bytes over: %d events, %q", cut, len(ev), rep.Warnings)
		}
	}
	ev, _, rep := decode(t, []byte{1, 2, 3}, &events.Options{Format: "nmnist"})
	if len(ev) != 0 || len(rep.Warnings) != 1 {
		t.Errorf("3 bytes: %d events, %q", len(ev), rep.Warnings)
	}
}

func TestSniff(t *testing.T) {
	good := file(raw{t: 1}, raw{t: 2}, raw{t: 3})
	random := make([]byte, 4000)
	for i := range random {
		random[i] = byte(i * i * 31 >> 3)
	}
	for _, c := range []struct {
		name string
		data []byte
		want bool
	}{
		{"a.bin", good, true},
		{"A.BS2", good, true},
		{"a.aedat", good, false},
		{"", good, false},
		{"a.bin", random, false},
		{"a.bin", good[:4], false},
	} {
		f, err := events.Sniff(c.data, c.name)
		if (err == nil && f.Name == "nmnist") != c.want {
			t.Errorf("%q, %d bytes: %v, %v", c.name, len(c.data), f.Name, err)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	for _, g := range []events.Geometry{{Width: 34, Height: 34}, {Width: 240, Height: 180}, {Width: 256, Height: 240}} {
		eventstest.TestRoundTrip(t, "nmnist", eventstest.Sample(20_000, g, 1), events.Header{Geometry: g})
	}
	eventstest.TestRoundTrip(t, "nmnist", eventstest.Sample(1, events.Geometry{Width: 34, Height: 34}, 1), events.Header{})
}

func TestWriterRefuses(t *testing.T) {
	f, err := events.FormatByName("nmnist")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Create(&bytes.Buffer{}, &events.Header{Geometry: events.Geometry{Width: 346, Height: 260}}, events.WriteOptions{}); !errors.Is(err, events.ErrGeometry) {
		t.Errorf("a large sensor: %v", err)
	}
	for _, e := range []events.Event{{X: 256}, {Y: 256}, {Y: 240}, {Src: 1}, {T: -1}, {T: 1 << 23}} {
		var b bytes.Buffer
		w, err := f.Create(&b, &events.Header{}, events.WriteOptions{})
		if err != nil {
			t.Fatal(err)
		}
		ok := []events.Event{{T: 1}, {T: 1<<23 - 1, X: 255, Y: 255, P: 1}}
		if err := w.Write(ok); err != nil {
			t.Fatal(err)
		}
		err = w.Write([]events.Event{{T: 1}, e})
		var fe *events.FormatError
		if !errors.As(err, &fe) || !errors.Is(err, events.ErrRange) || fe.Part != fmt.Sprintf("event 3 (%v)", e) || b.Len() != 10 {
			t.Errorf("%v: %v; %d bytes written", e, err, b.Len())
		}
		if err := w.Close(); err != nil {
			t.Error(err)
		}
		if err := w.Write(ok); !errors.Is(err, events.ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
	}
}

// Reading allocates nothing, and opening little.
func TestAllocations(t *testing.T) {
	data := file(slices.Repeat([]raw{{x: 1, y: 2, t: 3}}, 100_000)...)
	r, err := events.Decode(bytes.NewReader(data), "a.bin", nil)
	if err != nil {
		t.Fatal(err)
	}
	buf := make([]events.Event, 1000)
	if n := testing.AllocsPerRun(50, func() {
		if _, err := r.Read(buf); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations a Read", n)
	}
}
