package network

import (
	"fmt"
	"math"

	"dvsim/neuron"
)

// wired reads rule, weight and delay of a connection and makes its synapses.
func (b *synapseReader) wired() Synapses {
	t := b.t
	w := &Wiring{Seed: b.r.seed, Name: b.name, Self: b.from == b.to, LeastDelay: 0}
	if b.from >= b.to {
		w.LeastDelay = 1
	}
	b.rule(w)
	if v, ok := t.get("weight"); !ok {
		b.fail("weight", "a rule needs a weight", `write weight = 0.1, or weight = { kind = "normal", mean = 0.1, std = 0.01 }`)
	} else if d := b.r.distValue(t, "weight", v, numberOf); d != nil {
		w.Weight = *d
	} else {
		b.failed = true
	}
	if _, isTable := t.m["delay"].(map[string]any); isTable {
		b.ownDelays = true
		w.Delay = b.r.dist(t.sub("delay"), delayOf(b.r.net.DtUS))
		b.failed = b.failed || w.Delay == nil
	}
	if b.failed || !b.ready {
		return &Sparse{}
	}
	for _, msg := range w.Check(b.in.Len(), b.out.Len()) {
		b.fail("rule", msg, "")
	}
	numbers := 2.
	if w.Delay != nil {
		numbers = 3
	}
	need := numbers*w.Expect(b.in.Len(), b.out.Len()) + float64(b.in.Len()) + float64(b.out.Len())
	if b.failed || !b.r.afford(t, "rule", int(min(need, math.MaxInt64/2))) {
		b.failed = true
		return &Sparse{}
	}
	return w.Synapses(b.in.Len(), b.out.Len())
}

// rule reads rule = "all_to_all", or a table with what the rule needs.
func (b *synapseReader) rule(w *Wiring) {
	t := b.t
	if s, ok := t.m["rule"].(string); ok {
		t.get("rule")
		w.Rule = Rule(s)
		switch w.Rule {
		case AllToAll, OneToOne:
		case Pairwise, FixedIn, FixedTotal:
			b.fail("rule", fmt.Sprintf("rule %q needs a number", s), fmt.Sprintf("write rule = { kind = %q, %s }", s, ruleNeeds[w.Rule]))
		default:
			b.fail("rule", fmt.Sprintf("unknown rule %q", s), suggest(s, rules))
		}
		return
	}
	rt := t.sub("rule")
	if rt == nil {
		b.failed = true
		return
	}
	found := len(b.r.found)
	if !rt.has("kind") {
		rt.bad("kind", "the rule has no kind", suggest("", rules))
	}
	w.Rule = Rule(rt.choice("kind", "", rules))
	missing := func(key string) {
		if !rt.has(key) {
			rt.bad(key, fmt.Sprintf("rule %q needs %s", w.Rule, key), fmt.Sprintf("write rule = { kind = %q, %s }", w.Rule, ruleNeeds[w.Rule]))
		}
	}
	switch w.Rule {
	case Pairwise:
		w.P = rt.number("p", 0)
		missing("p")
	case FixedIn:
		w.N, _ = rt.integer("indegree", 0, maxSynapses)
		missing("indegree")
	case FixedTotal:
		w.N, _ = rt.integer("total", 0, maxSynapses)
		missing("total")
	}
	w.NoAutapses = !rt.boolean("autapses") && rt.has("autapses")
	w.NoMultapses = !rt.boolean("multapses") && rt.has("multapses")
	if seed, ok := rt.integer("seed", 0, 1<<62); ok {
		w.Seed = uint64(seed)
	}
	rt.finish()
	b.failed = b.failed || len(b.r.found) > found
}

// ruleNeeds shows what a rule needs beside its kind.
var ruleNeeds = map[Rule]string{Pairwise: "p = 0.1", FixedIn: "indegree = 100", FixedTotal: "total = 1000", AllToAll: "", OneToOne: ""}

// unitOf reads one number of a distribution: of weights, or a time in the unit of delays.
type unitOf func(t *table, key string) (float64, bool)

func numberOf(t *table, key string) (float64, bool) {
	if _, ok := t.get(key); !ok {
		return 0, false
	}
	x := t.number(key, math.NaN())
	return x, x == x
}

// delayOf reads times, or steps, as steps of dtUS µs (µs where that is 0). They need
// not be whole: what is drawn is rounded.
func delayOf(dtUS int64) unitOf {
	return func(t *table, key string) (float64, bool) {
		v, ok := t.get(key)
		if !ok {
			return 0, false
		}
		if _, isText := v.(string); !isText {
			if dtUS == 0 {
				t.bad(key, fmt.Sprintf("%s needs a unit, it is %s", key, show(v)), fmt.Sprintf(`write for example %s = "1.5ms"`, key))
				return 0, false
			}
			return numberOf(t, key)
		}
		us, ok := t.duration(key)
		return float64(us) / float64(max(dtUS, 1)), ok
	}
}

// distValue reads a number, or a table with a distribution; nil where it is wrong.
func (r *reader) distValue(t *table, key string, v any, unit unitOf) *Dist {
	if _, isTable := v.(map[string]any); isTable {
		return r.dist(t.sub(key), unit)
	}
	x, ok := unit(t, key)
	if !ok {
		return nil
	}
	d := Constant(x)
	return &d
}

// dist reads { kind = "normal", mean = 1.0, std = 0.1, min = 0.0, max = 2.0 }; nil where
// anything is wrong, which is said.
func (r *reader) dist(t *table, unit unitOf) *Dist {
	found := len(r.found)
	d := &Dist{Kind: t.choice("kind", "", distKinds)}
	need := func(key string) float64 {
		if !t.has(key) {
			t.bad("kind", fmt.Sprintf("a distribution of kind %q needs %s", d.Kind, key), "")
		}
		x, _ := unit(t, key)
		return x
	}
	switch d.Kind {
	case "":
		if !t.has("kind") {
			t.bad("kind", "the distribution has no kind", suggest("", distKinds))
		}
	case "constant":
		d.Mean = need("value")
	case "uniform":
		d.Min, d.Max = need("min"), need("max")
	default:
		d.Mean, d.Std = need("mean"), need("std")
		d.Min, d.Max = math.Inf(-1), math.Inf(1)
		if x, ok := unit(t, "min"); ok {
			d.Limits, d.Min = true, x
		}
		if x, ok := unit(t, "max"); ok {
			d.Limits, d.Max = true, x
		}
		d.Clip = t.boolean("clip")
	}
	t.finish()
	if len(r.found) == found {
		for _, msg := range d.Check() {
			t.bad("kind", msg, "")
		}
	}
	if len(r.found) > found {
		return nil
	}
	return d
}

// synaptic reads what CUBA and COBA have beside LIF.
func (n *neuronReader) synaptic(p *neuron.Params) {
	t := n.t
	list := func(key string) []any {
		v, _ := t.get(key)
		if l, ok := v.([]any); ok {
			return l
		}
		return []any{v}
	}
	if !t.has("tau_syn") {
		t.bad("tau_syn", fmt.Sprintf("a %s neuron needs tau_syn", p.Model), `write tau_syn = "5ms", or one time for each receptor: ["5ms", "10ms"]`)
		p.TauSynUS = []float64{1} // a stand-in
	} else {
		for _, v := range list("tau_syn") {
			p.TauSynUS = append(p.TauSynUS, n.timeConstant("tau_syn", v))
		}
	}
	if p.Model == neuron.COBA {
		if !t.has("reversal") {
			t.bad("reversal", "a coba neuron needs reversal potentials", "write reversal = [60.0, -20.0], one for each receptor")
			p.Reversal = make([]float32, len(p.TauSynUS))
		} else if v, _, ok := n.l.r.inline(t, "reversal"); ok {
			t.get("reversal")
			p.Reversal = v
		} else {
			p.Reversal = make([]float32, len(p.TauSynUS))
		}
	}
	if !t.has("syn_init") {
		return
	}
	for i, v := range list("syn_init") {
		switch v := v.(type) {
		case map[string]any:
			dt := &table{r: t.r, m: v, path: join(t.path, "syn_init"), where: t.where}
			p.SynInit = append(p.SynInit, n.draw("syn_init", fmt.Sprintf("syn_init%d", i), n.l.r.dist(dt, numberOf)))
		case string:
			x, _, _ := n.l.r.array(t, "syn_init", v)
			p.SynInit = append(p.SynInit, x)
		default:
			x, _, err := numbers(v)
			if err != nil {
				t.bad("syn_init", fmt.Sprintf("syn_init of receptor %d %v", i, err), "")
			}
			p.SynInit = append(p.SynInit, x)
		}
	}
}

// poisson reads the generators of a layer: [[layer.poisson]], or poisson = { … }.
func (l *layerReader) poisson() {
	var tables []*table
	if _, one := l.t.m["poisson"].(map[string]any); one {
		tables = []*table{l.t.sub("poisson")}
	} else {
		tables = l.t.subs("poisson")
	}
	for _, t := range tables {
		p := Poisson{Seed: l.r.seed}
		for _, key := range []string{"rate", "weight"} {
			if !t.has(key) {
				t.bad(key, "a Poisson generator needs a rate and a weight", "write poisson = { rate = 8000.0, weight = 0.1 }, the rate in spikes a second")
			}
		}
		p.RateHz = t.number("rate", 0)
		p.Weight = float32(t.number("weight", 0))
		p.Receptor, _ = t.integer("receptor", 0, neuron.MaxReceptors-1)
		if seed, ok := t.integer("seed", 0, 1<<62); ok {
			p.Seed = uint64(seed)
		}
		t.finish()
		l.layer.Poisson = append(l.layer.Poisson, p)
	}
}
