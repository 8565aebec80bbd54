package neuron

import (
	"fmt"
	"math"
)

// Check reports everything that is wrong with the parameters of a layer of n
// neurons in a network with a step of dtUS µs (0: continuous), one sentence each;
// nil when all is well.
func (p *Params) Check(n int, dtUS int64) []string {
	c := checker{n: n}
	switch p.Model {
	case Leaky:
		c.leaky(p, dtUS)
	case LIF:
		c.lif(p, dtUS)
	case CUBA, COBA:
		c.lif(p, dtUS)
		c.synaptic(p, dtUS)
	default:
		c.say("model %q is unknown; there are %s, %s, %s and %s", p.Model, Leaky, LIF, CUBA, COBA)
		return c.bad
	}
	if p.Model != CUBA && p.Model != COBA && (len(p.TauSynUS) > 0 || len(p.SynInit) > 0) {
		c.say("synaptic time constants belong to models %s and %s, not %s", CUBA, COBA, p.Model)
	}
	if p.Model != COBA && len(p.Reversal) > 0 {
		c.say("reversal potentials belong to model %s, not %s", COBA, p.Model)
	}
	c.values("threshold", p.Threshold, true)
	for _, x := range p.Threshold {
		if x <= 0 {
			c.say("threshold is %v; it must be above 0", x)
			break
		}
	}
	c.values("initial potential", p.VInit, true)
	if !finite(p.Graded) {
		c.say("graded spike factor is %v", p.Graded)
	}
	return c.bad
}

type checker struct {
	n   int
	bad []string
}

func (c *checker) say(format string, a ...any) { c.bad = append(c.bad, fmt.Sprintf(format, a...)) }

// values checks a parameter that has one value for the layer or one a neuron.
func (c *checker) values(name string, x []float32, mayBeEmpty bool) {
	switch {
	case len(x) == 0 && mayBeEmpty:
	case len(x) != 1 && len(x) != c.n:
		c.say("%s has %d values for %d neurons; give 1 or %d", name, len(x), c.n, c.n)
	}
	for i, v := range x {
		if !finite(v) {
			c.say("%s of neuron %d is %v", name, i, v)
			return
		}
	}
}

func (c *checker) leaky(p *Params, dtUS int64) {
	if dtUS == 0 {
		c.say("model %s needs a clocked network: give the network a step, or take model %s", Leaky, LIF)
	}
	switch {
	case len(p.Beta) > 0 && p.TauUS != 0:
		c.say("beta and a time constant are both given; one of them says it all")
	case len(p.Beta) == 0 && !(p.TauUS > 0 && !math.IsInf(p.TauUS, 0)):
		c.say("beta is missing: give beta, or a time constant above 0")
	}
	c.values("beta", p.Beta, true)
	switch p.Reset {
	case "", Subtract, Zero, None:
	default:
		c.say("reset %q does not go with model %s; it takes %s, %s or %s", p.Reset, Leaky, Subtract, Zero, None)
	}
	if len(p.Drive) > 0 || p.VReset != 0 || p.RefractoryUS != 0 {
		c.say("a drive, a reset potential and a refractory period belong to model %s, not %s", LIF, Leaky)
	}
}

func (c *checker) lif(p *Params, dtUS int64) {
	if !(p.TauUS > 0) || math.IsInf(p.TauUS, 0) {
		c.say("the time constant is %v µs; it must be above 0", p.TauUS)
	}
	if len(p.Beta) > 0 {
		c.say("beta belongs to model %s; model %s has a time constant", Leaky, p.Model)
	}
	if p.Reset != "" && p.Reset != ToValue {
		c.say("reset %q does not go with model %s; it takes %s", p.Reset, p.Model, ToValue)
	}
	if p.ResetNow || p.Inhibition {
		c.say("reset at once and inhibition belong to model %s, not %s", Leaky, p.Model)
	}
	c.values("drive", p.Drive, true)
	if !finite(p.VReset) {
		c.say("reset potential is %v", p.VReset)
	}
	for _, th := range orDefault(p.Threshold, 1) {
		if p.VReset >= th {
			c.say("reset potential %v is not below the threshold %v: the neuron would fire for ever", p.VReset, th)
			break
		}
	}
	switch {
	case p.RefractoryUS < 0:
		c.say("refractory period is %d µs; it cannot be negative", p.RefractoryUS)
	case dtUS > 0 && p.RefractoryUS%dtUS != 0:
		c.say("refractory period of %d µs is no multiple of the step of %d µs", p.RefractoryUS, dtUS)
	}
}

func finite(x float32) bool { return !math.IsNaN(float64(x)) && !math.IsInf(float64(x), 0) }

// orDefault is x, or one value where x is empty.
func orDefault(x []float32, def float32) []float32 {
	if len(x) == 0 {
		return []float32{def}
	}
	return x
}
