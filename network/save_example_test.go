package network_test

import (
	"fmt"
	"log"
	"os"

	"dvsim/events"
	"dvsim/network"
)

// A network that a program has made or trained is written into a folder, from
// which `dvsim run --net FOLDER` takes it.
func ExampleSave() {
	n, err := network.Load("tutorial", network.Options{Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "run")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := network.Save(dir, n); err != nil {
		log.Fatal(err)
	}
	back, err := network.Open(dir, network.Options{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(back.Describe(), network.Diff(n, back) == nil)
	// Output: 784-256-10 true
}

// A picture becomes a constant input: its pixels act on the first layer in every step.
func ExampleNetwork_WithConstant() {
	n, err := network.Builtin("tutorial", events.Geometry{})
	if err != nil {
		log.Fatal(err)
	}
	x := make([]float32, n.Input.Shape.Len())
	for i := range 28 {
		x[n.Input.Shape.Index(i, 14, 0)] = 1 // a white line, 0 to 1
	}
	shown, err := n.WithConstant(x)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(shown.Layers[0].Bias), shown.Check())
	// Output: 256 <nil>
}
