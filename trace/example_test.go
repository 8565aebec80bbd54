package trace_test

import (
	"bytes"
	"fmt"
	"log"

	"dvsim/trace"
)

// run stands for an engine: it tells a recorder what a network does.
func run(rec trace.Recorder) error {
	info := trace.Info{
		Network: "demo", DtUS: 1000,
		Layers: []trace.Layer{{Name: "input", H: 2, W: 2, C: 1}, {Name: "out", H: 1, W: 1, C: 2}},
	}
	if err := rec.Begin(info); err != nil {
		return err
	}
	for step := range int64(4) {
		if err := rec.Spikes(0, step, []uint32{0, 3}, []uint16{1, 2}); err != nil {
			return err
		}
	}
	if err := rec.Spikes(1, 3, []uint32{1}, nil); err != nil {
		return err
	}
	return rec.End(4)
}

func Example() {
	var mem trace.Memory
	var hash trace.Hash
	if err := run(trace.Tee(&mem, &hash)); err != nil {
		log.Fatal(err)
	}
	fmt.Println("spikes by layer:", mem.Counts())
	fmt.Println("rate of the output:", mem.Rate(1), "Hz")
	for t, g := range mem.Groups(1) {
		fmt.Println("step", t, "neurons", g.Index)
	}
	fmt.Println("hash:", hash.Sum())
	// Output:
	// spikes by layer: [12 1]
	// rate of the output: 125 Hz
	// step 3 neurons [1]
	// hash: 94893927fb00892a
}

func ExampleNewReader() {
	var file bytes.Buffer
	if err := run(trace.NewWriter(&file)); err != nil {
		log.Fatal(err)
	}
	r, err := trace.NewReader(&file, trace.Options{Layers: []int{1}}) // the output only
	if err != nil {
		log.Fatal(err)
	}
	var mem trace.Memory
	if err := r.Replay(&mem); err != nil {
		log.Fatal(err)
	}
	fmt.Println(mem.Info().Network, mem.Counts(), r.Summary().Layers[0].Total)
	// Output: demo [0 1] 12
}

func ExampleDiff() {
	var a, b trace.Memory
	if err := run(&a); err != nil {
		log.Fatal(err)
	}
	if err := b.Begin(a.Info()); err != nil {
		log.Fatal(err)
	}
	if err := b.Spikes(0, 0, []uint32{0, 3}, []uint16{1, 1}); err != nil {
		log.Fatal(err)
	}
	fmt.Println(trace.Diff(&a, &b))
	// Output: layer 0 "input", time 0, neuron 3: a 2, b 1
}
