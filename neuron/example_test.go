package neuron_test

import (
	"fmt"

	"dvsim/neuron"
)

// A neuron far over its threshold goes on firing after its input is gone.
func ExampleClocked() {
	p := &neuron.Params{Model: neuron.Leaky, Beta: []float32{0.9}}
	c := neuron.NewClocked(p, 1, 1000, nil)
	s := c.NewState()
	acc := []float32{2.5} // arrives in step 0
	for step := range int64(4) {
		spikes, hot, _ := c.Touch(s, acc, 0, 1, step, 1, nil)
		fmt.Printf("step %d: v = %.3f, spikes %v, hot %v\n", step, s.V[0], spikes, hot)
	}
	// Output:
	// step 0: v = 2.500, spikes [0], hot true
	// step 1: v = 1.250, spikes [0], hot true
	// step 2: v = 0.125, spikes [], hot false
	// step 3: v = 0.112, spikes [], hot false
}
