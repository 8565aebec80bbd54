package datasets

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"dvsim/events"
	"dvsim/network"
	"dvsim/trace"
)

// TraceOptions says which part of traces becomes a data set.
type TraceOptions struct {
	// Layer is the name of the layer whose spikes are taken; "" is the input.
	Layer string
	// Steps is the length of every sample; what comes after is cut off and counted.
	// 0: the longest trace of the set.
	Steps int
	// Classes names the labels; see Listing.
	Classes []string
	// Salvage passes over what is damaged, also whole traces; the report tells.
	Salvage bool
	// Workers is how many goroutines share the work; 0 is one a core.
	Workers int
	// Progress is called after each trace, from one goroutine at a time.
	Progress func(done, total int)
}

// FromTraces makes a data set of recorded traces (.dvt): the spikes that the input, or a
// layer of a frozen network, had. All traces must be of clocked networks, with the same
// step and the same shape of this layer. Errors are as with [Encode].
func FromTraces(ctx context.Context, recs []Recording, o TraceOptions) (*trace.Set, Report, error) {
	o.Layer = cmp.Or(o.Layer, network.InputName)
	switch {
	case len(recs) == 0:
		return nil, Report{}, errors.New("datasets: no traces")
	case o.Steps < 0:
		return nil, Report{}, fmt.Errorf("datasets: %d steps", o.Steps)
	}
	if err := checkSteps(int64(o.Steps), len(recs)); err != nil {
		return nil, Report{}, err
	}
	if err := checkLabels(recs, len(o.Classes)); err != nil {
		return nil, Report{}, err
	}
	b := build{recs: recs, set: newSet(trace.Layer{}, 0, o.Classes), workers: o.Workers, progress: o.Progress, salvage: o.Salvage}
	infos := make([]layerInfo, len(recs))
	b.each(ctx, func() func(int, *trace.Sample) (facts, error) {
		return func(i int, m *trace.Sample) (facts, error) {
			t := traceReader{m: m, steps: o.Steps}
			err := t.read(&recs[i], &o)
			infos[i], infos[i].ok = t.info, err == nil
			return t.facts, err
		}
	})
	first, err := common(recs, infos)
	if err != nil && ctx.Err() == nil {
		return nil, Report{}, err
	}
	b.set.Layer, b.set.DtUS = first.layer, first.dt
	return b.finish(ctx, o.Steps)
}

// layerInfo is what a trace says of the layer that is taken.
type layerInfo struct {
	layer trace.Layer
	dt    int64
	ok    bool
}

// common returns what all traces have in common, or which two differ.
func common(recs []Recording, infos []layerInfo) (first layerInfo, err error) {
	at := -1
	for i, x := range infos {
		switch {
		case !x.ok:
		case at < 0:
			at, first = i, x
		case x.layer.H != first.layer.H || x.layer.W != first.layer.W || x.layer.C != first.layer.C:
			return first, fmt.Errorf("layer %q is %s in %s but %s in %s: the traces are of different networks", x.layer.Name, shape(first.layer), recs[at].Name, shape(x.layer), recs[i].Name)
		case x.dt != first.dt:
			return first, fmt.Errorf("a step is %s µs in %s but %s µs in %s: the traces are of different runs", events.Thousands(first.dt), recs[at].Name, events.Thousands(x.dt), recs[i].Name)
		}
	}
	return first, nil
}

func shape(l trace.Layer) string { return fmt.Sprintf("%dx%dx%d", l.H, l.W, l.C) }

// traceReader is a trace.Recorder that fills a sample.
type traceReader struct {
	m     *trace.Sample
	layer int
	steps int
	info  layerInfo
	facts facts
}

func (t *traceReader) read(r *Recording, o *TraceOptions) error {
	if !isTrace(r.Name) {
		return fmt.Errorf("%s: is a recording, not a trace (.dvt)", r.Name)
	}
	src, err := r.bytes(nil)
	if err != nil {
		return err
	}
	defer src.close()
	head, err := trace.NewReader(src, trace.Options{})
	if err != nil {
		return r.named(err)
	}
	info := head.Info()
	if info.DtUS == 0 {
		return fmt.Errorf("%s: the trace of a continuous network has no steps; encode the recording with a step instead", r.Name)
	}
	t.layer = slices.IndexFunc(info.Layers, func(l trace.Layer) bool { return l.Name == o.Layer })
	if t.layer < 0 {
		var names []string
		for _, l := range info.Layers {
			names = append(names, l.Name)
		}
		return fmt.Errorf("%s: there is no layer %q; the trace has %s", r.Name, o.Layer, nameList(names))
	}
	t.info = layerInfo{layer: info.Layers[t.layer], dt: info.DtUS}
	if n := t.info.layer.Len(); n > trace.MaxSources {
		return fmt.Errorf("%s: layer %q has %d neurons; a data set may have %d", r.Name, o.Layer, n, trace.MaxSources)
	}
	in, err := trace.NewReader(io.NewSectionReader(src.at, 0, src.size), trace.Options{Layers: []int{t.layer}, Salvage: o.Salvage})
	if err != nil {
		return r.named(err)
	}
	if err := in.Replay(t); err != nil {
		return r.named(err)
	}
	loss := in.Loss()
	t.facts.lossy, t.facts.lost = loss.Any(), loss.Bytes
	return nil
}

// Begin implements trace.Recorder.
func (t *traceReader) Begin(trace.Info) error { return nil }

// Spikes implements trace.Recorder.
func (t *traceReader) Spikes(_ int, at int64, index []uint32, counts []uint16) error {
	n := int64(len(index))
	for _, c := range counts {
		n += int64(c) - 1
	}
	t.facts.events += n
	if t.steps > 0 && at >= int64(t.steps) {
		t.facts.cut += n
		return nil
	}
	t.facts.spikes += n
	if err := t.close(at); err != nil {
		return err
	}
	for i, j := range index {
		c := 1
		if counts != nil {
			c = int(counts[i])
		}
		t.m.Entries = trace.AppendPacked(t.m.Entries, j, c)
	}
	if int64(len(t.m.Entries)) > math.MaxUint32 {
		return errors.New("too many spikes for a sample")
	}
	return nil
}

// close notes the ends of all steps before next.
func (t *traceReader) close(next int64) error {
	if t.steps == 0 && next > longest {
		return fmt.Errorf("it lasts %s steps; %s can be taken: give the number of steps", events.Thousands(next), events.Thousands(longest))
	}
	for int64(len(t.m.Ends)) < next {
		t.m.Ends = append(t.m.Ends, uint32(len(t.m.Entries)))
	}
	return nil
}

// End implements trace.Recorder.
func (t *traceReader) End(duration int64) error {
	if t.steps > 0 {
		duration = int64(t.steps)
	}
	return t.close(duration)
}

var _ trace.Recorder = (*traceReader)(nil)
