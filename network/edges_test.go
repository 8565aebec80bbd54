package network_test

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	_ "dvsim/aedat"
	"dvsim/events"
	_ "dvsim/formats/nmnist"
	"dvsim/internal/reference"
	"dvsim/network"
	"dvsim/sim"
	"dvsim/trace"
)

// channels counts the spikes of the last layer by channel.
type channels struct {
	last, c int
	n       []int
}

func (r *channels) Begin(i trace.Info) error {
	r.last = len(i.Layers) - 1
	r.c = i.Layers[r.last].C
	r.n = make([]int, r.c)
	return nil
}

func (r *channels) Spikes(layer int, _ int64, index []uint32, _ []uint16) error {
	if layer == r.last {
		for _, i := range index {
			r.n[int(i)%r.c]++
		}
	}
	return nil
}

func (r *channels) End(int64) error { return nil }

// seen runs the network edges over events and counts its output by orientation.
func seen(t *testing.T, g events.Geometry, r events.Reader) ([]int, sim.Stats) {
	t.Helper()
	n, err := network.Builtin("edges", g)
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Check(); err != nil {
		t.Fatal(err)
	}
	var c channels
	st, err := sim.Run(context.Background(), sim.NewEvent(n, &sim.Options{Record: &c}), r)
	if err != nil {
		t.Fatal(err)
	}
	return c.n, st
}

// bar makes the events of a bar that crosses the sensor at right angles to itself:
// its front is darker, its back brighter, 6 pixels apart. deg is the direction of
// its edges, counter-clockwise from horizontal on a screen with y downwards. Each
// pixel gives, on average, perPixel events an edge, 1 ms apart, jittered by 0.8 ms.
func bar(g events.Geometry, deg, speed, perPixel float64) []events.Event {
	const width = 6
	r := rand.New(rand.NewPCG(1, uint64(deg)+1000))
	sin, cos := math.Sincos(deg * math.Pi / 180)
	radius := math.Hypot(float64(g.Width), float64(g.Height)) / 2
	var ev []events.Event
	for y := range g.Height {
		for x := range g.Width {
			dx, up := float64(x)-float64(g.Width-1)/2, float64(g.Height-1)/2-float64(y)
			dist := -dx*sin + up*cos + radius // to the edge's line at t = 0
			for edge, p := range []events.Polarity{events.Off, events.On} {
				at := (dist + float64(edge)*width) / speed
				for k := 0.0; k < perPixel; k++ {
					if left := perPixel - k; left < 1 && r.Float64() > left {
						break
					}
					if t := at + r.NormFloat64()*0.0008 + k*0.001; t > 0 {
						ev = append(ev, events.Event{T: int64(t * 1e6), X: uint16(x), Y: uint16(y), P: p})
					}
				}
			}
		}
	}
	slices.SortStableFunc(ev, func(a, b events.Event) int { return cmp.Compare(a.T, b.T) })
	return ev
}

var sizes = []events.Geometry{{Width: 34, Height: 34}, {Width: 128, Height: 128}, {Width: 346, Height: 260}, {Width: 1280, Height: 720}}

// TestEdgesBars: the channel with most spikes bears the bar's orientation, also
// when it is 10° off, at speeds from 60 to 1000 pixels a second; and output there is.
func TestEdgesBars(t *testing.T) {
	for _, g := range sizes {
		if g.Width > 128 && testing.Short() {
			continue
		}
		for _, speed := range []float64{80, 200, 500, 1000} {
			if g.Width > 128 && speed < 500 || g.Width > 346 && speed < 1000 {
				continue // a second of it tells all
			}
			if testing.Short() && g.Width > 34 && speed != 500 {
				continue
			}
			for _, perPixel := range []float64{0.7, 2} {
				if g.Width > 346 && perPixel > 1 {
					continue
				}
				for _, deg := range []float64{0, 10, 35, 45, 55, 80, 90, 100, 125, 135, 145, 170} {
					if speed < 100 && perPixel < 1 && math.Mod(deg, 45) != 0 {
						continue // too few events in 12 ms for a slanted line: silent, see TestEdgesSlow
					}
					if g.Width > 346 && deg > 60 {
						continue
					}
					n, _ := seen(t, g, events.FromSlice(events.Header{Geometry: g}, bar(g, deg, speed, perPixel)))
					want := int(math.Round(deg/45)) % 4
					if most := slices.Index(n, slices.Max(n)); most != want || n[most] == 0 {
						t.Errorf("%v: bar of %v° at %v px/s, %v events a pixel: %v, most should be %s", g, deg, speed, perPixel, n, network.EdgeLabels[want])
					}
				}
			}
		}
	}
}

// TestEdgesNoise: events without order leave the output nearly silent, 1 to 20 a
// pixel and second (a DAVIS346 in the dark has about 1).
func TestEdgesNoise(t *testing.T) {
	for _, g := range sizes[:3] {
		if g.Width > 128 && testing.Short() {
			continue
		}
		for _, hz := range []float64{1, 5, 20} {
			r := rand.New(rand.NewPCG(2, uint64(hz)))
			ev := make([]events.Event, int(hz*float64(g.Pixels())))
			for i := range ev {
				ev[i] = events.Event{T: r.Int64N(1e6), X: uint16(r.IntN(g.Width)), Y: uint16(r.IntN(g.Height)), P: events.Polarity(r.IntN(2))}
			}
			slices.SortStableFunc(ev, func(a, b events.Event) int { return cmp.Compare(a.T, b.T) })
			n, st := seen(t, g, events.FromSlice(events.Header{Geometry: g}, ev))
			sum := 0
			for _, k := range n {
				sum += k
			}
			// Fewer than one spike for 1000 events, and at most 15 a second.
			if sum > len(ev)/1000 || sum > 15 {
				t.Errorf("%v: %v Hz of noise, %d events: output %v, lines %d", g, hz, len(ev), n, st.Spikes[0])
			}
		}
	}
}

// TestEdgesRecordings: recordings of four cameras give output, but a sparse one.
func TestEdgesRecordings(t *testing.T) {
	for _, c := range []struct {
		file     string
		min, max int // output spikes a second
	}{
		{"aedat4/davis346.aedat4", 20, 200},
		{"atis/dvsgesture_1.bs2", 50, 400},
		{"atis/dvsgesture_4.bs2", 100, 800},
		{"atis/nmnist_sample.bin", 50, 400},
		{"aedat2/IMU_rotDisk.aedat", 200, 2000},
	} {
		if testing.Short() && c.file != "atis/nmnist_sample.bin" {
			continue
		}
		t.Run(c.file, func(t *testing.T) {
			rec, err := events.Open(reference.Shared(t, "data/"+c.file), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer rec.Close()
			n, st := seen(t, rec.Header().Geometry, rec)
			sum := 0
			for _, k := range n {
				sum += k
			}
			t.Logf("%d events, lines %d, output %v in %.2f s of recording, %.2f s of work", st.Events, st.Spikes[0], n, float64(st.DurationUS)/1e6, st.Seconds)
			if rate := float64(sum) / float64(st.DurationUS) * 1e6; rate < float64(c.min) || rate > float64(c.max) {
				t.Errorf("%.0f output spikes a second, expected %d to %d", rate, c.min, c.max)
			}
		})
	}
}

// TestEdgesSlow: what is too slow is not seen; it is not seen wrongly either.
func TestEdgesSlow(t *testing.T) {
	g := sizes[0]
	for _, deg := range []float64{0, 10, 35, 55, 80, 90, 100, 125, 145} {
		n, _ := seen(t, g, events.FromSlice(events.Header{Geometry: g}, bar(g, deg, 30, 0.7)))
		for o, k := range n {
			if o != int(math.Round(deg/45))%4 && k > 0 {
				t.Errorf("bar of %v° at 30 px/s: %v", deg, n)
			}
		}
	}
}

// TestEdgesAnySize: the network passes Check for every size of sensor.
func TestEdgesAnySize(t *testing.T) {
	for _, g := range append(sizes, events.Geometry{Width: 1, Height: 1}, events.Geometry{Width: 2, Height: 300}, events.Geometry{Width: 17, Height: 5}, events.Geometry{Width: 640, Height: 480}) {
		for _, b := range network.Builtins() {
			n, err := network.Builtin(b.Name, g)
			if err == nil {
				err = n.Check()
			}
			if err != nil {
				t.Errorf("%s for %v: %v", b.Name, g, err)
			}
		}
	}
}

// A network is plain data: this one is built in, for a sensor of 34×34 pixels.
func ExampleBuiltin() {
	n, err := network.Builtin("edges", events.Geometry{Width: 34, Height: 34})
	if err != nil {
		fmt.Println(err)
	}
	for _, l := range n.Layers {
		fmt.Println(l.Name, l.Shape)
	}
	fmt.Println(n.Neurons(), "neurons,", n.Params(), "weights")
	// Output:
	// lines 17×17×8
	// sums 4×4×8
	// cells 4×4×4
	// 2376 neurons, 880 weights
}
