package aedat_test

import (
	"bytes"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"dvsim/events"
	"dvsim/events/eventstest"
)

func TestRoundTripAEDAT3(t *testing.T) {
	g := events.Geometry{Width: 346, Height: 260}
	ev := eventstest.Sample(20_000, g, 1)
	eventstest.TestRoundTrip(t, "aedat3", ev, events.Header{Geometry: g}, events.WriteOptions{}, events.WriteOptions{PacketEvents: 100})
	for i := range ev { // Unix time, backwards, across turns of the 31 bits
		ev[i].T = 1_589_163_147_368_868 - ev[i].T*1000
	}
	for i := 10_000; i < 15_000; i++ {
		ev[i].Src = 1
	}
	eventstest.TestRoundTrip(t, "aedat3", ev, events.Header{Geometry: g, Source: "DAVIS346 00000002\r\n#"})
	wide := events.Geometry{Width: 32768, Height: 32768}
	eventstest.TestRoundTrip(t, "aedat3", eventstest.Sample(20_000, wide, 1), events.Header{Geometry: wide})
	eventstest.TestRoundTrip(t, "aedat3", nil, events.Header{Geometry: g})
}

func v3Writer(t *testing.T, b *bytes.Buffer, g events.Geometry) events.RecordWriter {
	t.Helper()
	f, err := events.FormatByName("aedat3")
	if err != nil {
		t.Fatal(err)
	}
	w, err := f.Create(b, &events.Header{Geometry: g}, events.WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return w.(events.RecordWriter)
}

func TestV3RecordsRoundTrip(t *testing.T) {
	const base = 3<<31 - 5 // records cross a turn of the 31 bits
	px8 := []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
	frames := []events.Frame{
		{T: base + 9, Begin: base, End: base + 9, ExposureBegin: base + 1, ExposureEnd: base + 8, X: 1, Y: 2, Width: 2, Height: 3, Format: events.Gray16, Pixels: gray16(1, 2, 3, 4, 5, 65535)},
		{T: base, Width: 3, Height: 4, Format: events.Gray8, Pixels: px8},
		{T: base, Width: 2, Height: 2, Format: events.BGR8, Pixels: px8},
		{T: base, Width: 1, Height: 3, Format: events.BGRA8, Pixels: px8},
		{T: base, Width: 1, Height: 1, Format: events.BGRA16, Pixels: gray16(1, 2, 3, 4)},
		{T: base, Width: 1, Height: 2, Format: events.RGB16, Pixels: gray16(1, 2, 3, 4, 5, 6)},
	}
	var imu []events.IMU
	var triggers []events.Trigger
	for i := range 10 {
		m := events.IMU{T: base + int64(i), Temperature: 30.5, Accel: [3]float32{1, -2, float32(i)}, Gyro: [3]float32{.25, 0, -3}}
		if i >= 6 {
			m.Mag = [3]float32{9, 8, 7}
		}
		imu = append(imu, m)
		triggers = append(triggers, events.Trigger{T: base + int64(i), Source: events.TriggerSource(i)})
	}
	ev := eventstest.Sample(100, size128, 1)
	var b bytes.Buffer
	w := v3Writer(t, &b, size128)
	steps := []error{w.Write(ev[:50]), w.WriteIMU(imu), w.Write(ev[50:]), w.WriteTriggers(triggers), w.WriteIMU(nil), w.WriteTriggers(nil)}
	for i := range frames {
		steps = append(steps, w.WriteFrame(&frames[i]))
	}
	if err := errors.Join(append(steps, w.Close())...); err != nil {
		t.Fatal(err)
	}
	var c tapped
	got, _, rep := v12Decode(t, b.Bytes(), "", &events.Options{Tap: c.tap()})
	wantEvents(t, got, ev...)
	for i := range imu {
		imu[i].Stream = 3 + i/6
		triggers[i].Stream = 0
	}
	if !slices.Equal(c.imu, imu) || !slices.Equal(c.triggers, triggers) {
		t.Errorf("readings %+v\ntriggers %+v", c.imu, c.triggers)
	}
	k := func(v ...uint16) []byte { // 8 bits widened
		for i := range v {
			v[i] *= 257
		}
		return gray16(v...)
	}
	want := slices.Clone(frames)
	for i := range want {
		f := &want[i]
		f.Stream = 2
		if i > 0 {
			f.Begin, f.End, f.ExposureBegin, f.ExposureEnd = base, base, base, base
		}
	}
	want[1].Format, want[1].Pixels = events.Gray16, k(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
	want[2].Format, want[2].Pixels = events.RGB16, k(3, 2, 1, 6, 5, 4, 9, 8, 7, 12, 11, 10)
	want[3].Format, want[3].Pixels = events.RGBA16, k(3, 2, 1, 4, 7, 6, 5, 8, 11, 10, 9, 12)
	want[4].Format, want[4].Pixels = events.RGBA16, gray16(3, 2, 1, 4)
	wantFrames(t, c.frames, want...)
	if rep.Loss.Any() || rep.Special != 0 {
		t.Errorf("report %+v", rep)
	}
}

func TestV3WriterRefuses(t *testing.T) {
	var b bytes.Buffer
	w := v3Writer(t, &b, size128)
	if err := w.Write([]events.Event{{T: 1}}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ err, want error }{
		"pixel":        {w.Write([]events.Event{{T: 1}, {T: 1, X: 128}}), events.ErrGeometry},
		"time":         {w.Write([]events.Event{{T: -1}}), events.ErrRange},
		"late":         {w.Write([]events.Event{{T: 1 << 62}}), events.ErrRange},
		"IMU":          {w.WriteIMU([]events.IMU{{T: -1}}), events.ErrRange},
		"trigger":      {w.WriteTriggers([]events.Trigger{{T: 1, Source: events.TriggerOther}}), events.ErrRange},
		"trigger time": {w.WriteTriggers([]events.Trigger{{T: -1}}), events.ErrRange},
		"frame format": {w.WriteFrame(&events.Frame{Width: 1, Height: 1, Format: "jpeg"}), events.ErrRange},
		"frame size":   {w.WriteFrame(&events.Frame{Width: 2, Height: 1, Format: events.Gray8, Pixels: []byte{1}}), events.ErrRange},
		"frame times":  {w.WriteFrame(&events.Frame{Width: 1, Height: 1, Format: events.Gray8, Pixels: []byte{1}, Begin: 1, End: math.MaxInt64 / 4}), events.ErrRange},
	} {
		var fe *events.FormatError
		if !errors.As(c.err, &fe) || !errors.Is(c.err, c.want) || fe.Hint == "" {
			t.Errorf("%s: %v, want %v", name, c.err, c.want)
		}
	}
	if err := w.Write([]events.Event{{T: 2}}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.Write([]events.Event{{T: 2}}); !errors.Is(err, events.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	got, _, _ := v12Decode(t, b.Bytes(), "", nil)
	wantEvents(t, got, events.Event{T: 1}, events.Event{T: 2})
	f, _ := events.FormatByName("aedat3")
	for _, g := range []events.Geometry{{Width: 40_000, Height: 1}} {
		if _, err := f.Create(&b, &events.Header{Geometry: g}, events.WriteOptions{}); !errors.Is(err, events.ErrGeometry) {
			t.Errorf("%v: %v", g, err)
		}
	}
	if _, err := f.Create(&b, &events.Header{Geometry: size128}, events.WriteOptions{PacketEvents: -1}); !errors.Is(err, events.ErrRange) {
		t.Errorf("negative packets: %v", err)
	}
}

// errWriter fails after n bytes.
type errWriter struct{ n int }

var errFull = errors.New("no space left on device")

func (w *errWriter) Write(p []byte) (int, error) {
	if w.n -= len(p); w.n < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestWritersReportAFullDisk(t *testing.T) {
	ev := eventstest.Sample(20_000, size128, 1)
	for _, format := range []string{"aedat2", "aedat3"} {
		f, _ := events.FormatByName(format)
		for _, room := range []int{0, 10, 500, 40_000} {
			w, err := f.Create(&errWriter{room}, &events.Header{Geometry: size128}, events.WriteOptions{})
			if err == nil {
				err = w.Write(ev)
				if err == nil {
					err = w.Close()
				} else if again := w.Close(); !errors.Is(again, errFull) {
					t.Errorf("%s, %d bytes: Close says %v", format, room, again)
				}
			}
			if !errors.Is(err, errFull) {
				t.Errorf("%s, %d bytes: %v", format, room, err)
			}
		}
	}
}

func TestWrittenFilesAreReproducible(t *testing.T) {
	ev := eventstest.Sample(5_000, size128, 1)
	for _, format := range []string{"aedat2", "aedat3"} {
		f, _ := events.FormatByName(format)
		var files [2]bytes.Buffer
		for i := range files {
			w, err := f.Create(&files[i], &events.Header{Geometry: size128}, events.WriteOptions{})
			if err != nil {
				t.Fatal(err)
			}
			for c := range slices.Chunk(ev, 100+i*77) { // however it is cut into calls
				if err := w.Write(c); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(files[0].Bytes(), files[1].Bytes()) {
			t.Errorf("%s: two files of the same events differ", format)
		}
		if !strings.HasPrefix(files[0].String(), "#!AER-DAT") {
			t.Errorf("%s: no version line", format)
		}
	}
}
