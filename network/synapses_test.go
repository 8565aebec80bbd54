package network_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"dvsim/network"
)

// reaches lists, by the definition in the contract and nothing else, the neurons
// of out that source i of in has a synapse to.
func reaches(s network.Synapses, in, out network.Shape, i int) int {
	n := 0
	c0 := i % in.C
	x0 := i / in.C % in.W
	y0 := i / in.C / in.W
	for y := range out.H {
		for x := range out.W {
			for o := range out.C {
				switch s := s.(type) {
				case *network.Conv2D:
					// out[y][x][o] = Σ in[y·Stride − Pad + ky][x·Stride − Pad + kx][c] · W[ky][kx][c][o]
					for ky := range s.K {
						for kx := range s.K {
							if y*s.Stride-s.Pad+ky == y0 && x*s.Stride-s.Pad+kx == x0 {
								n++
							}
						}
					}
				case *network.Pool:
					// out[y][x][c] = Σ in[y·K+dy][x·K+dx][c]
					if y == y0/s.K && x == x0/s.K && o == c0 {
						n++
					}
				case *network.Dense:
					n++
				}
			}
		}
	}
	return n
}

func TestFanOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := network.Shape{
			H: rapid.IntRange(1, 9).Draw(t, "H"), W: rapid.IntRange(1, 9).Draw(t, "W"), C: rapid.IntRange(1, 3).Draw(t, "C"),
		}
		var s network.Synapses
		var out network.Shape
		switch rapid.SampledFrom([]string{"conv2d", "pool", "dense"}).Draw(t, "kind") {
		case "conv2d":
			c := &network.Conv2D{
				K: rapid.IntRange(1, 5).Draw(t, "K"), Stride: rapid.IntRange(1, 4).Draw(t, "stride"), Pad: rapid.IntRange(0, 4).Draw(t, "pad"),
			}
			s, out = c, c.OutShape(in, rapid.IntRange(1, 3).Draw(t, "channels"))
		case "pool":
			p := &network.Pool{K: rapid.IntRange(1, 4).Draw(t, "K")}
			s, out = p, p.OutShape(in)
		default:
			s, out = &network.Dense{}, network.Flat(rapid.IntRange(1, 20).Draw(t, "n"))
		}
		var all int64
		for i := range in.Len() {
			want := reaches(s, in, out, i)
			if got := s.FanOut(in, out, i); got != want {
				t.Fatalf("%s %+v: %v → %v: source %d reaches %d neurons, FanOut says %d", s.Kind(), s, in, out, i, want, got)
			}
			all += int64(want)
		}
		n := network.Network{Input: network.Input{Shape: in}, Layers: []*network.Layer{{Shape: out, In: []network.Conn{{From: network.FromInput, Synapses: s}}}}}
		if got := n.Synapses(0); got != all {
			t.Fatalf("%s: %d synapses, Synapses says %d", s.Kind(), all, got)
		}
	})
}

// TestReach holds the index arithmetic that engines use to the definition.
func TestReach(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := &network.Conv2D{K: rapid.IntRange(1, 7).Draw(t, "K"), Stride: rapid.IntRange(0, 4).Draw(t, "stride"), Pad: rapid.IntRange(0, 6).Draw(t, "pad")}
		n := rapid.IntRange(1, 20).Draw(t, "n")
		out := c.OutShape(network.Shape{H: n, W: 1, C: 1}, 1).H
		y := rapid.IntRange(0, n-1).Draw(t, "y")
		first, last, k := c.Reach(y, out)
		for o := range out {
			ky := y - (o*c.Step() - c.Pad)
			if hit := ky >= 0 && ky < c.K; hit != (o >= first && o <= last) {
				t.Fatalf("output %d of %d: reached %v, Reach says %d..%d", o, out, hit, first, last)
			} else if hit && ky != k-(o-first)*c.Step() {
				t.Fatalf("output %d uses kernel row %d, Reach says %d", o, ky, k-(o-first)*c.Step())
			}
		}
	})
}

// TestOutShape: sizes that torch 2.15 gave for nn.Conv2d and nn.AvgPool2d.
func TestOutShape(t *testing.T) {
	for _, c := range []struct{ n, k, stride, pad, want int }{
		{260, 3, 1, 1, 260}, {346, 3, 2, 1, 173}, {34, 5, 2, 0, 15}, {7, 7, 3, 0, 1}, {8, 3, 3, 2, 4}, {2, 5, 1, 0, 0}, {1, 1, 5, 0, 1},
	} {
		conv := network.Conv2D{K: c.k, Stride: c.stride, Pad: c.pad}
		if got := conv.OutShape(network.Shape{H: c.n, W: c.n, C: 2}, 8); got != (network.Shape{H: c.want, W: c.want, C: 8}) && c.want > 0 || got.H != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
	if got := (&network.Pool{K: 2}).OutShape(network.Shape{H: 65, W: 86, C: 3}); got != (network.Shape{H: 32, W: 43, C: 3}) {
		t.Errorf("pool: %v", got)
	}
}

func TestSparseRows(t *testing.T) {
	s := network.NewSparse(3, []network.Synapse{{2, 1, 0.5, 3}, {0, 1, 1, 1}, {2, 0, -1, 2}, {0, 1, 2, 1}})
	in, out := network.Flat(3), network.Flat(2)
	for i, want := range []int{2, 0, 2} {
		if got := s.FanOut(in, out, i); got != want {
			t.Errorf("source %d: %d synapses, want %d", i, got, want)
		}
	}
	if s.Weight[0] != 1 || s.Weight[1] != 2 {
		t.Error("synapses of one pair changed places")
	}
	if s.Target[2] != 0 || s.Weight[2] != -1 || s.Delay[2] != 2 {
		t.Errorf("%+v", s)
	}
	c := network.Conn{Synapses: s}
	if c.MinDelay() != 1 || c.MaxDelay() != 3 {
		t.Errorf("delays %d..%d", c.MinDelay(), c.MaxDelay())
	}
}

func TestGroup(t *testing.T) {
	l := network.Layer{}
	for _, c := range []struct {
		s    network.Synapses
		want network.Group
	}{{&network.Sparse{}, network.ByNeuron}, {&network.Conv2D{}, network.BySite}, {&network.Pool{}, network.BySite}, {&network.Dense{}, network.ByLayer}, {&network.Sparse{}, network.ByLayer}} {
		l.In = append(l.In, network.Conn{Synapses: c.s})
		if got := l.Group(); got != c.want {
			t.Errorf("with %s: by %s, want by %s", c.s.Kind(), got, c.want)
		}
	}
}

func nan() float32 { return float32(math.NaN()) }
