package dvsim_test

import (
	"context"
	"fmt"
	"log"

	"dvsim/datasets/sample"
	"dvsim/network"
	"dvsim/sim"
	"dvsim/trace"
)

// A recording through a network. For a file, open it with events.Open and import
// dvsim/formats/all.
func Example() {
	rec, err := sample.Open()
	if err != nil {
		log.Fatal(err)
	}
	defer rec.Close()
	net, err := network.Load("edges", network.Options{Geometry: rec.Header().Geometry})
	if err != nil {
		log.Fatal(err)
	}
	var tr trace.Memory
	eng := sim.NewEvent(net, &sim.Options{Record: &tr}) // or sim.NewDense: the same spikes
	stats, err := sim.Run(context.Background(), eng, rec)
	if err != nil {
		log.Fatal(err)
	}
	for i, name := range stats.LayerNames {
		fmt.Println(name, stats.Spikes[i] > 0, stats.Spikes[i] == tr.Counts()[i+1])
	}
	fmt.Println(stats.NeuronUpdates*5 < stats.DenseUpdates)
	// Output:
	// lines true true
	// cells true true
	// true
}
