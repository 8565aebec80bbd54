package network

import (
	"fmt"
	"math"

	"dvsim/neuron"
)

// Poisson is a generator of random spikes from outside the network. Every neuron of
// its layer gets a train of its own, independent of all others and of itself at other
// times: how many spikes come in a step is drawn from a Poisson distribution with
// the mean RateHz·dt; in a continuous network the gaps between spikes are exponential.
// The draws are a counter that is hashed with the seed, the name of the layer, the
// number of the generator and that of the neuron. So nothing depends on the order
// in which it is drawn, and one neuron more changes nothing for the others.
type Poisson struct {
	// RateHz is how many spikes a neuron gets in a second, ≥ 0; at most [MaxPerStep] in a
	// step, and 1 a µs in a continuous network.
	RateHz float64
	// Weight of each.
	Weight float32
	// Receptor that they end on; see Conn.Receptor.
	Receptor int
	Seed     uint64
}

// maxSeed is the largest seed that a network file takes.
const maxSeed = 1 << 62

// MaxPerStep is the largest mean number of random spikes in a step.
const MaxPerStep = 10_000

// Key is the seed of generator number k of the layer of that name.
func (p *Poisson) Key(layer string, k int) uint64 {
	return StreamKey(p.Seed, fmt.Sprintf("%s.poisson%d", layer, k))
}

// LayerName is the name of a layer, or layer1, layer2, … of those that have none.
func (n *Network) LayerName(layer int) string { return n.layerNames()[layer] }

func (c *checker) poisson(i int, l *Layer) {
	at := place{i, -1, "poisson"}
	for k := range l.Poisson {
		p := &l.Poisson[k]
		most := float64(MaxPerStep)
		if c.n.Continuous() {
			most = 1
		}
		switch mean := p.RateHz * float64(max(c.n.DtUS, 1)) / 1e6; {
		case !(p.RateHz >= 0) || math.IsInf(p.RateHz, 0):
			c.add(at, fmt.Sprintf("a rate of %v Hz is impossible", p.RateHz), "")
		case mean > most:
			unit := "step"
			if c.n.Continuous() {
				unit = "µs"
			}
			c.add(at, fmt.Sprintf("a rate of %v Hz makes %.3g spikes a %s; at most %v", p.RateHz, mean, unit, most), "take a larger weight and fewer spikes, or a drive")
		}
		if p.Seed > maxSeed {
			c.add(at, fmt.Sprintf("the seed %d is too large", p.Seed), fmt.Sprintf("at most %d", uint64(maxSeed)))
		}
		if w := float64(p.Weight); math.IsNaN(w) || math.IsInf(w, 0) {
			c.add(at, fmt.Sprintf("the weight of a generator is %v", p.Weight), "")
		}
		if p.Weight < 0 && l.Neuron.Model == neuron.COBA {
			c.add(at, fmt.Sprintf("the weight of a generator is %v; a conductance cannot be negative", p.Weight), "")
		}
		c.receptor(at, l, p.Receptor)
	}
}

// receptor checks that the neurons of a layer have a receptor.
func (c *checker) receptor(at place, l *Layer, r int) {
	if n := l.Neuron.Receptors(); r < 0 || r >= n {
		hint := fmt.Sprintf("there are 0 to %d", n-1)
		if n == 1 {
			hint = "there is only receptor 0"
		}
		c.add(at, fmt.Sprintf("the neurons have no receptor %d", r), hint)
	}
}

// conductances checks that no weight of a connection onto conductances is negative.
func (c *checker) conductances(at place, s Synapses) {
	var w []float32
	switch s := s.(type) {
	case *Dense:
		w = s.W
	case *Conv2D:
		w = s.W
	case *Sparse:
		w = s.Weight
	case *Pool:
		w = []float32{s.Weight}
	}
	negative := tally{}
	for i, x := range w {
		if x < 0 {
			negative.add(i)
		}
	}
	if negative.n > 0 {
		c.add(at, fmt.Sprintf("%s of %s weights are negative, the first is %v; a conductance cannot be", count(negative.n), count(len(w)), w[negative.first]),
			"let inhibition end on a receptor of a low reversal potential")
	}
}
