package sim

import (
	"math"
	"slices"

	"dvsim/network"
)

// component is a set of layers that reach each other, or one layer. Components
// run one after another, each over a whole window of steps.
type component struct {
	layers []int // ascending
	// reach is how many steps the layers may run one after another before one of
	// them has to hear of what a later one, or itself, has done: the shortest delay of
	// the connections within the component that lead back.
	reach int64
}

// plan orders the layers of a network into components, sources first.
func plan(net *network.Network) []component {
	n := len(net.Layers)
	from := make([][]bool, n) // from[i][j]: spikes of j get to i
	for i := range from {
		from[i] = make([]bool, n)
		stack := []int{i}
		for len(stack) > 0 {
			at := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			for _, c := range net.Layers[at].In {
				if c.From != network.FromInput && !from[i][c.From] {
					from[i][c.From] = true
					stack = append(stack, c.From)
				}
			}
		}
	}
	var order []component
	placed := make([]bool, n)
	var place func(i int)
	place = func(i int) {
		if placed[i] {
			return
		}
		c := component{reach: math.MaxInt64}
		for j := range n {
			if j == i || from[i][j] && from[j][i] {
				placed[j] = true
				c.layers = append(c.layers, j)
			}
		}
		for _, j := range c.layers {
			for k := range n {
				if from[j][k] && !slices.Contains(c.layers, k) {
					place(k)
				}
			}
			for k := range net.Layers[j].In {
				in := &net.Layers[j].In[k]
				if in.From >= j && slices.Contains(c.layers, in.From) {
					c.reach = min(c.reach, in.MinDelay())
				}
			}
		}
		order = append(order, c)
	}
	for i := range n {
		place(i)
	}
	return order
}
