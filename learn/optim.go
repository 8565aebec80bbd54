package learn

import (
	"fmt"
	"math"

	"dvsim/internal/kernel"
)

// Optimizer says how gradients change weights: by the rules of torch.optim, in
// float32 as there. A field that is 0 has torch's default, so the zero value is
// Adam with a rate of 1e-3.
type Optimizer struct {
	Kind OptimizerKind
	// LR is the learning rate before any [Schedule]: 0 means 1e-3 for Adam and AdamW;
	// SGD must be given one.
	LR float64
	// Beta1, Beta2 and Eps are Adam's: 0 means 0.9, 0.999 and 1e-8.
	Beta1, Beta2, Eps float64
	// Momentum and Nesterov are SGD's; there is no dampening.
	Momentum float64
	Nesterov bool
	// WeightDecay is added to the gradient times the weight (Adam, SGD), or takes its
	// share of the weight apart from the gradient (AdamW). 0 is none for all three.
	WeightDecay float64
}

// OptimizerKind is a rule.
type OptimizerKind uint8

const (
	AdamKind  OptimizerKind = iota // Kingma, Ba 2015
	AdamWKind                      // Loshchilov, Hutter 2019
	SGDKind                        // stochastic gradient descent, with momentum (Sutskever et al. 2013)
)

// optimizerForms[k] is how kind k is written; the parameters are those of
// Optimizer.values.
var optimizerForms = []form{
	{"adam", []argument{
		positive("lr", 1e-3), decay("beta1", 0.9), decay("beta2", 0.999),
		positive("eps", 1e-8),
		{name: "decay", max: math.MaxFloat32},
	}},
	{"adamw", []argument{
		positive("lr", 1e-3), decay("beta1", 0.9), decay("beta2", 0.999),
		positive("eps", 1e-8),
		{name: "decay", std: 0.01, max: math.MaxFloat32},
	}},
	{"sgd", []argument{
		positive("lr", 0.1), {name: "momentum", max: 1, under: true}, {name: "decay", max: math.MaxFloat32}, yesNo("nesterov"),
	}},
}

// Adam is Adam with a rate and torch's other defaults.
func Adam(lr float64) Optimizer { return Optimizer{Kind: AdamKind, LR: lr} }

// AdamW is Adam with decoupled weight decay; torch's decay is 0.01.
func AdamW(lr, decay float64) Optimizer {
	return Optimizer{Kind: AdamWKind, LR: lr, WeightDecay: decay}
}

// SGD is stochastic gradient descent with a rate and momentum (0 for none).
func SGD(lr, momentum float64) Optimizer {
	return Optimizer{Kind: SGDKind, LR: lr, Momentum: momentum}
}

// filled puts torch's defaults in place of zeros.
func (o Optimizer) filled() Optimizer {
	or := func(p *float64, std float64) {
		if *p == 0 {
			*p = std
		}
	}
	if o.Kind != SGDKind {
		or(&o.LR, 1e-3)
		or(&o.Beta1, 0.9)
		or(&o.Beta2, 0.999)
		or(&o.Eps, 1e-8)
	}
	return o
}

// values are the parameters in the order of the form.
func (o Optimizer) values() []float64 {
	o = o.filled()
	if o.Kind != SGDKind {
		return []float64{o.LR, o.Beta1, o.Beta2, o.Eps, o.WeightDecay}
	}
	nesterov := 0.0
	if o.Nesterov {
		nesterov = 1
	}
	return []float64{o.LR, o.Momentum, o.WeightDecay, nesterov}
}

// Check reports a parameter that is out of range or belongs to another rule.
func (o Optimizer) Check() error {
	if int(o.Kind) >= len(optimizerForms) {
		return fmt.Errorf("learn: unknown optimizer %d", o.Kind)
	}
	f := optimizerForms[o.Kind]
	err := f.check(o.values()...)
	switch {
	case err != nil:
	case o.Kind == SGDKind && (o.Beta1 != 0 || o.Beta2 != 0 || o.Eps != 0):
		err = fmt.Errorf("beta1, beta2 and eps belong to adam and adamw")
	case o.Kind != SGDKind && (o.Momentum != 0 || o.Nesterov):
		err = fmt.Errorf("momentum and nesterov belong to sgd")
	case o.Nesterov && o.Momentum == 0:
		err = fmt.Errorf("nesterov needs a momentum")
	}
	if err != nil {
		return fmt.Errorf("learn: %s: %w", f.name, err)
	}
	return nil
}

// String writes the optimizer as [ParseOptimizer] reads it.
func (o Optimizer) String() string { return optimizerForms[o.Kind].text(o.values()...) }

// ParseOptimizer reads "adam", "adamw:lr=0.002:decay=0.01", "sgd:0.1:momentum=0.9".
// See [Optimizers] for the names, parameters and defaults.
func ParseOptimizer(text string) (Optimizer, error) {
	at, v, err := parse("optimizer", text, optimizerForms)
	if err != nil {
		return Optimizer{}, err
	}
	o := Optimizer{Kind: OptimizerKind(at), LR: v[0]}
	if o.Kind == SGDKind {
		o.Momentum, o.WeightDecay, o.Nesterov = v[1], v[2], v[3] != 0
	} else {
		o.Beta1, o.Beta2, o.Eps, o.WeightDecay = v[1], v[2], v[3], v[4]
	}
	if err := o.Check(); err != nil {
		return Optimizer{}, err
	}
	return o, nil
}

// Optimizers lists what [ParseOptimizer] knows, with default parameters.
func Optimizers() []string { return usages(optimizerForms) }

// needs tells which buffers a parameter needs beside its gradient: m is the first
// moment of Adam or the momentum of SGD, v the second moment. They start from 0.
func (o Optimizer) needs() (m, v bool) {
	if o.Kind == SGDKind {
		return o.Momentum != 0, false
	}
	return true, true
}

// update is one step of an optimizer, ready to be applied to any stretch of the
// parameters.
type update struct {
	kind     OptimizerKind
	adam     kernel.AdamStep
	rate     float32
	momentum float32
	decay    float32
	nesterov bool
}

// step is step n (the first is 1) at the rate lr.
func (o Optimizer) step(n int, lr float64) update {
	o = o.filled()
	u := update{
		kind: o.Kind, rate: float32(lr), momentum: float32(o.Momentum), decay: float32(o.WeightDecay), nesterov: o.Nesterov,
	}
	if o.Kind == SGDKind {
		return u
	}
	correct1, correct2 := 1-math.Pow(o.Beta1, float64(n)), 1-math.Pow(o.Beta2, float64(n))
	u.adam = kernel.AdamStep{
		OneMinusBeta1: float32(1 - o.Beta1),
		Beta2:         float32(o.Beta2),
		OneMinusBeta2: float32(1 - o.Beta2),
		InvRoot2:      float32(1 / math.Sqrt(correct2)),
		Eps:           float32(o.Eps),
		Rate:          float32(lr / correct1),
		Decay:         1,
	}
	if o.Kind == AdamWKind {
		u.adam.Decay = float32(1 - float64(lr*o.WeightDecay))
	} else {
		u.adam.L2 = float32(o.WeightDecay)
	}
	return u
}

// apply changes weights w by their gradients g; m and v are as needs says, nil
// where it needs none.
func (u *update) apply(w, m, v, g []float32) {
	if u.kind != SGDKind {
		kernel.Adam(w, m, v, g, &u.adam)
		return
	}
	for i, x := range w {
		d := g[i] + float32(u.decay*x)
		if m != nil {
			m[i] = float32(u.momentum*m[i]) + d
			if u.nesterov {
				d += float32(u.momentum * m[i])
			} else {
				d = m[i]
			}
		}
		w[i] = x - float32(u.rate*d)
	}
}
