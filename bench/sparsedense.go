package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"dvsim/events"
	"dvsim/network"
	"dvsim/neuron"
	"dvsim/sim"
	"dvsim/trace"
)

// Grid says what [SparseDense] measures: every combination of the three lists.
type Grid struct {
	// Activity is the share of inputs that spike in a step, each in (0, 1].
	Activity []float64
	// Size is the number of neurons of the layer.
	Size []int
	// StepUS is the step of the network in µs.
	StepUS []int64
	// Inputs is the sensor; 34x34 with two polarities when zero (2312 inputs).
	Inputs events.Geometry
	// DurationUS of the synthetic recording; 200 steps of 1 ms when 0.
	DurationUS int64
	// Runs of each engine, the minimum counts; 3 when 0.
	Runs int
	// Workers of the event engine; 1 when 0.
	Workers int
	Seed    uint64
	// NoMatmul leaves full matrix products out: they take long on large inputs.
	NoMatmul bool
	// Recording, when not nil, is measured in place of synthetic traffic; Activity
	// and Inputs are then what the recording gives.
	Recording func() (events.Reader, error)
	// Progress is called before each cell.
	Progress func(done, all int)
}

// Cell is one measurement.
type Cell struct {
	Asked          float64 `json:"-"`        // the activity asked for; 0 for a recording
	Activity       float64 `json:"activity"` // share of inputs that spike in a step
	Size           int     `json:"size"`
	StepUS         int64   `json:"step_us"`
	Steps          int64   `json:"steps"`
	Events         int64   `json:"events"`
	Spikes         int64   `json:"spikes"`
	SynapticEvents int64   `json:"synaptic_events"`
	Event          float64 `json:"event_seconds"`
	Dense          float64 `json:"dense_seconds"`
	Matmul         float64 `json:"matmul_seconds"` // 0 when not measured
	MACs           float64 `json:"matmul_macs"`    // multiply-adds of the full products
}

// Ratio is dense / event: above 1 the event engine is faster.
func (c Cell) Ratio() float64 { return c.Dense / c.Event }

// Additions is how many weights a second the event engine adds.
func (c Cell) Additions() float64 { return float64(c.SynapticEvents) / c.Event }

// SparseDense measures the grid. When ctx ends it returns the cells done so far
// with ctx's error.
func SparseDense(ctx context.Context, g Grid) ([]Cell, error) {
	if !g.Inputs.Known() {
		g.Inputs = events.Geometry{Width: 34, Height: 34}
	}
	if g.DurationUS == 0 {
		g.DurationUS = 200_000
	}
	g.Runs = max(1, g.Runs)
	g.Workers = max(1, g.Workers)
	if g.Recording != nil {
		g.Activity = []float64{0} // measured, not chosen
	}
	all, done := len(g.Activity)*len(g.Size)*len(g.StepUS), 0
	var cells []Cell
	for _, step := range g.StepUS {
		for _, p := range g.Activity {
			ev, geometry, err := g.traffic(p, step)
			if err != nil {
				return cells, err
			}
			for _, n := range g.Size {
				if err := ctx.Err(); err != nil {
					return cells, err
				}
				if g.Progress != nil {
					g.Progress(done, all)
				}
				c, err := g.measure(ctx, ev, geometry, n, step)
				c.Asked = p
				if err != nil {
					return cells, err
				}
				cells = append(cells, c)
				done++
			}
		}
	}
	return cells, nil
}

// traffic makes the events of one activity: in each step, every input with
// probability p, at the start of the step.
func (g *Grid) traffic(p float64, step int64) ([]events.Event, events.Geometry, error) {
	if g.Recording != nil {
		r, err := g.Recording()
		if err != nil {
			return nil, events.Geometry{}, err
		}
		ev, err := events.Collect(r)
		return ev, r.Header().Geometry, err
	}
	if p <= 0 || p > 1 {
		return nil, events.Geometry{}, fmt.Errorf("activity %g: it is a share of the inputs, above 0 and at most 1", p)
	}
	rng := rand.New(rand.NewPCG(g.Seed, uint64(step)))
	var ev []events.Event
	for t := int64(0); t < g.DurationUS; t += step {
		for y := range g.Inputs.Height {
			for x := range g.Inputs.Width {
				for pol := range 2 {
					if rng.Float64() < p {
						ev = append(ev, events.Event{T: t, X: uint16(x), Y: uint16(y), P: events.Polarity(pol)})
					}
				}
			}
		}
	}
	if len(ev) == 0 { // so rare a traffic still has its first event
		ev = append(ev, events.Event{})
	}
	return ev, g.Inputs, nil
}

// layer makes the network of a cell: all inputs to n Leaky neurons.
func layer(g events.Geometry, n int, step int64, seed uint64) (*network.Network, error) {
	in := network.Shape{H: g.Height, W: g.Width, C: 2}
	rng := rand.New(rand.NewPCG(seed, 1))
	w := make([]float32, in.Len()*n)
	for i := range w {
		w[i] = float32(rng.NormFloat64() * 0.01)
	}
	net := &network.Network{
		Name: "sparse-dense", DtUS: step,
		Input: network.Input{Shape: in, Polarity: network.Split},
		Layers: []*network.Layer{{
			Name: "layer", Shape: network.Flat(n),
			Neuron: &neuron.Params{Model: neuron.Leaky, Beta: []float32{0.95}, Threshold: []float32{1}, Reset: neuron.Subtract},
			In:     []network.Conn{{From: network.FromInput, Synapses: &network.Dense{W: w}}},
		}},
	}
	return net, net.Check()
}

func (g *Grid) measure(ctx context.Context, ev []events.Event, geometry events.Geometry, n int, step int64) (Cell, error) {
	net, err := layer(geometry, n, step, g.Seed)
	if err != nil {
		return Cell{}, err
	}
	c := Cell{Size: n, StepUS: step, Events: int64(len(ev))}
	sums := map[string]string{}
	steppers := []struct {
		name string
		make func(*sim.Options) sim.Engine
		best *float64
	}{
		{"event", func(o *sim.Options) sim.Engine { o.Workers = g.Workers; return sim.NewEvent(net, o) }, &c.Event},
		{"dense", func(o *sim.Options) sim.Engine { return sim.NewDense(net, o) }, &c.Dense},
		{"matmul", func(o *sim.Options) sim.Engine { o.Matmul = true; return sim.NewDense(net, o) }, &c.Matmul},
	}
	if g.NoMatmul {
		steppers = steppers[:2]
	}
	for run := range g.Runs {
		for _, s := range steppers {
			hash := &trace.Hash{}
			eng := s.make(&sim.Options{Record: hash})
			start := time.Now()
			st, err := sim.Run(ctx, eng, events.FromSlice(events.Header{Geometry: geometry}, ev))
			seconds := time.Since(start).Seconds()
			if err != nil {
				return c, err
			}
			if run == 0 || seconds < *s.best {
				*s.best = seconds
			}
			sums[s.name] = hash.Sum()
			c.Steps, c.SynapticEvents, c.Spikes = st.Steps, st.SynapticEvents, st.Spikes[0]
			if c.Steps > 0 {
				c.Activity = float64(st.InputSpikes) / float64(c.Steps) / float64(net.Input.Shape.Len())
			}
		}
	}
	c.MACs = float64(c.Steps) * float64(net.Input.Shape.Len()) * float64(n)
	for _, sum := range sums {
		if sum == sums["event"] {
			continue
		}
		return c, fmt.Errorf("the engines disagree (%v): this is a fault of dvsim, please report it", sums)
	}
	return c, nil
}
