package aedat_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"

	"dvsim/events"
)

// Frames, readings and triggers of AEDAT 2, encoded after DavisChip and
// DavisBaseCamera of jAER.

const davis240 = "#!AER-DAT2.0\r\n# AEChip: eu.seebetter.ini.chips.davis.DAVIS240C\r\n"

func apsAddr(x, y, kind, adc int) uint32 {
	return 1<<31 | uint32(y<<22|x<<12|kind<<10|adc)
}

func imuAddr(code int, v int16) uint32 {
	return 0x80000C00 | uint32(code)<<28 | uint32(uint16(v))<<12
}

// tapped is what a Tap has received, copied.
type tapped struct {
	frames   []events.Frame
	imu      []events.IMU
	triggers []events.Trigger
}

func (c *tapped) tap() events.Tap {
	return events.Tap{
		Frame: func(f *events.Frame) error {
			g := *f
			g.Pixels = bytes.Clone(f.Pixels)
			c.frames = append(c.frames, g)
			return nil
		},
		IMU:     func(s []events.IMU) error { c.imu = append(c.imu, s...); return nil },
		Trigger: func(s []events.Trigger) error { c.triggers = append(c.triggers, s...); return nil },
	}
}

func gray16(v ...uint16) []byte {
	var b []byte
	for _, u := range v {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

func wantFrames(t *testing.T, got []events.Frame, want ...events.Frame) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d frames, want %d", len(got), len(want))
	}
	for i := range got {
		g, w := got[i], want[i]
		if !bytes.Equal(g.Pixels, w.Pixels) {
			t.Errorf("frame %d has pixels %v, want %v", i, g.Pixels, w.Pixels)
		}
		g.Pixels, w.Pixels = nil, nil
		if !slices.Equal([]any{g.Stream, g.T, g.Begin, g.End, g.ExposureBegin, g.ExposureEnd, g.X, g.Y, g.Width, g.Height, g.Format},
			[]any{w.Stream, w.T, w.Begin, w.End, w.ExposureBegin, w.ExposureEnd, w.X, w.Y, w.Width, w.Height, w.Format}) {
			t.Errorf("frame %d is %+v, want %+v", i, g, w)
		}
	}
}

// A sensor of 2x2 in global shutter: all resets, exposure, all signals.
func TestV2FramesGlobalShutter(t *testing.T) {
	var c tapped
	data := v2File(davis240,
		v12Word{apsAddr(0, 0, 0, 500), 10}, v12Word{apsAddr(0, 1, 0, 501), 11}, v12Word{davisAddr(1, 1, 1), 12}, v12Word{apsAddr(1, 0, 0, 502), 13}, v12Word{apsAddr(1, 1, 0, 503), 14},
		v12Word{apsAddr(0, 0, 1, 400), 100}, v12Word{apsAddr(0, 1, 1, 301), 101}, v12Word{apsAddr(1, 0, 1, 202), 102}, v12Word{apsAddr(1, 1, 1, 600), 103},
		// the next one, cut by the end of the file
		v12Word{apsAddr(0, 0, 0, 500), 200}, v12Word{apsAddr(0, 0, 1, 500), 210})
	opt := events.Options{Tap: c.tap(), Geometry: events.Geometry{Width: 2, Height: 2}}
	ev, _, rep := v12Decode(t, data, "", &opt)
	wantEvents(t, ev, events.Event{T: 12, X: 1, Y: 1, P: 1})
	wantFrames(t, c.frames, events.Frame{
		Stream: 1, T: 57, Begin: 10, End: 103, ExposureBegin: 14, ExposureEnd: 100,
		Width: 2, Height: 2, Format: events.Gray16, Pixels: gray16(200, 0, 100, 300), // the upper row is y = 1
	}, events.Frame{ // one pixel is a region of interest of 1x1
		Stream: 1, T: 205, Begin: 200, End: 210, ExposureBegin: 200, ExposureEnd: 210,
		X: 0, Y: 1, Width: 1, Height: 1, Format: events.Gray16, Pixels: gray16(0),
	})
	if rep.Streams[1].Records != 2 || rep.Streams[1].First != 57 || len(rep.Warnings) != 0 {
		t.Errorf("report %+v", rep)
	}
	// Without a Tap the frames are counted all the same.
	opt.Tap = events.Tap{}
	if _, _, rep = v12Decode(t, data, "", &opt); rep.Streams[1].Records != 2 {
		t.Errorf("without a tap %d frames", rep.Streams[1].Records)
	}
}

func TestV2FramesRollingShutterAndHoles(t *testing.T) {
	var c tapped
	data := v2File(davis240,
		// column by column, signals one column behind the resets
		v12Word{apsAddr(0, 0, 0, 500), 10}, v12Word{apsAddr(0, 1, 0, 500), 11},
		v12Word{apsAddr(0, 0, 1, 490), 20}, v12Word{apsAddr(0, 1, 1, 480), 21},
		v12Word{apsAddr(1, 0, 0, 500), 22}, v12Word{apsAddr(1, 1, 0, 500), 23},
		v12Word{apsAddr(1, 0, 1, 470), 30}, v12Word{apsAddr(1, 1, 1, 460), 31},
		// a frame of which a signal read is missing
		v12Word{apsAddr(0, 0, 0, 500), 110}, v12Word{apsAddr(0, 1, 0, 500), 111}, v12Word{apsAddr(0, 1, 1, 400), 112},
		// a whole one again, with reads that belong nowhere
		v12Word{apsAddr(0, 0, 0, 500), 210}, v12Word{apsAddr(0, 0, 1, 499), 211}, v12Word{apsAddr(9, 9, 0, 1), 212}, v12Word{apsAddr(1, 1, 1, 1), 213}, v12Word{apsAddr(0, 0, 2, 1), 214},
		v12Word{apsAddr(0, 1, 0, 500), 220}, v12Word{apsAddr(1, 0, 0, 500), 221}, v12Word{apsAddr(1, 1, 0, 500), 222},
		v12Word{apsAddr(0, 1, 1, 498), 230}, v12Word{apsAddr(1, 0, 1, 497), 231}, v12Word{apsAddr(1, 1, 1, 496), 232})
	_, _, rep := v12Decode(t, data, "", &events.Options{Tap: c.tap(), Geometry: events.Geometry{Width: 2, Height: 2}})
	wantFrames(t, c.frames,
		events.Frame{Stream: 1, T: 15, Begin: 10, End: 31, ExposureBegin: 10, ExposureEnd: 20, Width: 2, Height: 2, Format: events.Gray16, Pixels: gray16(20, 40, 10, 30)},
		events.Frame{Stream: 1, T: 210, Begin: 210, End: 232, ExposureBegin: 210, ExposureEnd: 211, Width: 2, Height: 2, Format: events.Gray16, Pixels: gray16(2, 4, 1, 3)})
	if len(rep.Warnings) != 3 || !strings.Contains(strings.Join(rep.Warnings, "|"), "1 frames are incomplete") || !strings.Contains(strings.Join(rep.Warnings, "|"), "2 reads of the frames") || rep.Special != 1 {
		t.Errorf("special %d, warnings %q", rep.Special, rep.Warnings)
	}
}

func TestV2IMU(t *testing.T) {
	group := func(at uint32, v ...int16) (w []v12Word) {
		for i, x := range v {
			w = append(w, v12Word{imuAddr(i, x), at})
		}
		return w
	}
	whole := group(50, 8192, -4096, 0, -3400, 655, -131, 0)
	words := slices.Concat(whole, group(60, 1, 2, 3), group(70, 0, 0, 8192, 0, 0, 0, 65), []v12Word{{davisAddr(1, 1, 0), 71}, {imuAddr(5, 9), 72}}, group(80, 1, 2))
	for _, c := range []struct {
		head        string
		accel, gyro float32
	}{
		{davis240, 1, 1},
		{davis240 + "#   <entry key=\"ImuGyroScale\" value=\"GyroFullScaleDegPerSec1000\"/>\r\n#  <entry key=\"ImuAccelScale\" value=\"ImuAccelScaleG8\"/>\r\n", 2, 2},
		{davis240 + "#   <entry key=\"ImuAccelScale\" value=\"ImuAccelScaleG9999999999999999\"/>\r\n", 1, 1},
	} {
		var got tapped
		ev, _, rep := v12Decode(t, v2File(c.head, words...), "", &events.Options{Tap: got.tap()})
		wantEvents(t, ev, events.Event{T: 71, X: 1, Y: 1})
		want := []events.IMU{
			{Stream: 2, T: 50, Accel: [3]float32{1, -0.5, 0}, Temperature: 25, Gyro: [3]float32{10, -2, 0}},
			{Stream: 2, T: 70, Accel: [3]float32{0, 0, 1}, Temperature: 35, Gyro: [3]float32{0, 0, 65 / 65.5}},
		}
		if len(got.imu) != len(want) {
			t.Fatalf("%d readings, want %d", len(got.imu), len(want))
		}
		for i, w := range want {
			g := got.imu[i]
			near := g.T == w.T && g.Stream == w.Stream && g.Temperature == w.Temperature
			for k := range 3 {
				near = near && g.Accel[k] == w.Accel[k]*c.accel && abs32(g.Gyro[k]-w.Gyro[k]*c.gyro) < 1e-5
			}
			if !near {
				t.Errorf("reading %d is %+v, want %+v times %v, %v", i, g, w, c.accel, c.gyro)
			}
		}
		if rep.Streams[2].Records != 2 || len(rep.Warnings) != 1 || !strings.HasPrefix(rep.Warnings[0], "6 words of the inertial sensor") {
			t.Errorf("report %+v", rep)
		}
	}
}

func abs32(v float32) float32 { return max(v, -v) }

func TestV2ExternalInputsAndNoiseMarks(t *testing.T) {
	var c tapped
	data := v2File(davis240, v12Word{0x402, 10}, v12Word{0x403, 11}, v12Word{davisAddr(3, 4, 1) | 0x400, 12}, v12Word{davisAddr(3, 4, 0), 13}, v12Word{0x404, 14}, v12Word{0x407, 15})
	ev, _, rep := v12Decode(t, data, "", &events.Options{Tap: c.tap()})
	wantEvents(t, ev, events.Event{T: 13, X: 3, Y: 4})
	if want := []events.Trigger{{Stream: 3, T: 10, Source: events.TriggerExternalFall}, {Stream: 3, T: 11, Source: events.TriggerExternalRise}, {Stream: 3, T: 14, Source: events.TriggerExternalPulse}}; !slices.Equal(c.triggers, want) {
		t.Errorf("triggers %v, want %v", c.triggers, want)
	}
	if s := rep.Streams[3]; s.Records != 3 || s.First != 10 || s.Last != 14 || rep.Special != 2 || len(rep.Warnings) != 1 {
		t.Errorf("report %+v", rep)
	}
}

// An error of a Tap ends the reading, after the events before it.
func TestV2TapError(t *testing.T) {
	stop := errors.New("stop")
	data := v2File(davis240, v12Word{davisAddr(1, 1, 0), 1}, v12Word{0x402, 2}, v12Word{davisAddr(1, 1, 0), 3})
	r, err := events.Decode(bytes.NewReader(data), "", &events.Options{Tap: events.Tap{Trigger: func([]events.Trigger) error { return stop }}})
	if err != nil {
		t.Fatal(err)
	}
	ev, err := events.Collect(r)
	if len(ev) != 1 || !errors.Is(err, stop) {
		t.Errorf("%d events, %v", len(ev), err)
	}
	if _, err := r.Read(make([]events.Event, 1)); !errors.Is(err, stop) {
		t.Errorf("again: %v", err)
	}
}
