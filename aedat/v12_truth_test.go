package aedat_test

import (
	"encoding/json"
	"os"
	"testing"

	"dvsim/events"
	"dvsim/internal/reference"
)

// v12Truth is what ../shared/data/truth says of a recording of AEDAT 1, 2 or
// plain AER.
type v12Truth struct {
	DVS  events.Sums `json:"dvs"`
	More struct {
		Chip        string `json:"chip"`
		HeaderBytes int64  `json:"header_bytes"`
		IMUWords    int64  `json:"imu_samples"`
		External    int64  `json:"external_inputs"`
		APS         int64  `json:"aps_samples"`
	} `json:"more"`
	Size []int `json:"size"`
}

func v12ReadTruth(t testing.TB, name string) v12Truth {
	t.Helper()
	b, err := os.ReadFile(reference.Shared(t, "data", "truth", name+".json"))
	if err != nil {
		t.Skipf("../shared is absent: %v", err)
	}
	var w v12Truth
	if err := json.Unmarshal(b, &w); err != nil {
		t.Fatal(err)
	}
	return w
}

func v12Sums(t testing.TB, r events.Reader) events.Sums {
	t.Helper()
	var d events.Digest
	for batch, err := range events.Batches(r) {
		if err != nil {
			t.Fatal(err)
		}
		d.Add(batch)
	}
	return d.Sums()
}

func TestTruthAER(t *testing.T) {
	for _, c := range []struct{ format, name string }{
		{"aer16", "130Hz_mono_64ch_ONOFF_addr2b_ts02.aedat"},
		{"aer16", "sound_mono_32ch_ONOFF_addr2b_ts02.aedat"},
		{"aer32", "enun_stereo_64ch_ONOFF_addr4b_ts1.aedat"},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := v12ReadTruth(t, c.name)
			path := reference.Shared(t, "data", "aer", c.name)
			r, err := events.Open(path, &events.Options{Format: c.format})
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if got := v12Sums(t, r); got != want.DVS {
				t.Errorf("got  %+v\nwant %+v", got, want.DVS)
			}
			rep, h := r.Report(), r.Header()
			if rep.OutOfBounds != 0 || rep.Loss.Any() || len(rep.Warnings) != 0 || rep.Wraps != 0 {
				t.Errorf("report %+v", rep)
			}
			if h.Geometry.Height != 1 || int(want.DVS.XMax) >= h.Geometry.Width || !h.GeometryGuessed || h.Bytes != 0 {
				t.Errorf("header %+v", h)
			}
		})
	}
}

// The record size is told by the structure; what the addresses mean is not.
func TestHeaderlessIsAmbiguousOrNot(t *testing.T) {
	for name, want := range map[string]string{
		"130Hz_mono_64ch_ONOFF_addr2b_ts02.aedat": "aedat1, aer16",
		"sound_mono_32ch_ONOFF_addr2b_ts02.aedat": "aedat1, aer16",
		"enun_stereo_64ch_ONOFF_addr4b_ts1.aedat": "",
	} {
		r, err := events.Open(reference.Shared(t, "data", "aer", name), nil)
		if want == "" {
			if err != nil {
				t.Fatal(err)
			}
			if r.Header().Format != "aer32" {
				t.Errorf("%s: read as %s", name, r.Header().Format)
			}
			r.Close()
			continue
		}
		fe, ok := err.(*events.FormatError)
		if !ok || fe.Err != events.ErrAmbiguous || fe.Hint != "these bytes could be "+want+": name it with --format" {
			t.Errorf("%s: %v, want an ambiguity of %s", name, err, want)
		}
	}
}

func TestTruthAEDAT2(t *testing.T) {
	const name = "IMU_rotDisk.aedat"
	want := v12ReadTruth(t, name)
	var imu int64
	var accel [3]float64
	r, err := events.Open(reference.Shared(t, "data", "aedat2", name), &events.Options{Tap: events.Tap{
		IMU: func(s []events.IMU) error {
			for _, m := range s {
				imu++
				for i := range accel {
					accel[i] += float64(m.Accel[i])
				}
			}
			return nil
		},
		Frame:   func(*events.Frame) error { t.Error("a frame"); return nil },
		Trigger: func([]events.Trigger) error { t.Error("a trigger"); return nil },
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	h := r.Header()
	if h.Format != "aedat2" || h.Version != "2.0" || h.Bytes != want.More.HeaderBytes || h.Source != want.More.Chip || h.GeometryGuessed || len(h.Notes) != 0 {
		t.Errorf("header %+v", h)
	}
	if g := (events.Geometry{Width: want.Size[0], Height: want.Size[1]}); h.Geometry != g {
		t.Errorf("size %v, want %v", h.Geometry, g)
	}
	if got := v12Sums(t, r); got != want.DVS {
		t.Errorf("got  %+v\nwant %+v", got, want.DVS)
	}
	rep := r.Report()
	if imu*7 != want.More.IMUWords || rep.Streams[2].Records != imu {
		t.Errorf("%d readings in the tap, %d in the report, want %d words of 7", imu, rep.Streams[2].Records, want.More.IMUWords)
	}
	// Gravity: the mean acceleration of a camera on a desk is about 1 g long.
	var sq float64
	for _, a := range accel {
		sq += (a / float64(imu)) * (a / float64(imu))
	}
	if sq < 0.8 || sq > 1.2 {
		t.Errorf("mean acceleration %v / %d: length² %.3f g², want about 1", accel, imu, sq)
	}
	if len(rep.Warnings) != 0 || rep.OutOfBounds != 0 || rep.Special != 0 || rep.Wraps != 0 {
		t.Errorf("report %+v", rep)
	}
}
