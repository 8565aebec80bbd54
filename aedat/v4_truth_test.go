package aedat_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"
	"os"
	"testing"

	"dvsim/events"
	"dvsim/internal/reference"
)

// v4Truth is what independent decoders say of a recording (../shared/data/truth).
type v4Truth struct {
	DVS  events.Sums `json:"dvs"`
	More struct {
		Frames *struct {
			Count  int64        `json:"count"`
			First  v4TruthFrame `json:"first"`
			Last   v4TruthFrame `json:"last"`
			Pixels string       `json:"pixels_sha256"`
		} `json:"frames"`
		IMU      *v4TruthRecords `json:"imu"`
		Triggers *v4TruthRecords `json:"triggers"`
		Packets  struct {
			Events   int64 `json:"events_packets"`
			IMU      int64 `json:"imu_packets"`
			Triggers int64 `json:"trigger_packets"`
		} `json:"packets"`
		Streams map[int]struct {
			Width  int    `json:"width"`
			Height int    `json:"height"`
			Type   string `json:"type"`
		} `json:"streams"`
	} `json:"more"`
}

type v4TruthFrame struct {
	T             int64  `json:"t"`
	Begin         int64  `json:"begin_t"`
	End           int64  `json:"end_t"`
	ExposureBegin int64  `json:"exposure_begin_t"`
	ExposureEnd   int64  `json:"exposure_end_t"`
	X             int    `json:"offset_x"`
	Y             int    `json:"offset_y"`
	Width         int    `json:"width"`
	Height        int    `json:"height"`
	DType         string `json:"dtype"`
	Sum           uint64 `json:"sum"`
}

type v4TruthRecords struct {
	Count int64              `json:"count"`
	First int64              `json:"t_first"`
	Last  int64              `json:"t_last"`
	SumT  uint64             `json:"sum_t"`
	Sums  map[string]float64 `json:"sums"`
}

// v4Tapped gathers what the tap sees, as the truth has it.
type v4Tapped struct {
	frames        int64
	first, last   v4TruthFrame
	pixels        hash.Hash
	imu, triggers v4TruthRecords
}

func (c *v4Tapped) tap() events.Tap {
	c.pixels = sha256.New()
	c.imu.Sums, c.triggers.Sums = map[string]float64{}, map[string]float64{}
	return events.Tap{
		Frame: func(f *events.Frame) error {
			t := v4TruthFrame{T: f.T, Begin: f.Begin, End: f.End, ExposureBegin: f.ExposureBegin, ExposureEnd: f.ExposureEnd, X: f.X, Y: f.Y, Width: f.Width, Height: f.Height, DType: "uint8"}
			step := f.Format.SampleBytes()
			if step == 2 {
				t.DType = "uint16"
			}
			for i := 0; i < len(f.Pixels); i += step {
				v := uint64(f.Pixels[i])
				if step == 2 {
					v |= uint64(f.Pixels[i+1]) << 8
				}
				t.Sum += v
			}
			c.pixels.Write(f.Pixels)
			if c.frames == 0 {
				c.first = t
			}
			c.last = t
			c.frames++
			return nil
		},
		IMU: func(r []events.IMU) error {
			for _, e := range r {
				c.imu.add(e.T)
				for i, axis := range []string{"x", "y", "z"} {
					c.imu.Sums["accelerometer_"+axis] += float64(e.Accel[i])
					c.imu.Sums["gyroscope_"+axis] += float64(e.Gyro[i])
					c.imu.Sums["magnetometer_"+axis] += float64(e.Mag[i])
				}
				c.imu.Sums["temperature"] += float64(e.Temperature)
			}
			return nil
		},
		Trigger: func(r []events.Trigger) error {
			for _, e := range r {
				c.triggers.add(e.T)
				c.triggers.Sums["source"] += float64(e.Source)
			}
			return nil
		},
	}
}

func (r *v4TruthRecords) add(t int64) {
	if r.Count == 0 {
		r.First = t
	}
	r.Last = t
	r.Count++
	r.SumT += uint64(t)
}

func (r *v4TruthRecords) compare(t *testing.T, what string, want *v4TruthRecords) {
	t.Helper()
	if want == nil {
		want = &v4TruthRecords{}
	}
	if r.Count != want.Count || r.First != want.First || r.Last != want.Last || r.SumT != want.SumT {
		t.Errorf("%s: %+v, want %+v", what, *r, *want)
	}
	for k, v := range want.Sums {
		if d := math.Abs(r.Sums[k] - v); d > 1e-9*math.Abs(v) {
			t.Errorf("%s: the sum of %s is %v, want %v", what, k, r.Sums[k], v)
		}
	}
}

var v4Recordings = []string{
	"davis346", "davis346_dv_none", "davis346_dv_lz4", "davis346_dv_lz4high", "davis346_dv_zstd", "davis346_dv_zstdhigh",
	"test_data_gray16", "test_data_unknown_then_gray16",
}

func v4ReadTruth(t testing.TB, name string) (file string, w v4Truth) {
	t.Helper()
	b, err := os.ReadFile(reference.Shared(t, "data", "truth", name+".aedat4.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &w); err != nil {
		t.Fatal(err)
	}
	return reference.Shared(t, "data", "aedat4", name+".aedat4"), w
}

func TestTruthAEDAT4(t *testing.T) {
	for _, name := range v4Recordings {
		t.Run(name, func(t *testing.T) {
			file, want := v4ReadTruth(t, name)
			for _, workers := range []int{1, 2, 3} {
				for _, batch := range []int{events.BatchSize, 1, 333, 1 << 20} {
					if testing.Short() && batch != 333 {
						continue
					}
					for _, pipe := range []bool{false, true} {
						t.Run(fmt.Sprintf("workers=%d,batch=%d,pipe=%v", workers, batch, pipe), func(t *testing.T) {
							v4CompareTruth(t, file, want, workers, batch, pipe)
						})
					}
				}
			}
		})
	}
}

func v4CompareTruth(t *testing.T, file string, want v4Truth, workers, batch int, pipe bool) {
	var got v4Tapped
	o := &events.Options{Workers: workers, Tap: got.tap()}
	var r events.Recording
	var err error
	if pipe {
		f, ferr := os.Open(file)
		if ferr != nil {
			t.Fatal(ferr)
		}
		defer f.Close()
		r, err = events.Decode(struct{ io.Reader }{f}, "", o)
	} else {
		r, err = events.Open(file, o)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var d events.Digest
	buf := make([]events.Event, batch)
	for {
		n, err := r.Read(buf)
		d.Add(buf[:n])
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	sums := d.Sums()
	if sums != want.DVS {
		t.Errorf("events: %+v, want %+v", sums, want.DVS)
	}
	got.imu.compare(t, "imu", want.More.IMU)
	got.triggers.compare(t, "triggers", want.More.Triggers)
	if f := want.More.Frames; f == nil {
		if got.frames != 0 {
			t.Errorf("%d frames, want none", got.frames)
		}
	} else if sum := hex.EncodeToString(got.pixels.Sum(nil)); got.frames != f.Count || got.first != f.First || got.last != f.Last || sum != f.Pixels {
		t.Errorf("frames: %d, %+v to %+v, pixels %s; want %+v", got.frames, got.first, got.last, sum, *f)
	}
	v4CompareReport(t, r, want)
}

func v4CompareReport(t *testing.T, r events.Recording, want v4Truth) {
	t.Helper()
	rep := r.Report()
	if rep.Loss.Any() || rep.Backward != want.DVS.TBackwards || rep.OutOfBounds != 0 || rep.Wraps != 0 {
		t.Errorf("report: %+v", rep)
	}
	if len(rep.Streams) != len(want.More.Streams) {
		t.Errorf("%d streams, want %d", len(rep.Streams), len(want.More.Streams))
	}
	for _, s := range rep.Streams {
		w := want.More.Streams[s.Stream.ID]
		if s.Stream.Geometry != (events.Geometry{Width: w.Width, Height: w.Height}) {
			t.Errorf("stream %d has %v, want %dx%d", s.Stream.ID, s.Stream.Geometry, w.Width, w.Height)
		}
		var records, packets int64
		switch s.Stream.Kind {
		case events.KindEvents:
			records, packets = want.DVS.Events, want.More.Packets.Events
		case events.KindFrames:
			records = want.More.Frames.Count
			packets = s.Packets
		case events.KindIMU:
			records, packets = want.More.IMU.Count, want.More.Packets.IMU
		case events.KindTrigger:
			records, packets = want.More.Triggers.Count, want.More.Packets.Triggers
		}
		if s.Records != records || s.Packets != packets {
			t.Errorf("stream %d (%s): %d records in %d packets, want %d in %d", s.Stream.ID, s.Stream.Kind, s.Records, s.Packets, records, packets)
		}
	}
}

func TestUnknownFrameFormatIsTold(t *testing.T) {
	file, _ := v4ReadTruth(t, "test_data_unknown_then_gray16")
	r, err := events.Open(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := events.Collect(r); err != nil {
		t.Fatal(err)
	}
	rep := r.Report()
	if len(rep.Warnings) != 1 || rep.Streams[0].Records != 1 || rep.Streams[0].Packets != 2 {
		t.Errorf("%+v", rep)
	}
}
