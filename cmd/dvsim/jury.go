package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"dvsim/effort"
	"dvsim/events"
	"dvsim/learn"
	"dvsim/network"
	"dvsim/sim"
	"dvsim/trace"
)

// jury runs samples through an engine and keeps the score.
type jury struct {
	net      *network.Network
	engine   string
	loss     learn.Loss // how the run understood the output
	classes  []string
	workers  int
	progress func(done, total int)

	samples, right int
	confusion      [][]int64
	spikes         []int64
	synaptic       int64
	mistakes       []mistake
	predictions    []int
	effort         *effort.Counter // of all samples
	updates        int64
	seconds        float64
}

// verdict is what became of one sample.
type verdict struct {
	predicted int
	margin    int64 // how far the prediction's score is ahead of the label's
	spikes    []int64
	synaptic  int64
	updates   int64
	err       error
}

// hear runs all samples of a part, on several goroutines.
func (j *jury) hear(ctx context.Context, d learn.Data) error {
	if j.confusion == nil {
		j.confusion = make([][]int64, len(j.classes))
		for i := range j.confusion {
			j.confusion[i] = make([]int64, len(j.classes))
		}
		j.spikes = make([]int64, len(j.net.NeuronLayers()))
		j.effort = effort.NewCounter(j.net)
	}
	began := time.Now()
	verdicts := make([]verdict, d.Len())
	var next, done atomic.Int64
	var wait sync.WaitGroup
	var show sync.Mutex
	for range min(j.workers, d.Len()) {
		wait.Go(func() {
			w := newWitness(j)
			defer func() {
				show.Lock()
				j.effort.Add(w.effort)
				show.Unlock()
			}()
			for ctx.Err() == nil {
				i := int(next.Add(1) - 1)
				if i >= d.Len() {
					return
				}
				verdicts[i] = w.ask(d, i)
				n := done.Add(1)
				show.Lock()
				j.progress(int(n), d.Len())
				show.Unlock()
			}
		})
	}
	wait.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	j.seconds += time.Since(began).Seconds()
	for i := range verdicts {
		if err := verdicts[i].err; err != nil {
			return fmt.Errorf("%s: %w", d.Name(i), err)
		}
		j.count(d, i, &verdicts[i])
	}
	return nil
}

func (j *jury) count(d learn.Data, i int, v *verdict) {
	label := d.Label(i)
	j.samples++
	j.confusion[label][v.predicted]++
	j.predictions = append(j.predictions, v.predicted)
	j.synaptic += v.synaptic
	j.updates += v.updates
	for k, n := range v.spikes {
		j.spikes[k] += n
	}
	if v.predicted == label {
		j.right++
		return
	}
	j.mistakes = append(j.mistakes, mistake{Name: d.Name(i), Label: j.classes[label], Predicted: j.classes[v.predicted], Margin: v.margin})
}

// worst is how many mistakes are told.
const worst = 10

func (j *jury) result() *evalResult {
	r := &evalResult{
		Engine: j.engine, Samples: j.samples, Accuracy: float64(j.right) / float64(j.samples), Classes: j.classes,
		Confusion: j.confusion, SynapticEvents: j.synaptic, Predictions: j.predictions, Seconds: j.seconds, Worst: []mistake{},
		Effort: j.effort.Effort(j.updates),
	}
	for k, i := range j.net.NeuronLayers() {
		r.Spikes += j.spikes[k]
		r.LayerSpikes = append(r.LayerSpikes, layerSpikes{j.net.Layers[i].Name, j.spikes[k]})
	}
	r.PerSample.Spikes = float64(r.Spikes) / float64(j.samples)
	r.PerSample.SynapticEvents = float64(r.SynapticEvents) / float64(j.samples)
	slices.SortStableFunc(j.mistakes, func(a, b mistake) int { return cmp.Compare(b.Margin, a.Margin) })
	r.Worst = append(r.Worst, j.mistakes[:min(worst, len(j.mistakes))]...)
	return r
}

// witness runs one sample after the other through an engine.
type witness struct {
	net    *network.Network
	engine func(*network.Network, *sim.Options) sim.Engine
	in     learn.Input
	ev     []events.Event
	values []float32
	place  []events.Event // of each input: an event that spikes it
	loss   learn.Loss
	out    lastLayer
	score  []float64 // of each class
	effort *effort.Counter
}

func newWitness(j *jury) *witness {
	w := &witness{net: j.net, engine: sim.NewEvent, loss: j.loss, score: make([]float64, len(j.classes)), effort: j.effort.Fork()}
	w.out.Samples, w.out.Neurons = 1, j.net.Layers[len(j.net.Layers)-1].Shape.Len()
	if j.engine == "dense" {
		w.engine = sim.NewDense
	}
	return w
}

// ask runs sample i.
func (w *witness) ask(d learn.Data, i int) verdict {
	d.Fill(&w.in, i, -1)
	w.in.Unpack()
	net, err := w.net, error(nil)
	w.effort.Constant(nil)
	w.ev = w.ev[:0]
	if w.in.Constant {
		net, err = w.constant()
	} else {
		err = w.asEvents()
	}
	if err != nil {
		return verdict{err: err}
	}
	zero := int64(0)
	w.out.reset(d.Steps())
	eng := w.engine(net, &sim.Options{T0: &zero, DurationUS: int64(d.Steps()) * net.DtUS, Record: trace.Tee(&w.out, w.effort)})
	if err := eng.Feed(w.ev); err != nil {
		return verdict{err: err}
	}
	stats, err := eng.Finish()
	if err != nil {
		return verdict{err: err}
	}
	v := verdict{spikes: stats.Spikes, synaptic: stats.SynapticEvents, updates: stats.NeuronUpdates}
	learn.Score(w.score, w.loss, &w.out.Output, 0)
	for c, x := range w.score {
		if x > w.score[v.predicted] {
			v.predicted = c
		}
	}
	v.margin = int64(w.score[v.predicted] - w.score[d.Label(i)])
	return v
}

// constant is the network with the sample as its constant input.
func (w *witness) constant() (*network.Network, error) {
	if w.values == nil {
		w.values = make([]float32, w.net.Input.Shape.Len())
	}
	clear(w.values)
	src, val := w.in.Step(0)
	for k, i := range src {
		w.values[i] = 1
		if val != nil {
			w.values[i] = val[k]
		}
	}
	w.effort.Constant(w.values)
	return w.net.WithConstant(w.values)
}

// asEvents makes events of the sample: at the start of its step, as often as it
// counts.
func (w *witness) asEvents() error {
	if w.place == nil {
		w.place = places(&w.net.Input)
	}
	for t := range w.in.Ends {
		src, val := w.in.Step(t)
		for k, i := range src {
			n := 1
			if val != nil {
				n = int(val[k])
				if n < 1 || float32(n) != val[k] {
					return fmt.Errorf("step %d: input %d has the value %g, which is no number of spikes", t, i, val[k])
				}
			}
			e := w.place[i]
			e.T = int64(t) * w.net.DtUS
			for range n {
				w.ev = append(w.ev, e)
			}
		}
	}
	return nil
}

// places finds, for each input, an event that spikes it.
func places(in *network.Input) []events.Event {
	out := make([]events.Event, in.Shape.Len())
	enc, g := in.Encoder(), in.Geometry()
	for y := g.Height - 1; y >= 0; y-- {
		for x := g.Width - 1; x >= 0; x-- {
			for _, p := range []events.Polarity{events.Off, events.On} {
				e := events.Event{X: uint16(x), Y: uint16(y), P: p}
				if i, ok := enc.Index(&e); ok == network.Taken {
					out[i] = e
				}
			}
		}
	}
	return out
}

// lastLayer keeps the spikes of the last layer of a run.
type lastLayer struct {
	learn.Output
	layer int
}

// reset makes room for a run of so many steps.
func (l *lastLayer) reset(steps int) {
	l.Steps = steps
	if n := steps * l.Neurons; len(l.Output.Spikes) != n {
		l.Output.Spikes = make([]float32, n)
		return
	}
	clear(l.Output.Spikes)
}

// Begin implements trace.Recorder.
func (l *lastLayer) Begin(info trace.Info) error {
	l.layer = len(info.Layers) - 1
	return nil
}

// Spikes implements trace.Recorder.
func (l *lastLayer) Spikes(layer int, step int64, index []uint32, _ []uint16) error {
	if layer == l.layer {
		for _, i := range index {
			l.Output.Spikes[int(step)*l.Neurons+int(i)] = 1
		}
	}
	return nil
}

// End implements trace.Recorder.
func (l *lastLayer) End(int64) error { return nil }
