package network

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"dvsim/neuron"
)

// neuronReader reads a neuron table.
type neuronReader struct {
	l *layerReader
	t *table
}

var models = []string{string(neuron.Leaky), string(neuron.LIF), string(neuron.CUBA), string(neuron.COBA)}

// resets that each model takes, its default first.
var resets = map[neuron.Model][]string{
	neuron.Leaky: {string(neuron.Subtract), string(neuron.Zero), string(neuron.None)},
	neuron.LIF:   {string(neuron.ToValue)},
	neuron.CUBA:  {string(neuron.ToValue)},
	neuron.COBA:  {string(neuron.ToValue)},
}

func (n *neuronReader) params() *neuron.Params {
	t, dt := n.t, n.l.r.net.DtUS
	p := &neuron.Params{}
	def := neuron.Leaky
	if dt == 0 {
		def = neuron.LIF
	}
	p.Model = neuron.Model(t.choice("model", string(def), models))
	if p.Model == neuron.Leaky {
		p.Beta = n.values("beta")
		if t.has("beta") && len(p.Beta) == 0 {
			p.Beta = []float32{1} // its problem is noted
		}
		p.ResetNow = t.boolean("reset_now")
		p.Inhibition = t.boolean("inhibition")
	}
	p.Graded = float32(t.number("graded", 0))
	p.TauUS = n.tau()
	switch {
	case p.Model != neuron.Leaky && !t.has("tau"):
		t.bad("tau", fmt.Sprintf("a %s neuron needs tau", p.Model), `write tau = "20ms"`)
		p.TauUS = 1 // stand-ins, so that Check does not say it again
	case p.Model == neuron.Leaky && !t.has("tau") && !t.has("beta"):
		t.bad("beta", "a leaky neuron needs beta or tau", `write beta = 0.9 or tau = "20ms"`)
		p.Beta = []float32{1}
	case p.Model == neuron.Leaky && t.has("tau") && t.has("beta"):
		t.bad("tau", "beta and tau exclude each other", "")
		p.TauUS = 0
	}
	p.Threshold = n.values("threshold")
	if len(p.Threshold) == 0 {
		p.Threshold = []float32{1}
	}
	allowed := resets[p.Model]
	p.Reset = neuron.Reset(t.choice("reset", allowed[0], allowed))
	p.VInit = n.values("v_init")
	if p.Model == neuron.CUBA || p.Model == neuron.COBA {
		n.synaptic(p)
	}
	if p.Model != neuron.Leaky {
		p.Drive = n.values("drive")
		p.VReset = float32(t.number("v_reset", 0))
		p.RefractoryUS, _ = t.duration("refractory")
	}
	return p
}

// tau reads the time constant; unlike other times it need not be whole µs.
func (n *neuronReader) tau() float64 {
	v, ok := n.t.get("tau")
	if !ok {
		return 0
	}
	return n.timeConstant("tau", v)
}

// timeConstant reads one time constant; 1 where it is wrong, which is said.
func (n *neuronReader) timeConstant(key string, v any) float64 {
	t := n.t
	s, isText := v.(string)
	if !isText {
		t.bad(key, fmt.Sprintf("%s needs a unit, it is %s", key, show(v)), fmt.Sprintf(`write for example %s = "20ms"`, key))
		return 1
	}
	us := 0.0
	if d, err := time.ParseDuration(s); err == nil {
		us = float64(d) / float64(time.Microsecond)
	}
	// A number of µs is taken to its last digit: a Duration ends at whole ns.
	if x, err := strconv.ParseFloat(strings.TrimSuffix(s, "us"), 64); err == nil && strings.HasSuffix(s, "us") {
		us = x
	}
	if !(us > 0) || math.IsInf(us, 0) {
		t.bad(key, fmt.Sprintf("%s: %q is no time above 0", key, s), "write for example 20ms")
		return 1
	}
	return us
}

// values reads one value for the layer, or one a neuron, or draws them.
func (n *neuronReader) values(key string) []float32 {
	if _, isTable := n.t.m[key].(map[string]any); isTable {
		d := n.l.r.dist(n.t.sub(key), numberOf)
		return n.draw(key, key, d)
	}
	return n.l.r.values(n.t, key, n.l.layer.Shape, n.l.layout())
}

// draw draws one value a neuron; the name is that of the stream.
func (n *neuronReader) draw(key, name string, d *Dist) []float32 {
	l := n.l
	if d == nil || l.broken || !l.r.afford(n.t, key, l.layer.Shape.Len()) {
		return nil
	}
	v := make([]float32, l.layer.Shape.Len())
	d.Fill(v, l.r.seed, l.layer.Name+"."+name)
	return v
}
