package aedat_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"dvsim/events"
	"dvsim/events/eventstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var v4Size = events.Geometry{Width: 346, Height: 260}

var v4Compressions = []string{"none", "lz4", "lz4-high", "zstd", "zstd-high"}

// v4Seekable is a file in memory.
type v4Seekable struct {
	b   []byte
	pos int
}

func (s *v4Seekable) Write(p []byte) (int, error) {
	if grow := s.pos + len(p) - len(s.b); grow > 0 {
		s.b = append(s.b, make([]byte, grow)...)
	}
	s.pos += copy(s.b[s.pos:], p)
	return len(p), nil
}

func (s *v4Seekable) Seek(off int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		off += int64(s.pos)
	case io.SeekEnd:
		off += int64(len(s.b))
	}
	s.pos = int(off)
	return off, nil
}

// v4Write makes a recording in memory.
func v4Write(t testing.TB, w io.Writer, h *events.Header, opt events.WriteOptions, put func(events.RecordWriter) error) {
	t.Helper()
	f, err := events.FormatByName("aedat4")
	if err != nil {
		t.Fatal(err)
	}
	out, err := f.Create(w, h, opt)
	if err != nil {
		t.Fatal(err)
	}
	if err := put(out.(events.RecordWriter)); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}

func v4Encode(t testing.TB, ev []events.Event, comp string, per int) []byte {
	t.Helper()
	var s v4Seekable
	v4Write(t, &s, &events.Header{Geometry: v4Size}, events.WriteOptions{Compression: comp, PacketEvents: per}, func(w events.RecordWriter) error { return w.Write(ev) })
	return s.b
}

// v4Source is a recording in memory, as a file or as a pipe.
func v4Source(b []byte, pipe bool) events.Source {
	r := bytes.NewReader(b)
	if pipe {
		return events.Source{Reader: struct{ io.Reader }{r}, Size: -1}
	}
	return events.Source{Reader: r, At: r, Size: int64(len(b))}
}

func v4Collect(b []byte, pipe bool, o *events.Options) ([]events.Event, events.Report, error) {
	r, err := events.OpenSource(v4Source(b, pipe), o)
	if err != nil {
		return nil, events.Report{}, err
	}
	defer r.Close()
	ev, err := events.Collect(r)
	return ev, r.Report(), err
}

// v4Step is a packet of a file: where it is and how long its payload is.
type v4Step struct {
	off, size int
	stream    int
}

// v4Packets walks the packets of an undamaged file, knowing nothing but the format's rules.
func v4Packets(b []byte) (first int, steps []v4Step) {
	fb := b[18:]
	root := binary.LittleEndian.Uint32(fb)
	vtab := root - binary.LittleEndian.Uint32(fb[root:])
	end := len(b)
	if n := binary.LittleEndian.Uint16(fb[vtab:]); n >= 8 {
		if f := binary.LittleEndian.Uint16(fb[vtab+6:]); f > 0 {
			if at := int64(binary.LittleEndian.Uint64(fb[root+uint32(f):])); at > 0 {
				end = int(at)
			}
		}
	}
	first = 18 + int(binary.LittleEndian.Uint32(b[14:]))
	for p := first; p < end; {
		s := v4Step{off: p, stream: int(binary.LittleEndian.Uint32(b[p:])), size: int(binary.LittleEndian.Uint32(b[p+4:]))}
		steps = append(steps, s)
		p += 8 + s.size
	}
	return first, steps
}

func TestConformanceAEDAT4(t *testing.T) {
	h := events.Header{Geometry: v4Size}
	ev := eventstest.Sample(20_000, v4Size, 1)
	opts := []events.WriteOptions{{}, {PacketEvents: 100}}
	for _, c := range v4Compressions {
		opts = append(opts, events.WriteOptions{Compression: c, PacketEvents: 1000})
	}
	if testing.Short() {
		ev, opts = ev[:9000], opts[:4]
	}
	eventstest.TestRoundTrip(t, "aedat4", ev, h, opts...)
	eventstest.TestRoundTrip(t, "aedat4", nil, h)
}

func TestRoundTripAnyEvents(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		time := rapid.OneOf(rapid.Int64Range(0, 1000), rapid.Int64(), rapid.Int64Range(1<<50, 1<<50+1<<34))
		ev := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) events.Event {
			return events.Event{
				T: time.Draw(t, "t"), X: uint16(rapid.IntRange(0, 345).Draw(t, "x")), Y: uint16(rapid.IntRange(0, 259).Draw(t, "y")),
				P: events.Polarity(rapid.IntRange(0, 1).Draw(t, "p")),
			}
		}), 0, 200).Draw(t, "events")
		// A step back by one turn of a 32-bit clock is repaired, not kept.
		for i := 1; i < len(ev); i++ {
			if ev[i].T < ev[i-1].T && ev[i-1].T-ev[i].T > 1<<31 && uint64(ev[i-1].T-ev[i].T) < 1<<33 {
				ev[i].T = ev[i-1].T
			}
		}
		o := events.WriteOptions{Compression: rapid.SampledFrom(v4Compressions).Draw(t, "comp"), PacketEvents: rapid.IntRange(0, 50).Draw(t, "per")}
		var s v4Seekable
		f, _ := events.FormatByName("aedat4")
		w, err := f.Create(&s, &events.Header{Geometry: v4Size}, o)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(w.Write(ev), w.Close()); err != nil {
			t.Fatal(err)
		}
		for _, salvage := range []bool{false, true} {
			got, rep, err := v4Collect(s.b, rapid.Bool().Draw(t, "pipe"), &events.Options{Workers: rapid.IntRange(1, 3).Draw(t, "workers"), Salvage: salvage})
			if err != nil || rep.Loss.Any() || len(rep.Warnings) > 0 {
				t.Fatalf("salvage %v: %v, %+v", salvage, err, rep)
			}
			if err := eventstest.Diff(got, ev); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// v4Records is a stream of everything, in order.
type v4Records struct {
	events   []events.Event
	frames   []events.Frame
	imus     []events.IMU
	triggers []events.Trigger
	order    []string
}

func (c *v4Records) tap() events.Tap {
	return events.Tap{
		Frame: func(f *events.Frame) error {
			g := *f
			g.Pixels = append([]byte(nil), f.Pixels...)
			c.frames = append(c.frames, g)
			c.order = append(c.order, fmt.Sprintf("frame after %d", len(c.events)))
			return nil
		},
		IMU: func(r []events.IMU) error {
			c.imus = append(c.imus, r...)
			c.order = append(c.order, fmt.Sprintf("imu after %d", len(c.events)))
			return nil
		},
		Trigger: func(r []events.Trigger) error {
			c.triggers = append(c.triggers, r...)
			c.order = append(c.order, fmt.Sprintf("triggers after %d", len(c.events)))
			return nil
		},
	}
}

func (c *v4Records) read(t testing.TB, src events.Source, o events.Options, batch int) {
	t.Helper()
	o.Tap = c.tap()
	r, err := events.OpenSource(src, &o)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	buf := make([]events.Event, batch)
	for {
		n, err := r.Read(buf)
		c.events = append(c.events, buf[:n]...)
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestRecordsRoundTripInOrder(t *testing.T) {
	h := &events.Header{Geometry: v4Size, Source: "a & b <c>", Streams: []events.Stream{
		{ID: 3, Kind: events.KindEvents, Geometry: v4Size},
		{ID: 7, Kind: events.KindFrames, Geometry: v4Size},
		{ID: 8, Kind: events.KindIMU},
		{ID: 65535, Kind: events.KindTrigger},
		{ID: 9, Kind: events.KindOther, Name: "POSE"},
	}}
	ev := eventstest.Sample(3000, v4Size, 5)
	gray := events.Frame{Stream: 7, T: 50, Begin: 10, End: 90, ExposureBegin: 40, ExposureEnd: 60, X: 3, Y: -4, Width: 3, Height: 2, Format: events.Gray8, Source: 1, Pixels: []byte{1, 2, 3, 4, 5, 6}}
	rgb := events.Frame{Stream: 7, T: 51, Width: 1, Height: 2, Format: events.RGB16, Pixels: []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}}
	bgr := rgb
	bgr.Format, bgr.Pixels = events.BGR16, []byte{5, 6, 3, 4, 1, 2, 11, 12, 9, 10, 7, 8}
	empty := events.Frame{Stream: 7, T: 52, Format: events.BGRA8}
	imus := []events.IMU{{Stream: 8, T: 5, Temperature: 30.5, Accel: [3]float32{1, 2, 3}, Gyro: [3]float32{4, 5, 6}, Mag: [3]float32{7, 8, 9}}, {Stream: 8, T: 6, Accel: [3]float32{-1, float32(math.Inf(1)), 0}}}
	trig := []events.Trigger{{Stream: 65535, T: -7, Source: events.TriggerExternalFall}, {Stream: 65535, T: 8, Source: events.TriggerOther}}
	for _, comp := range v4Compressions {
		var s v4Seekable
		v4Write(t, &s, h, events.WriteOptions{Compression: comp, PacketEvents: 700}, func(w events.RecordWriter) error {
			return errors.Join(w.WriteTriggers(trig), w.Write(ev[:1000]), w.WriteFrame(&gray), w.WriteFrame(&rgb), w.WriteFrame(&empty),
				w.Write(ev[1000:1001]), w.WriteIMU(imus), w.Write(ev[1001:]), w.WriteIMU(imus[:1]))
		})
		for _, workers := range []int{1, 2, 3} {
			for _, pipe := range []bool{false, true} {
				for _, batch := range []int{77, 4096} {
					var got v4Records
					got.read(t, v4Source(s.b, pipe), events.Options{Workers: workers}, batch)
					empty.Pixels = nil
					want := v4Records{
						events: ev, frames: []events.Frame{gray, bgr, empty}, imus: append(imus[:2:2], imus[0]), triggers: trig,
						order: []string{"triggers after 0", "frame after 1000", "frame after 1000", "frame after 1000", "imu after 1001", "imu after 3000"},
					}
					if d := cmp.Diff(want, got, cmp.AllowUnexported(v4Records{})); d != "" {
						t.Fatalf("%s, %d workers, pipe %v, batch %d: %s", comp, workers, pipe, batch, d)
					}
				}
			}
		}
		r, err := events.OpenSource(v4Source(s.b, false), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Header().Streams; len(got) != 4 || got[0].ID != 3 || got[3].ID != 65535 || got[1].Source != "a & b <c>" || got[2].Name != "IMUS" {
			t.Errorf("streams %+v", got)
		}
		r.Close()
	}
}

func TestTapErrorEndsReading(t *testing.T) {
	h := &events.Header{Geometry: v4Size, Streams: []events.Stream{{Kind: events.KindEvents}, {ID: 1, Kind: events.KindTrigger}}}
	ev := eventstest.Sample(500, v4Size, 5)
	var s v4Seekable
	v4Write(t, &s, h, events.WriteOptions{}, func(w events.RecordWriter) error {
		return errors.Join(w.Write(ev[:200]), w.WriteTriggers([]events.Trigger{{T: 1}}), w.Write(ev[200:]))
	})
	mine := errors.New("enough")
	got, _, err := v4Collect(s.b, false, &events.Options{Tap: events.Tap{Trigger: func([]events.Trigger) error { return mine }}})
	if !errors.Is(err, mine) || eventstest.Diff(got, ev[:200]) != nil {
		t.Errorf("%d events, %v", len(got), err)
	}
}

func TestTwoCameras(t *testing.T) {
	small := events.Geometry{Width: 10, Height: 20}
	h := &events.Header{Streams: []events.Stream{{ID: 1, Kind: events.KindEvents, Geometry: v4Size}, {ID: 2, Kind: events.KindEvents, Geometry: small}}}
	ev := []events.Event{{T: 1, X: 300}, {T: 2, X: 9, Y: 19, Src: 1}, {T: 3, X: 9, Src: 1, P: events.On}, {T: 2, X: 301}}
	var s v4Seekable
	v4Write(t, &s, h, events.WriteOptions{}, func(w events.RecordWriter) error { return w.Write(ev) })
	got, rep, err := v4Collect(s.b, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := eventstest.Diff(got, ev); err != nil {
		t.Error(err)
	}
	if rep.Backward != 1 || rep.Streams[1].Records != 2 || rep.Streams[1].Packets != 1 {
		t.Errorf("%+v", rep)
	}
}

func TestWriterRefuses(t *testing.T) {
	f, _ := events.FormatByName("aedat4")
	if _, err := f.Create(io.Discard, &events.Header{}, events.WriteOptions{}); !errors.Is(err, events.ErrGeometry) {
		t.Errorf("without a size: %v", err)
	}
	if _, err := f.Create(io.Discard, &events.Header{Geometry: v4Size}, events.WriteOptions{Compression: "brotli"}); !errors.Is(err, events.ErrUnsupported) {
		t.Errorf("brotli: %v", err)
	}
	var buf bytes.Buffer
	w, err := f.Create(&buf, &events.Header{Geometry: v4Size}, events.WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		e    events.Event
		want error
	}{{events.Event{X: 346}, events.ErrGeometry}, {events.Event{P: 2}, events.ErrRange}, {events.Event{Src: 1}, events.ErrRange}} {
		var fe *events.FormatError
		if err := w.Write([]events.Event{{}, c.e}); !errors.Is(err, c.want) || !errors.As(err, &fe) {
			t.Errorf("%v: %v", c.e, err)
		}
	}
	rw := w.(events.RecordWriter)
	if err := rw.WriteFrame(&events.Frame{Format: events.Gray8}); !errors.Is(err, events.ErrUnsupported) {
		t.Errorf("a frame without a stream: %v", err)
	}
	if err := rw.WriteFrame(&events.Frame{Width: 2, Height: 2, Format: events.Gray8, Pixels: []byte{1}}); !errors.Is(err, events.ErrRange) {
		t.Errorf("a frame without its pixels: %v", err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.Write([]events.Event{{}}); !errors.Is(err, events.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	if got, _, err := v4Collect(buf.Bytes(), true, nil); len(got) != 0 || err != nil {
		t.Errorf("refused events were written: %v, %v", got, err)
	}
}

func TestSameInputSameBytes(t *testing.T) {
	ev := eventstest.Sample(30_000, v4Size, 3)
	for _, c := range v4Compressions {
		a, b := v4Encode(t, ev, c, 0), v4Encode(t, ev, c, 0)
		if !bytes.Equal(a, b) {
			t.Errorf("%s: two runs differ", c)
		}
		// However the events come in, the packets are the same.
		var s v4Seekable
		v4Write(t, &s, &events.Header{Geometry: v4Size}, events.WriteOptions{Compression: c}, func(w events.RecordWriter) error {
			for part := range slices.Chunk(ev, 777) {
				if err := w.Write(part); err != nil {
					return err
				}
			}
			return nil
		})
		if !bytes.Equal(a, s.b) {
			t.Errorf("%s: the bytes depend on the sizes of the calls", c)
		}
	}
}

func TestWritesToAPipeWithoutTable(t *testing.T) {
	ev := eventstest.Sample(5000, v4Size, 3)
	var buf bytes.Buffer
	v4Write(t, &buf, &events.Header{Geometry: v4Size}, events.WriteOptions{PacketEvents: 300}, func(w events.RecordWriter) error { return w.Write(ev) })
	got, rep, err := v4Collect(buf.Bytes(), false, nil)
	if err != nil || len(rep.Warnings) > 0 {
		t.Fatal(err, rep.Warnings)
	}
	if err := eventstest.Diff(got, ev); err != nil {
		t.Error(err)
	}
	file := v4Encode(t, ev, "lz4", 300)
	if buf.Len() >= len(file) {
		t.Error("a data table in a pipe")
	}
}

func TestCloseLeavesNoGoroutines(t *testing.T) {
	data := v4Encode(t, eventstest.Sample(200_000, v4Size, 3), "lz4", 500)
	before := runtime.NumGoroutine()
	for i := range 40 {
		r, err := events.OpenSource(v4Source(data, i%2 == 1), &events.Options{Workers: 4})
		if err != nil {
			t.Fatal(err)
		}
		if i%4 > 0 {
			if _, err := r.Read(make([]events.Event, 1+i)); err != nil {
				t.Fatal(err)
			}
		}
		if i%5 == 0 {
			if _, err := events.Collect(r); err != nil {
				t.Fatal(err)
			}
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Read(make([]events.Event, 1)); !errors.Is(err, events.ErrClosed) {
			t.Fatalf("after Close: %v", err)
		}
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), before)
}

// TestCloseDoesNotWaitForAPipe reads a part from a pipe that never ends.
func TestCloseDoesNotWaitForAPipe(t *testing.T) {
	data := v4Encode(t, eventstest.Sample(50_000, v4Size, 3), "none", 500)
	pr, pw := io.Pipe()
	go pw.Write(data)
	defer pw.Close()
	r, err := events.Decode(pr, "", &events.Options{Workers: 3})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Read(make([]events.Event, 10)); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { r.Close(); close(done) }()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatal("Close waits")
	}
}

func TestGeometryOverride(t *testing.T) {
	data := v4Encode(t, []events.Event{{T: 1, X: 345, Y: 259}, {T: 2}}, "none", 0)
	r, err := events.OpenSource(v4Source(data, false), &events.Options{Geometry: events.Geometry{Width: 64, Height: 64}, Origin: events.OriginTopLeft})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	ev, err := events.Collect(r)
	if err != nil || len(ev) != 2 || ev[0].X != 345 {
		t.Fatal(ev, err)
	}
	if g := r.Header().Geometry; g.Width != 64 || r.Report().OutOfBounds != 1 {
		t.Error(g, r.Report())
	}
}

func TestMemoryIsBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 200 MB")
	}
	name := filepath.Join(t.TempDir(), "large.aedat4")
	w, err := events.Create(name, "", &events.Header{Geometry: v4Size}, events.WriteOptions{Compression: "none"})
	if err != nil {
		t.Fatal(err)
	}
	ev := eventstest.Sample(100_000, v4Size, 3)
	for range 125 {
		if err := w.Write(ev); err != nil {
			t.Fatal(err)
		}
		for i := range ev {
			ev[i].T += 8_000_000
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	st, err := os.Stat(name)
	if err != nil || st.Size() < 200_000_000 {
		t.Fatal(st, err)
	}
	runtime.GC()
	var before, during runtime.MemStats
	runtime.ReadMemStats(&before)
	r, err := events.Open(name, &events.Options{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	n := 0
	for b, err := range events.Batches(r) {
		if err != nil {
			t.Fatal(err)
		}
		n += len(b)
	}
	runtime.ReadMemStats(&during)
	if grown := during.TotalAlloc - before.TotalAlloc; n != 12_500_000 || grown > 10<<20 {
		t.Errorf("%d events with %d KB allocated in all", n, grown>>10)
	}
}
