package learn

import (
	"fmt"
	"math"
)

// Warning is something that goes wrong without being an error: training goes on.
type Warning struct {
	Kind  string // "silent", "saturated", "exploding"
	Layer string // the layer, where it is one
	Epoch int    // counted from 1
	Batch int    // of the epoch, counted from 1
	Text  string // what it is and what to try
}

// DivergedError is the end of training by a number that is none. The network keeps
// the weights from before the batch.
type DivergedError struct {
	Layer        string // the first layer with such a potential, or gradient; empty where only the loss is none
	Epoch, Batch int    // counted from 1
	Loss         float64
}

func (e *DivergedError) Error() string {
	what := fmt.Sprintf("the loss is %v", e.Loss)
	if e.Layer != "" {
		what = fmt.Sprintf("a potential or gradient of layer %q is no finite number", e.Layer)
	}
	return fmt.Sprintf("training diverged in epoch %d, batch %d: %s; try a smaller learning rate (--lr), gradient clipping (--clip 1), or a flatter surrogate; the weights are those from before the batch",
		e.Epoch, e.Batch, what)
}

// watch remembers what has been warned of, so that each thing is said once until it
// has got better.
type watch struct {
	silent, full []bool
	unheard      int     // batches in which the last layer was silent, until it first spiked
	first        float64 // loss of the first batch
	exploding    bool
}

// patience is for how many batches the last layer may be silent at the start. Fresh
// weights often leave it so, and it comes to itself: the loss reaches it without
// spikes. Layers before it learn only by what they send.
const patience = 3

// healthy looks at the batch: NaN is an error, silence and saturation are warnings.
func (t *Trainer) healthy(loss float64) error {
	if math.IsNaN(loss) || math.IsInf(loss, 0) || !finite(t.m.output.Potential) {
		e := &DivergedError{Epoch: t.state.Epoch + 1, Batch: t.state.Batch + 1, Loss: loss}
		for _, l := range t.m.layers {
			if e.Layer == "" && !finite(l.u[:l.blocks*t.m.rows()*l.width]) {
				e.Layer = l.name
			}
		}
		return e
	}
	w := &t.seen
	if w.silent == nil {
		w.silent, w.full = make([]bool, len(t.m.layers)), make([]bool, len(t.m.layers))
		w.first = loss
	}
	spikes := make([]int64, len(t.m.layers))
	t.m.spikes(spikes)
	last := len(spikes) - 1
	switch {
	case spikes[last] > 0:
		w.unheard = patience
	case w.unheard < patience:
		w.unheard++
	}
	for i, l := range t.m.layers {
		early := i == last && w.unheard < patience
		all := int64(t.m.rows()) * int64(l.n)
		t.say(&w.silent[i], spikes[i] == 0 && !early, "silent", l.name,
			"layer %q is silent: none of its %d neurons spiked in this batch, so that hardly any gradient passes. Try scaled initial weights (--scale-init), a lower threshold, a β nearer 1, or a flatter surrogate (fast_sigmoid:10)", l.name, l.n)
		t.say(&w.full[i], 10*spikes[i] > 9*all, "saturated", l.name,
			"layer %q is saturated: its neurons spike in %.0f %% of the steps and tell nothing apart. Try scaled initial weights (--scale-init), a higher threshold, or a penalty on spikes (--penalty %s=l1_rate_sparsity)", l.name, 100*float64(spikes[i])/float64(all), l.name)
	}
	t.say(&w.exploding, loss > 20*max(w.first, 1), "exploding", "",
		"the loss is exploding: %.3g, %.3g in the first batch. Try a smaller learning rate (--lr) or gradient clipping (--clip 1)", loss, w.first)
	return nil
}

// finiteGradients looks at the way back before any weight is changed: a hidden layer
// whose potentials are NaN does not spike, and the output shows nothing of it.
func (t *Trainer) finiteGradients(loss float64) error {
	for _, l := range t.m.layers {
		if !finite(l.sumD[:l.blocks*t.m.samples*l.width]) {
			return &DivergedError{Layer: l.name, Epoch: t.state.Epoch + 1, Batch: t.state.Batch + 1, Loss: loss}
		}
	}
	return nil
}

// say warns when something begins to be so.
func (t *Trainer) say(was *bool, is bool, kind, layer, format string, args ...any) {
	begins := is && !*was
	*was = is
	if begins && t.Warn != nil {
		t.Warn(Warning{
			Kind: kind, Layer: layer, Epoch: t.state.Epoch + 1, Batch: t.state.Batch + 1,
			Text: fmt.Sprintf(format, args...),
		})
	}
}

// finite reports whether all numbers are: a sum would do but for overflow.
func finite(x []float32) bool {
	var bad uint32
	for _, v := range x {
		if math.Float32bits(v)&0x7f800000 == 0x7f800000 {
			bad++
		}
	}
	return bad == 0
}
