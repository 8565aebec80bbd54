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

// nestTenth are the rates of NEST 3.10 for the same tenth: 3 s each of seven networks of
// its own random numbers, of which L5E differs most, by 4 %. They are below those of the
// full network, whose synapses are weaker: see docs/decisions/0008-recurrent.md.
var nestTenth = []float64{0.476, 2.077, 3.952, 4.987, 6.42, 7.796, 0.837, 6.974}

// TestMicrocircuitRates: a tenth of the microcircuit fires as it does in NEST.
func TestMicrocircuitRates(t *testing.T) {
	if testing.Short() {
		t.Skip("5 s of the microcircuit")
	}
	net, err := network.Open("nets/microcircuit.toml", network.Options{})
	if err != nil {
		t.Fatal(err)
	}
	const seconds = 5
	s, err := sim.NewEvent(net, &sim.Options{DurationUS: seconds * 1e6}).Finish()
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range nestTenth {
		got := float64(s.Spikes[i]) / seconds / float64(net.Layers[i].Shape.Len())
		t.Logf("%s: %.3f Hz, NEST %.3f, published for the full network %.3f", net.Layers[i].Name, got, want, MicrocircuitRates()[i])
		if d := got - want; max(d, -d) > 0.1*want {
			t.Errorf("%s: %.3f Hz, NEST has %.3f", net.Layers[i].Name, got, want)
		}
	}
}
