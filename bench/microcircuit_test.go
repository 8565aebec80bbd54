package bench

import (
	"flag"
	"os"
	"testing"

	"dvsim/network"
	"dvsim/sim"
)

var update = flag.Bool("update", false, "write bench/nets/microcircuit.toml anew")

// TestMicrocircuitFile: the file is what the function makes.
func TestMicrocircuitFile(t *testing.T) {
	const path = "nets/microcircuit.toml"
	want := Microcircuit(0.1, 0.1)
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what Microcircuit makes: run the test with -update", path)
	}
}

// TestMicrocircuitRates: a tenth of the microcircuit keeps the published rates to a
// tenth, and to 0.15 Hz where they are low.
func TestMicrocircuitRates(t *testing.T) {
	if testing.Short() {
		t.Skip("10 s of the microcircuit")
	}
	net, err := network.Open("nets/microcircuit.toml", network.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := sim.NewEvent(net, &sim.Options{DurationUS: 10_000_000}).Finish()
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range MicrocircuitRates() {
		got := float64(s.Spikes[i]) / 10 / float64(net.Layers[i].Shape.Len())
		t.Logf("%s: %.3f Hz, published %.3f", net.Layers[i].Name, got, want)
		if d := got - want; max(d, -d) > max(0.1*want, 0.15) {
			t.Errorf("%s: %.3f Hz, published %.3f", net.Layers[i].Name, got, want)
		}
	}
	t.Log(s)
}
