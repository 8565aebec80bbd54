package network

import (
	"strings"
	"testing"

	"dvsim/neuron"
)

func TestSpikeSize(t *testing.T) {
	graded := &neuron.Params{Model: neuron.Leaky, Beta: []float32{0.9}, Graded: 0.5}
	net := &Network{
		DtUS: 1000, Input: Input{Shape: Shape{8, 8, 1}, Polarity: Merged},
		Layers: []*Layer{
			{Name: "pooled", Shape: Shape{4, 4, 1}, In: []Conn{{From: FromInput, Synapses: &Pool{K: 2, Weight: 0.25}}}},
			{Name: "spikes", Shape: Shape{4, 4, 1}, Neuron: graded, In: []Conn{{From: 0, Synapses: &Conv2D{K: 1, W: []float32{1}}}}},
			{Name: "again", Shape: Shape{2, 2, 1}, In: []Conn{{From: 1, Synapses: &Pool{K: 2}}, {From: 0, Synapses: &Pool{K: 2, Weight: 2}}}},
		},
	}
	for from, want := range map[int]float32{FromInput: 1, 0: 0.25, 1: 0.5, 2: 0.5} {
		if got := net.SpikeSize(from); got != want {
			t.Errorf("a spike of source %d has size %v, want %v", from, got, want)
		}
	}
	if err := net.Check(); err != nil {
		t.Errorf("pools of one size: %v", err)
	}
	net.Layers[2].In[1].Synapses.(*Pool).Weight = 1
	if err := net.Check(); err == nil || !strings.Contains(err.Error(), "size 0.5 and of size 0.25") {
		t.Errorf("pools of two sizes: %v", err)
	}
}
