package sim

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"dvsim/events"
	"dvsim/internal/reference"
	"dvsim/network"
	"dvsim/neuron"
)

// nestSingle is a reference file of eight neurons with their own inputs.
type nestSingle struct {
	Parameters nestNeuron `json:"parameters"`
	Delay      float64    `json:"delay_ms"`
	Input      []struct {
		Times   []float64 `json:"times_ms"`
		Weights []float64 `json:"weights"`
	} `json:"input"`
	Output    [][]float64 `json:"output_times_ms"`
	Potential [][]float64 `json:"potential_every_ms_from_1"`
}

type nestNeuron struct {
	CM     float64 `json:"C_m"`
	Tau    float64 `json:"tau_m"`
	VTh    float64 `json:"V_th"`
	VReset float64 `json:"V_reset"`
	TRef   float64 `json:"t_ref"`
	Ie     float64 `json:"I_e"`
	TauSyn float64 `json:"tau_syn_ex"` // that of inhibition is the same
}

func (p nestNeuron) params() *neuron.Params {
	q := &neuron.Params{
		Model: neuron.LIF, TauUS: p.Tau * 1000, Threshold: []float32{float32(p.VTh)},
		VReset: float32(p.VReset), RefractoryUS: int64(p.TRef * 1000),
	}
	if p.Ie != 0 {
		q.Drive = []float32{float32(p.Ie * p.Tau / p.CM)} // R = τ/C
	}
	if p.TauSyn != 0 {
		q.Model, q.TauSynUS = neuron.CUBA, []float64{p.TauSyn * 1000}
	}
	return q
}

func readJSON(t *testing.T, name string, into any) {
	t.Helper()
	b, err := os.ReadFile(reference.Shared(t, name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatal(err)
	}
}

// network puts the eight neurons side by side: an input for each of their input
// spikes, which goes through one synapse with its weight.
func (d *nestSingle) network(dtUS int64) (*network.Network, []events.Event) {
	var ev []events.Event
	var list []network.Synapse
	const row = 400
	unit := 1.0 // weights are mV
	if d.Parameters.TauSyn != 0 {
		unit = d.Parameters.Tau / d.Parameters.CM // of pA
	}
	for i, in := range d.Input {
		for m, ms := range in.Times {
			list = append(list, network.Synapse{Source: int32(i*row + m), Target: int32(i), Weight: float32(in.Weights[m] * unit)})
			ev = append(ev, events.Event{T: int64(math.Round(ms * 1000)), X: uint16(m), Y: uint16(i)})
		}
	}
	slices.SortStableFunc(ev, func(a, b events.Event) int { return int(a.T - b.T) })
	n := len(d.Input)
	net := &network.Network{
		Name: "nest", DtUS: dtUS,
		Input:  network.Input{Shape: network.Shape{H: n, W: row, C: 1}, Polarity: network.Merged},
		Layers: []*network.Layer{{Name: "neurons", Shape: network.Flat(n), Neuron: d.Parameters.params()}},
	}
	delay := int64(d.Delay * 1000)
	if dtUS > 0 {
		delay /= dtUS
	}
	net.Layers[0].In = []network.Conn{{From: network.FromInput, Delay: delay, Synapses: network.NewSparse(n*row, list)}}
	return net, ev
}

// compare runs the network and holds spike times to the reference, in ms within
// tolerance, and potentials at every ms; unit is the ms of one time of the trace.
// Spikes act at the time that NEST writes; step k of ours is the one that ends at
// k·dt there, so that time 0 of the run is time 0 of the simulation.
func (d *nestSingle) compare(t *testing.T, make func(*network.Network, *Options) Engine, dtUS int64, unit, tolerance float64) {
	t.Helper()
	net, ev := d.network(dtUS)
	t0 := int64(0)
	r := feed(t, make, net, Options{T0: &t0, DurationUS: 310_000}, ev, 0)
	for i, want := range d.Output {
		got := stepsOf(r.mem, 1, uint32(i))
		if len(got) != len(want) {
			t.Fatalf("neuron %d: %d spikes, NEST has %d", i, len(got), len(want))
		}
		for k := range want {
			if math.Abs(float64(got[k])*unit-want[k]) > tolerance {
				t.Fatalf("neuron %d: spike %d at %v ms, NEST has %v", i, k, float64(got[k])*unit, want[k])
			}
		}
	}
	for ms := 1; ms <= len(d.Potential[0]); ms++ {
		if testing.Short() && ms%17 != 0 {
			continue
		}
		cut, _ := slices.BinarySearchFunc(ev, int64(ms)*1000+1, func(e events.Event, t int64) int { return int(e.T - t) })
		opt := Options{T0: &t0, DurationUS: int64(ms)*1000 + max(dtUS, 1)}
		e := make(net, &opt)
		if err := e.Feed(ev[:cut]); err != nil {
			t.Fatal(err)
		}
		if _, err := e.Finish(); err != nil {
			t.Fatal(err)
		}
		for i, v := range e.(interface{ potentials(int) []float32 }).potentials(0) {
			want := d.Potential[i][ms-1]
			bad := !closeTo(float64(v), want)
			if d.Parameters.TauSyn != 0 { // currents of both signs cancel: the error is that of the larger
				bad = math.Abs(float64(v)-want) > 2e-5*max(1, math.Abs(want))
			}
			if bad {
				t.Fatalf("neuron %d at %d ms: potential %v, NEST has %v", i, ms, v, want)
			}
		}
	}
}

// TestGridAgainstNEST: iaf_psc_delta on a grid of 0.1 ms, in both engines.
func TestGridAgainstNEST(t *testing.T) {
	var d nestSingle
	readJSON(t, "truth/nest/single_iaf_psc_delta.json", &d)
	for name, make := range engines {
		t.Run(name, func(t *testing.T) { d.compare(t, make, 100, 0.1, 1e-9) })
	}
}

// TestCUBAGridAgainstNEST: iaf_psc_exp on a grid of 0.1 ms, step for step.
func TestCUBAGridAgainstNEST(t *testing.T) {
	var d nestSingle
	readJSON(t, "truth/nest/single_iaf_psc_exp.json", &d)
	for name, make := range engines {
		t.Run(name, func(t *testing.T) { d.compare(t, make, 100, 0.1, 1e-9) })
	}
}

// TestCUBAContinuousAgainstNEST: precise times with exponential currents, a synaptic
// time constant of a quarter of the membrane's and of half of it (which has a closed
// form). NEST's times are exact; ours are the whole µs after them.
func TestCUBAContinuousAgainstNEST(t *testing.T) {
	for _, name := range []string{"single_iaf_psc_exp_ps_lossless", "single_iaf_psc_exp_ps"} {
		t.Run(name, func(t *testing.T) {
			var d nestSingle
			readJSON(t, "truth/nest/"+name+".json", &d)
			d.compare(t, NewEvent, 0, 0.001, 0.001)
		})
	}
}

// TestContinuousAgainstNEST: iaf_psc_delta_ps, precise times.
func TestContinuousAgainstNEST(t *testing.T) {
	var d nestSingle
	readJSON(t, "truth/nest/single_iaf_psc_delta_ps.json", &d)
	d.compare(t, NewEvent, 0, 0.001, 0.001)
}

// nestRecurrent is the reference file of 100 neurons that excite and inhibit each other.
type nestRecurrent struct {
	Parameters nestNeuron   `json:"parameters"`
	Initial    []float32    `json:"initial_V_m"`
	List       [][4]float64 `json:"list"` // source, target, weight, delay in ms
	Spikes     [][2]float64 `json:"spikes_ms_neuron"`
}

// TestRecurrentAgainstNEST: delays from 0.5 to 4 ms on a grid of 0.1 ms, driven
// over the threshold, 200 ms, every spike of every neuron.
func TestRecurrentAgainstNEST(t *testing.T) {
	var d nestRecurrent
	readJSON(t, "truth/nest/recurrent_delta.json", &d)
	n := len(d.Initial)
	var list []network.Synapse
	for _, c := range d.List {
		list = append(list, network.Synapse{Source: int32(c[0]), Target: int32(c[1]), Weight: float32(c[2]), Delay: int32(math.Round(c[3] * 10))})
	}
	p := d.Parameters.params()
	p.VInit = d.Initial
	net := &network.Network{
		Name: "recurrent", DtUS: 100,
		Input: network.Input{Shape: network.Shape{H: 1, W: 1, C: 1}, Polarity: network.Merged},
		Layers: []*network.Layer{{
			Name: "neurons", Shape: network.Flat(n), Neuron: p,
			In: []network.Conn{{From: 0, Synapses: network.NewSparse(n, list)}},
		}},
	}
	for name, make := range engines {
		t.Run(name, func(t *testing.T) {
			r := feed(t, make, net, Options{DurationUS: 200_000, Workers: 2}, nil, 0)
			var got [][2]int64 // step that ends at …, neuron
			for k, g := range r.mem.Groups(1) {
				for _, j := range g.Index {
					got = append(got, [2]int64{k + 1, int64(j)}) // the first step ends at 0.1 ms
				}
			}
			for i := range max(len(got), len(d.Spikes)) {
				var want [2]int64
				if i < len(d.Spikes) {
					want = [2]int64{int64(math.Round(d.Spikes[i][0] * 10)), int64(d.Spikes[i][1])}
				}
				if i >= len(got) || got[i] != want {
					t.Fatalf("spike %d of %d: NEST has %v (0.1 ms, neuron); ours are %v", i, len(d.Spikes), want, got[min(i, len(got)):min(i+1, len(got))])
				}
			}
		})
	}
}
