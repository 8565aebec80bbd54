package filter_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"dvsim/events"
	"dvsim/events/filter"
	"dvsim/internal/npz"
	"dvsim/internal/reference"
)

// truth is one entry of filters.json.
type truth struct {
	Source, Library, Filter string
	Params                  map[string]any
	Aligned                 bool
	Mask                    string
	SHA256                  string
	Events                  int64
	SumT                    uint64 `json:"sum_t"`
	SumX                    uint64 `json:"sum_x"`
	SumY                    uint64 `json:"sum_y"`
	On                      int64
}

func (e *truth) String() string {
	return fmt.Sprintf("%s %s %s %v", e.Source, strings.Fields(e.Library)[0], e.Filter, e.Params)
}

func (e *truth) num(name string) float64 { return e.Params[name].(float64) }

// micros is a parameter in float seconds, rounded to µs as jAER does.
func (e *truth) micros(name string) int64 { return int64(math.Round(e.num(name) * 1e6)) }

// filter makes the Reader that an entry describes; ok is false for filters that
// this package does not have.
func (e *truth) filter(open func() events.Reader, g events.Geometry) (r events.Reader, ok bool, err error) {
	src := open()
	switch strings.Fields(e.Library)[0] + " " + e.Filter {
	case "dv_processing BackgroundActivityNoiseFilter":
		r, err = filter.Correlation(src, filter.DVBackgroundActivity(int64(e.num("dt"))))
	case "jaer BackgroundActivityFilter":
		r, err = filter.Correlation(src, filter.JAERBackgroundActivity(e.micros("correlationTimeS")))
	case "jaer SpatioTemporalCorrelationFilter":
		if _, more := e.Params["subsampleBy"]; more {
			return nil, false, nil
		}
		opt := filter.STCF(e.micros("correlationTimeS"))
		opt.Support = int(e.num("numMustBeCorrelated"))
		opt.SamePolarity = e.Params["polaritiesMustMatch"].(bool)
		opt.OwnPixel = !e.Params["filterHotPixels"].(bool)
		if e.Params["letFirstEventThrough"].(bool) {
			opt.First = filter.FirstPasses
		}
		r, err = filter.Correlation(src, opt)
	case "tonic Denoise":
		r, err = filter.Correlation(src, filter.TonicDenoise(int64(e.num("filter_time"))))
	case "dv_processing LowPassFilter":
		r, err = filter.Refractory(src, filter.DVLowPass(e.num("cutoff_hz")))
	case "jaer RefractoryFilter":
		r, err = filter.Refractory(src, filter.JAERRefractory(e.micros("correlationTimeS")))
	case "tonic RefractoryPeriod":
		r, err = filter.Refractory(src, filter.TonicRefractory(int64(e.num("delta"))))
	case "dv_processing EventPolarityFilter":
		p := events.Off
		if e.Params["on"].(bool) {
			p = events.On
		}
		r = filter.Polarity(src, p)
	case "dv_processing EventMaskFilter":
		m, merr := filter.NewMask(g) // the mask of the truth says what stays
		if merr != nil {
			return nil, true, merr
		}
		for y := range g.Height {
			for x := range g.Width {
				if !(y%2 == 0 && x%3 == 1 || y%2 == 1 && x%5 == 0) {
					m.Add(uint16(x), uint16(y))
				}
			}
		}
		r, err = filter.Masked(src, m)
	case "tonic DropPixel":
		if _, list := e.Params["coordinates"]; list {
			return nil, false, nil
		}
		m, merr := filter.HotPixels(open(), e.num("hot_pixel_frequency"))
		if merr != nil {
			return nil, true, merr
		}
		r, err = filter.Masked(src, m)
	case "dv_processing scale":
		// Ours takes whole target sizes: comparable where the division is a whole number.
		dx, dy := e.num("x_division"), e.num("y_division")
		if dx != math.Trunc(dx) || dy != math.Trunc(dy) || g.Width%int(dx) != 0 || g.Height%int(dy) != 0 {
			return nil, false, nil
		}
		r, err = filter.Scale(src, events.Geometry{Width: g.Width / int(dx), Height: g.Height / int(dy)})
	case "tonic RandomFlipLR":
		r, err = filter.FlipX(src)
	case "tonic RandomFlipUD":
		r, err = filter.FlipY(src)
	case "faery transpose":
		switch e.Params["action"] {
		case "flip_left_right":
			r, err = filter.FlipX(src)
		case "flip_bottom_top":
			r, err = filter.FlipY(src)
		case "rotate_180":
			if r, err = filter.FlipX(src); err == nil {
				r, err = filter.FlipY(r)
			}
		case "flip_up_diagonal":
			r = filter.Transpose(src)
		case "rotate_90_counterclockwise":
			r, err = filter.FlipX(filter.Transpose(src))
		case "rotate_270_counterclockwise":
			r, err = filter.FlipY(filter.Transpose(src))
		case "flip_down_diagonal":
			if r, err = filter.FlipX(filter.Transpose(src)); err == nil {
				r, err = filter.FlipY(r)
			}
		}
	default:
		return nil, false, nil
	}
	return r, true, err
}

// TestAgainstPeers holds the filters to what dv-processing, jAER, Tonic and faery
// made of the same events.
func TestAgainstPeers(t *testing.T) {
	text, err := os.ReadFile(reference.Shared(t, "truth", "filters", "filters.json"))
	if err != nil {
		t.Fatal(err)
	}
	var entries []truth
	if err := json.Unmarshal(text, &entries); err != nil {
		t.Fatal(err)
	}
	kept, err := npz.Open(reference.Shared(t, "truth", "filters", "kept.npz"))
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	src := sources(t)
	checked := map[string]int{}
	for _, e := range entries {
		if testing.Short() && e.Source != "tiny" {
			continue
		}
		ev, g := slices.Clone(src[e.Source].ev), src[e.Source].g
		if e.Aligned {
			for i, t0 := 0, ev[0].T; i < len(ev); i++ {
				ev[i].T -= t0
			}
		}
		header := events.Header{Geometry: g}
		open := func() events.Reader { return events.FromSlice(header, ev) }
		r, ok, err := e.filter(open, g)
		if !ok {
			continue
		}
		if err != nil {
			t.Errorf("%v: %v", &e, err)
			continue
		}
		checked[e.Filter]++
		got, err := events.Collect(r)
		if err != nil {
			t.Errorf("%v: %v", &e, err)
			continue
		}
		if e.Filter == "SpatioTemporalCorrelationFilter" {
			compareSTCF(t, &e, kept, ev, got, g)
			continue
		}
		var d events.Digest
		d.Add(got)
		if s := d.Sums(); s.Events != e.Events || s.On != e.On || s.SumT != e.SumT || s.SumX != e.SumX || s.SumY != e.SumY || s.SHA256 != e.SHA256 {
			t.Errorf("%v: %d events (%d ON, x %d, y %d), the original has %d (%d ON, x %d, y %d)", &e, s.Events, s.On, s.SumX, s.SumY, e.Events, e.On, e.SumX, e.SumY)
		}
	}
	for _, name := range []string{
		"BackgroundActivityNoiseFilter", "BackgroundActivityFilter", "SpatioTemporalCorrelationFilter", "Denoise", "LowPassFilter", "RefractoryFilter",
		"RefractoryPeriod", "EventPolarityFilter", "EventMaskFilter", "DropPixel", "scale", "RandomFlipLR", "RandomFlipUD", "transpose",
	} {
		if checked[name] == 0 && !(testing.Short() && name == "scale") {
			t.Errorf("%s was checked %d times", name, checked[name])
		}
	}
}

// compareSTCF compares away from the right and the lower border, where jAER looks
// further than its radius.
func compareSTCF(t *testing.T, e *truth, kept *npz.File, ev, got []events.Event, g events.Geometry) {
	t.Helper()
	mask, _, err := kept.Int64s(e.Mask)
	if err != nil {
		t.Errorf("%v: %v", e, err)
		return
	}
	inner := func(ev events.Event) bool { return int(ev.X) < g.Width-2 && int(ev.Y) < g.Height-2 }
	var want []events.Event
	for i, x := range ev {
		if mask[i/8]>>(i%8)&1 != 0 && inner(x) {
			want = append(want, x)
		}
	}
	got = slices.DeleteFunc(got, func(e events.Event) bool { return !inner(e) })
	if len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf("%v: %d inner events, the original has %d", e, len(got), len(want))
	}
}

type source struct {
	ev []events.Event
	g  events.Geometry
}

// sources reads the three streams of the truth without any codec of this module.
func sources(t *testing.T) map[string]source {
	t.Helper()
	raw, err := os.ReadFile(reference.Shared(t, "data", "atis", "dvsgesture_1.bs2"))
	if err != nil {
		t.Fatal(err)
	}
	var gesture []events.Event
	for i := range 60_000 {
		b := raw[5*i:]
		gesture = append(gesture, events.Event{T: int64(b[2]&127)<<16 | int64(b[3])<<8 | int64(b[4]), X: uint16(b[0]), Y: uint16(b[1]), P: events.Polarity(b[2] >> 7)})
	}

	f, err := npz.Open(reference.Shared(t, "truth", "filters", "tiny.npz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	column := func(name string) []int64 {
		v, _, err := f.Int64s(name)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	ts, xs, ys, ps := column("t"), column("x"), column("y"), column("p")
	tiny := make([]events.Event, len(ts))
	for i := range ts {
		tiny[i] = events.Event{T: ts[i], X: uint16(xs[i]), Y: uint16(ys[i]), P: events.Polarity(ps[i])}
	}
	return map[string]source{
		"davis":   {davis(t), events.Geometry{Width: 346, Height: 260}},
		"gesture": {gesture, events.Geometry{Width: 128, Height: 128}},
		"tiny":    {tiny, events.Geometry{Width: 12, Height: 9}},
	}
}

// davis reads the uncompressed AEDAT 4 recording: packets of stream, size and a
// FlatBuffer, which for events is a block of 16-byte records behind 32 bytes.
func davis(t *testing.T) []events.Event {
	t.Helper()
	raw, err := os.ReadFile(reference.Shared(t, "data", "aedat4", "davis346_dv_none.aedat4"))
	if err != nil {
		t.Fatal(err)
	}
	le := binary.LittleEndian
	var ev []events.Event
	for at := 18 + int(le.Uint32(raw[14:])); at+8 <= len(raw); {
		size := int(le.Uint32(raw[at+4:]))
		if at+8+size > len(raw) {
			break // the data table
		}
		p := raw[at+8 : at+8+size]
		at += 8 + size
		if size < 32 || string(p[8:12]) != "EVTS" {
			continue
		}
		for i := range int(le.Uint32(p[28:])) {
			b := p[32+16*i:]
			ev = append(ev, events.Event{T: int64(le.Uint64(b)), X: le.Uint16(b[8:]), Y: le.Uint16(b[10:]), P: events.Polarity(b[12])})
		}
	}
	if len(ev) != 78_830 {
		t.Fatalf("davis346 has 78,830 events, %d were read", len(ev))
	}
	return ev
}
