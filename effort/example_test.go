package effort_test

import (
	"fmt"

	"dvsim/effort"
	"dvsim/events"
	"dvsim/network"
	"dvsim/sim"
)

func Example() {
	net, err := network.Builtin("edges", events.Geometry{Width: 32, Height: 32})
	if err != nil {
		fmt.Println(err)
		return
	}
	count := effort.NewCounter(net)
	eng := sim.NewEvent(net, &sim.Options{Record: count, DurationUS: 100_000})
	for t := range int64(20) {
		if err := eng.Feed([]events.Event{{T: t * 1000, X: 16, Y: 16, P: events.On}}); err != nil {
			fmt.Println(err)
			return
		}
	}
	stats, err := eng.Finish()
	if err != nil {
		fmt.Println(err)
		return
	}
	e := count.Effort(stats.NeuronUpdates)
	fmt.Printf("%.0f accumulations where stepping takes %.0f products\n", e.ACs, e.Dense)
	fmt.Println(e.SynapticEvents == float64(stats.SynapticEvents))
	// Output:
	// 1640 accumulations where stepping takes 19667200 products
	// true
}
