package sim

import (
	"fmt"
	"testing"

	"dvsim/network"
	"dvsim/trace"
)

// benchNets are the networks of bench/nets, with the number of spikes in 1 s that
// Brian 2.10.1 and NEST 3.10 count (../shared/design/anchors.md), and by how much
// networks of other seeds differ from each other.
var benchNets = []struct {
	name        string
	brian, nest float64
	spread      float64
	ms          int64 // of a test with workers
}{
	{"vjump", 39_394, 39_468, 0.05, 200},
	{"cuba", 22_279, 21_605, 0.07, 200},
	{"coba", 78_628, 67_664, 0.15, 200},
	{"brunel", 399_632, 399_135, 0.01, 60},
}

func openNet(t testing.TB, name string) *network.Network {
	t.Helper()
	net, err := network.Open("../bench/nets/"+name+".toml", network.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return net
}

// TestRatesOfPeers: the benchmark networks fire as they do in Brian 2 and in NEST.
func TestRatesOfPeers(t *testing.T) {
	if testing.Short() {
		t.Skip("4 s of networks")
	}
	for _, b := range benchNets {
		s, err := NewEvent(openNet(t, b.name), &Options{DurationUS: 1_000_000}).Finish()
		if err != nil {
			t.Fatal(err)
		}
		got, want := float64(s.Spikes[0]+s.Spikes[1]), (b.brian+b.nest)/2
		t.Logf("%s: %.0f spikes, Brian 2 %.0f, NEST %.0f", b.name, got, b.brian, b.nest)
		if d := got/want - 1; max(d, -d) > b.spread {
			t.Errorf("%s: %.0f spikes; Brian 2 counts %.0f, NEST %.0f", b.name, got, b.brian, b.nest)
		}
	}
}

// TestRecurrentWorkers: the same spikes for any number of workers.
func TestRecurrentWorkers(t *testing.T) {
	for _, b := range append(benchNets[:len(benchNets):len(benchNets)], struct {
		name        string
		brian, nest float64
		spread      float64
		ms          int64
	}{name: "microcircuit", ms: 30}) {
		if testing.Short() {
			if b.name == "brunel" {
				continue
			}
			b.ms /= 8
		}
		net := openNet(t, b.name)
		first := ""
		for _, workers := range []int{1, 2, 3, 8} {
			h := new(trace.Hash)
			s, err := crewed(net, &Options{DurationUS: b.ms * 1000, Workers: workers, Record: h}).Finish()
			if err != nil {
				t.Fatal(err)
			}
			text := fmt.Sprint(h.Sum(), s.Spikes, s.SynapticEvents)
			if first == "" {
				first = text
			} else if text != first {
				t.Errorf("%s: %d workers give %s, one gives %s", b.name, workers, text, first)
			}
		}
	}
}

// BenchmarkNetworks runs the benchmark networks for 1 s of their time.
func BenchmarkNetworks(b *testing.B) {
	for _, n := range []string{"vjump", "cuba", "coba", "brunel", "microcircuit"} {
		net := openNet(b, n)
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("net=%s/workers=%d", n, workers), func(b *testing.B) {
				var events int64
				for range b.N {
					b.StopTimer()
					e := NewEvent(net, &Options{DurationUS: 1_000_000, Workers: workers})
					b.StartTimer()
					s, err := e.Finish()
					if err != nil {
						b.Fatal(err)
					}
					events += s.SynapticEvents
				}
				b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "syn-events/s")
			})
		}
	}
}
