package network

import (
	_ "embed"
	"fmt"

	"dvsim/events"
)

//go:generate go run dvsim/network/digits/gen digits

const digitsDoc = "2312-96-10, tells which handwritten digit is seen, and when; trained on strokes"

// The files that the program in digits/gen writes, with the log of how.
var (
	//go:embed digits/net.toml
	digitsText []byte
	//go:embed digits/weights.npz
	digitsWeights []byte
)

// digits is a network that has learnt to read, with one output neuron a digit. It
// takes recordings as those of N-MNIST, 34×34 pixels; others are scaled to that
// size. Its weights are what they are, whatever the seed.
//
// It recognises 0.9955 of 2,000 fresh recordings of strokes (digits/digits.log) and
// 0.912 of the 1,000 real ones at hand, of whose writers it has seen nothing. What
// it sees is the digit with most spikes until the output falls silent.
func digits(g events.Geometry, _ uint64) *Network {
	n, err := Read(digitsText, digitsWeights, Options{})
	if err != nil {
		panic(fmt.Sprintf("network: the built-in network digits: %v", err)) // it is part of the program
	}
	n.Doc = digitsDoc
	if g.Known() {
		n.Input.Sensor = g
	}
	return n
}
