package learn

import (
	"fmt"
	"math"
	"strings"
)

// penalties finds the layers of the penalties.
func (t *Trainer) penalties() error {
	var names []string
	for _, l := range t.m.layers {
		names = append(names, l.name)
	}
	for _, p := range t.Penalties {
		if t.layer(p.Layer) == nil {
			t.Close()
			return fmt.Errorf("learn: a penalty on layer %q; there are %s", p.Layer, strings.Join(names, ", "))
		}
	}
	return nil
}

func (t *Trainer) layer(name string) *layer {
	for _, l := range t.m.layers {
		if l.name == name {
			return l
		}
	}
	return nil
}

// penalise adds up the penalties of the batch and leaves their derivatives for
// each spike with the layers.
func (t *Trainer) penalise() (value float64) {
	if len(t.Penalties) == 0 {
		return 0
	}
	for _, l := range t.m.layers {
		clear(l.extra)
	}
	m := t.m
	for _, p := range t.Penalties {
		l := t.layer(p.Layer)
		clear(l.count)
		for b := range m.samples {
			for _, j := range l.out[b].Source {
				l.count[j]++
			}
		}
		each := make([]float32, l.n)
		value += p.Of(l.count, m.samples, m.steps, each)
		for j, x := range each {
			l.extra[j] += x
		}
	}
	return value
}

// shorten scales all gradients so that their norm together is at most Clip, as
// torch.nn.utils.clip_grad_norm_ does.
func (t *Trainer) shorten() {
	sum := 0.0
	for _, l := range t.m.layers {
		for _, p := range l.params {
			g := p.grad
			if p == l.pBeta && !l.betaEach || p == l.pTheta && !l.thetaEach {
				g = g[:1] // one value, however many neurons use it
			}
			for _, x := range g {
				sum += float64(x) * float64(x)
			}
		}
	}
	f := t.Clip / (math.Sqrt(sum) + 1e-6)
	if f >= 1 {
		return
	}
	for _, l := range t.m.layers {
		for _, p := range l.params {
			for i := range p.grad {
				p.grad[i] *= float32(f)
			}
		}
	}
}
