package network

import "fmt"

// Kind returns "dense".
func (*Dense) Kind() string { return "dense" }

// Group is ByLayer: one spike touches every neuron of the layer.
func (*Dense) Group() Group { return ByLayer }

// FanOut is the number of neurons of the layer, for every source.
func (*Dense) FanOut(_, out Shape, _ int) int { return out.Len() }

// Params is the number of weights: sources × neurons.
func (d *Dense) Params() int { return len(d.W) }

func (d *Dense) check(in, out Shape) []flaw {
	want := in.Len() * out.Len()
	if len(d.W) != want {
		return []flaw{{"weights", fmt.Sprintf("%s × %s (sources × neurons) needs %s weights, there are %s",
			count(in.Len()), count(out.Len()), count(want), count(len(d.W)))}}
	}
	return flaws("weights", finite("weights", d.W))
}
