package learn

import (
	"context"
	"errors"
	"fmt"

	"dvsim/network"
)

// Trainer trains a network by backpropagation through time with surrogate
// gradients. Its zero value, with a network, is the setting of snnTorch's
// beginner's tutorial: surrogate atan, cross-entropy of the summed output spikes,
// Adam with a rate of 1e-3, batches of 128.
//
// Results depend on the fields up to DataID and on the data, never on the number of
// workers: every sum is formed in one order.
type Trainer struct {
	// Net is trained in place. It must pass its Check and be of the kind that
	// [Supports] describes.
	Net *network.Network
	// Surrogate is the surrogate gradient; the zero value is Atan(2).
	Surrogate Surrogate
	// Loss is what is made small; nil is CrossEntropyCount.
	Loss Loss
	// Optimizer changes the weights; the zero value is Adam(1e-3).
	Optimizer Optimizer
	// Schedule changes the learning rate; nil keeps it.
	Schedule Schedule
	// Penalties are regularisers, each on the spikes of one layer.
	Penalties []Penalty
	// LearnBeta and LearnThreshold say whether β and θ are learnt too.
	LearnBeta, LearnThreshold Learn
	// Clip bounds the norm of all gradients together; 0 does not.
	Clip float64
	// Batch is the number of samples between two changes of the weights, 0 is 128. The
	// last batch of an epoch may be smaller.
	Batch int
	// Epochs is how often Fit goes through the data, those before a resumed
	// checkpoint included; 0 is 1.
	Epochs int
	// ScaleInit scales the initial weights, layer by layer, so that in the first batch
	// neurons fire in about a tenth of the steps.
	ScaleInit bool
	// Seed draws the order of the samples, anew in each epoch.
	Seed uint64
	// DataID says in a checkpoint which data a run was trained on (a hash of it, say),
	// so that it does not go on with other data; empty is not looked at any further.
	DataID string

	// Workers is the number of goroutines; 0 and 1 are the caller alone.
	Workers int
	// Progress, if set, is called after each batch.
	Progress func(Progress)
	// AfterEpoch, if set, is called after each epoch, when Net has its weights; an
	// error ends Fit.
	AfterEpoch func(Epoch) error
	// Warn, if set, is told of what goes wrong without being an error.
	Warn func(Warning)

	m     *machine
	state state
	seen  watch
}

// Learn says whether a parameter of the neurons is learnt.
type Learn uint8

const (
	Fixed     Learn = iota
	PerLayer        // one value for the layer
	PerNeuron       // one value for each neuron
)

// Penalty is a regulariser on the spikes of one layer.
type Penalty struct {
	Layer string
	Regulariser
}

// Progress is where Fit is.
type Progress struct {
	Epoch, Epochs  int // this one, counted from 0, and how many there will be
	Batch, Batches int // done in this epoch
	Loss           float64
}

// Epoch is what one pass through the data came to.
type Epoch struct {
	Epoch         int      `json:"epoch"` // counted from 1
	Loss          float64  `json:"loss"`  // mean over the samples, as they were trained
	TrainAccuracy float64  `json:"train_accuracy"`
	TestAccuracy  *float64 `json:"test_accuracy"` // nil without test data
	// HiddenSpikes is how often the neurons of all layers but the last spiked a
	// sample: on the test data, or on the training data where there is none.
	HiddenSpikes float64 `json:"hidden_spikes"`
	OutputSpikes float64 `json:"output_spikes"`
	LearningRate float64 `json:"learning_rate"` // at the end of the epoch
	Seconds      float64 `json:"seconds"`       // of training, without the test
}

// state is where training stands: with the parameters and their moments, all that
// the rest of a run depends on.
type state struct {
	Epoch   int     // complete ones
	Batch   int     // complete ones of the next epoch
	Updates int     // of the weights
	Sum     sums    // of the epoch under way
	History []Epoch // of the complete ones
	Scaled  bool    // ScaleInit has been done
}

// sums add up over an epoch.
type sums struct {
	Loss    float64 // times samples
	Right   int
	Samples int
	Spikes  []int64 // of each layer
	Seconds float64
}

// Supports says why a network cannot be trained, nil when it can: it has to be
// clocked, a chain of dense layers without delays, of Leaky neurons whose reset
// comes in the step after the spike.
func Supports(n *network.Network) error {
	if err := n.Check(); err != nil {
		return err
	}
	if n.Continuous() {
		return fmt.Errorf("network %q is continuous: training needs a step (dt)", n.Name)
	}
	if len(n.Layers) == 0 {
		return fmt.Errorf("network %q has no layers", n.Name)
	}
	var found []error
	for i, l := range n.Layers {
		if why := unsupported(l, i); why != "" {
			found = append(found, fmt.Errorf("layer %q %s", l.Name, why))
		}
	}
	if err := errors.Join(found...); err != nil {
		return fmt.Errorf("network %q cannot be trained: %w", n.Name, err)
	}
	return nil
}

func unsupported(l *network.Layer, i int) string {
	switch {
	case l.Relay():
		return "has no neurons; only dense layers are trained"
	case len(l.In) != 1:
		return fmt.Sprintf("has %d connections; only a chain of layers is trained", len(l.In))
	case l.In[0].From != i-1: // FromInput is −1
		return "does not come from the layer before it; only a chain of layers is trained"
	case l.In[0].Delay != 0:
		return "has a delay"
	case len(l.Poisson) > 0:
		return "has a generator of random spikes"
	}
	if _, ok := l.In[0].Synapses.(*network.Dense); !ok {
		return fmt.Sprintf("is %s; only dense layers are trained", l.In[0].Synapses.Kind())
	}
	switch p := l.Neuron; {
	case p.Model != "leaky":
		return fmt.Sprintf("has neurons of model %q; only leaky ones are trained", p.Model)
	case p.ResetNow:
		return "resets in the step of the spike (reset_now); training knows the reset in the step after it"
	case p.Inhibition:
		return "has inhibition"
	case len(p.Drive) > 0:
		return "has a constant drive; give it as a bias"
	}
	return ""
}

// Fit trains the network on train and returns the epochs, those of a resumed run
// included. After each epoch the network is judged on test, which may be nil. When
// ctx ends, Fit returns what is done so far with ctx.Err(), and the network has the
// weights of that moment; [Trainer.Save] then keeps all that is needed to go on.
func (t *Trainer) Fit(ctx context.Context, train, test Data) ([]Epoch, error) {
	if err := t.prepare(train); err != nil {
		return nil, err
	}
	if test != nil && (test.Sources() != train.Sources() || test.Steps() != train.Steps()) {
		return nil, fmt.Errorf("learn: test data of %d inputs and %d steps, training data of %d and %d", test.Sources(), test.Steps(), train.Sources(), train.Steps())
	}
	defer t.store()
	if t.ScaleInit && !t.state.Scaled {
		t.scaleInit(train)
		t.state.Scaled = true
	}
	for t.state.Epoch < t.epochs() {
		if err := t.epoch(ctx, train, test); err != nil {
			return t.state.History, err
		}
	}
	return t.state.History, nil
}

// History is the epochs that are done, those before a restored checkpoint included.
func (t *Trainer) History() []Epoch { return t.state.History }

// prepare makes the machine for data, once.
func (t *Trainer) prepare(d Data) error {
	if err := Supports(t.Net); err != nil {
		return err
	}
	if err := t.Optimizer.Check(); err != nil {
		return err
	}
	last := t.Net.Layers[len(t.Net.Layers)-1]
	told, err := ClassesOf(t.loss(), last.Shape.Len())
	if err != nil {
		return err
	}
	switch {
	case d.Len() == 0:
		return errors.New("learn: no samples")
	case d.Steps() < 1:
		return fmt.Errorf("learn: samples of %d steps", d.Steps())
	case d.Sources() != t.Net.Input.Shape.Len():
		return fmt.Errorf("learn: the data has %d inputs, network %q %d", d.Sources(), t.Net.Name, t.Net.Input.Shape.Len())
	case d.Classes() > told:
		return fmt.Errorf("learn: the data has %d classes, layer %q tells %d apart", d.Classes(), last.Name, told)
	case t.Batch < 0 || t.Epochs < 0 || t.Clip < 0:
		return fmt.Errorf("learn: batch %d, epochs %d, clip %g: none may be negative", t.Batch, t.Epochs, t.Clip)
	}
	if err := t.build(); err != nil {
		return err
	}
	t.m.steps = d.Steps()
	return nil
}

// build makes the machine, once.
func (t *Trainer) build() error {
	if t.m != nil {
		return nil
	}
	t.m = newMachine(t.Net, t)
	m, v := t.Optimizer.needs()
	for _, l := range t.m.layers {
		for _, p := range l.params {
			p.moments(m, v)
		}
	}
	return t.penalties()
}

// Close ends the goroutines of the trainer. It may be used again.
func (t *Trainer) Close() {
	if t.m != nil {
		t.m.crew.close()
		t.m = nil
	}
}

func (t *Trainer) batch() int {
	if t.Batch == 0 {
		return 128
	}
	return t.Batch
}

func (t *Trainer) epochs() int { return max(t.Epochs, 1) }

func (t *Trainer) loss() Loss {
	if t.Loss == nil {
		return CrossEntropyCount()
	}
	return t.Loss
}

// store puts what has been learnt into the network.
func (t *Trainer) store() {
	for i, l := range t.m.layers {
		l.store(t.Net.Layers[i])
	}
}
