package sim_test

import (
	"context"
	"fmt"

	"dvsim/events"
	"dvsim/network"
	"dvsim/neuron"
	"dvsim/sim"
	"dvsim/trace"
)

// Two inputs excite one neuron, a third inhibits it. Both engines tell the same.
func Example() {
	net := &network.Network{
		Name: "and not", DtUS: 1000,
		Input: network.Input{Shape: network.Shape{H: 1, W: 3, C: 1}, Polarity: network.Merged},
		Layers: []*network.Layer{{
			Name: "out", Shape: network.Flat(1),
			Neuron: &neuron.Params{Model: neuron.Leaky, Beta: []float32{0.9}},
			In:     []network.Conn{{From: network.FromInput, Synapses: &network.Dense{W: []float32{0.6, 0.6, -1}}}},
		}},
	}
	ev := []events.Event{
		{T: 100, X: 0}, {T: 900, X: 1}, // one step: 1.2 is over the threshold of 1
		{T: 20_100, X: 0}, {T: 20_200, X: 1}, {T: 20_300, X: 2}, // inhibited
		{T: 40_100, X: 0}, {T: 41_100, X: 1}, // two steps: 0.6·0.9 + 0.6
	}
	for _, engine := range []func(*network.Network, *sim.Options) sim.Engine{sim.NewEvent, sim.NewDense} {
		var mem trace.Memory
		eng := engine(net, &sim.Options{Record: &mem})
		stats, err := sim.Run(context.Background(), eng, events.FromSlice(events.Header{}, ev))
		if err != nil {
			fmt.Println(err)
			return
		}
		for step, spikes := range mem.Groups(1) {
			fmt.Println("step", step, "neurons", spikes.Index)
		}
		fmt.Println(stats.Spikes, "spikes,", stats.NeuronUpdates, "neuron updates in", stats.Steps, "steps")
	}
	// Output:
	// step 0 neurons [0]
	// step 41 neurons [0]
	// [2] spikes, 5 neuron updates in 42 steps
	// step 0 neurons [0]
	// step 41 neurons [0]
	// [2] spikes, 42 neuron updates in 42 steps
}
