package neuron

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"dvsim/internal/npz"
	"dvsim/internal/reference"
)

// closeTo is the bar for potentials against other programs: 1e-5 relative, with an
// absolute floor for values near 0 that are differences of larger ones.
func closeTo(a, b float64) bool { return math.Abs(a-b) <= 1e-5*max(math.Abs(b), 0.1) }

// leakyConfig is how the reference file describes a case.
type leakyConfig struct {
	Model      string   `json:"model"`
	Beta       any      `json:"beta"`
	Threshold  *float32 `json:"threshold"`
	Reset      string   `json:"reset_mechanism"`
	ResetDelay *bool    `json:"reset_delay"`
	Inhibition bool     `json:"inhibition"`
	Graded     float32  `json:"graded_spikes_factor"`
}

func (c leakyConfig) params() *Params {
	p := &Params{Model: Leaky, Reset: Reset(c.Reset), Inhibition: c.Inhibition, Graded: c.Graded}
	switch b := c.Beta.(type) {
	case float64:
		p.Beta = []float32{float32(b)}
	case []any:
		for _, x := range b {
			p.Beta = append(p.Beta, float32(x.(float64)))
		}
	}
	if c.Threshold != nil {
		p.Threshold = []float32{*c.Threshold}
	}
	p.ResetNow = c.ResetDelay != nil && !*c.ResetDelay
	return p
}

// TestLeakyAgainstSNNTorch steps every Leaky sequence of the reference: all spikes
// equal, potentials to 1e-5.
func TestLeakyAgainstSNNTorch(t *testing.T) {
	f, err := npz.Open(reference.Shared(t, "truth/snntorch/neurons.npz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	cases := 0
	for _, name := range f.Names() {
		name, isConfig := strings.CutSuffix(name, ".config")
		if !isConfig || !strings.HasPrefix(name, "leaky_") {
			continue
		}
		cases++
		t.Run(name, func(t *testing.T) {
			text, err := f.String(name + ".config")
			if err != nil {
				t.Fatal(err)
			}
			var cfg leakyConfig
			if err := json.Unmarshal([]byte(text), &cfg); err != nil {
				t.Fatal(err)
			}
			in, shape, err := f.Float32s(name + ".input")
			if err != nil {
				t.Fatal(err)
			}
			spk, _, _ := f.Float32s(name + ".spk")
			mem, _, _ := f.Float32s(name + ".mem")
			p, n := cfg.params(), shape[1]
			if bad := p.Check(n, 1000); bad != nil {
				t.Fatal(bad)
			}
			c := NewClocked(p, n, 1000, nil)
			s := c.NewState()
			for k := range shape[0] {
				spikes, _, _ := c.Touch(s, in[k*n:(k+1)*n], 0, n, int64(k), 1, nil)
				if c.Inhibits() {
					if j, ok := c.Win(s); ok {
						spikes = append(spikes, j)
					}
				}
				got := make([]float32, n)
				for _, j := range spikes {
					got[j] = c.Scale()
				}
				for j := range n {
					if got[j] != spk[k*n+j] {
						t.Fatalf("step %d, neuron %d: spike %v, snnTorch has %v (potential %v)", k, j, got[j], spk[k*n+j], mem[k*n+j])
					}
					if !closeTo(float64(s.V[j]), float64(mem[k*n+j])) {
						t.Fatalf("step %d, neuron %d: potential %v, snnTorch has %v", k, j, s.V[j], mem[k*n+j])
					}
				}
			}
		})
	}
	if cases != 21 {
		t.Errorf("%d Leaky cases in the reference, want 21", cases)
	}
}

// nestSingle is a reference file of eight neurons with their own inputs.
type nestSingle struct {
	Parameters struct {
		CM     float64 `json:"C_m"`
		Tau    float64 `json:"tau_m"`
		VTh    float64 `json:"V_th"`
		VReset float64 `json:"V_reset"`
		TRef   float64 `json:"t_ref"`
		TauSyn float64 `json:"tau_syn_ex"`
	} `json:"parameters"`
	Delay float64 `json:"delay_ms"`
	Input []struct {
		Times   []float64 `json:"times_ms"`
		Weights []float64 `json:"weights"`
	} `json:"input"`
	Output    [][]float64 `json:"output_times_ms"`
	Potential [][]float64 `json:"potential_every_ms_from_1"`
}

func readNEST(t *testing.T, name string) (d nestSingle, p *Params) {
	t.Helper()
	b, err := os.ReadFile(reference.Shared(t, "truth/nest/"+name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &d); err != nil {
		t.Fatal(err)
	}
	return d, &Params{
		Model: LIF, TauUS: d.Parameters.Tau * 1000, Threshold: []float32{float32(d.Parameters.VTh)},
		VReset: float32(d.Parameters.VReset), RefractoryUS: int64(d.Parameters.TRef * 1000),
	}
}

// TestLIFGridAgainstNEST: iaf_psc_delta on a grid of 0.1 ms, neurons touched only
// when something arrives. A spike that a generator sends at t is in the potential
// at t + delay; step k of ours ends where NEST writes k·0.1 ms.
func TestLIFGridAgainstNEST(t *testing.T) {
	d, p := readNEST(t, "single_iaf_psc_delta.json")
	if bad := p.Check(1, 100); bad != nil {
		t.Fatal(bad)
	}
	c := NewClocked(p, 1, 100, nil)
	for i, in := range d.Input {
		weight := map[int64]float32{}
		for m, ms := range in.Times {
			weight[int64(math.Round((ms+d.Delay)*10))] += float32(in.Weights[m])
		}
		s, last := c.NewState(), int64(-1)
		var got []float64
		for k := range int64(3100) {
			if w, ok := weight[k]; ok {
				acc := []float32{w}
				spikes, hot, _ := c.Touch(s, acc, 0, 1, k, k-last, nil)
				if hot {
					t.Fatal("a LIF neuron without drive is never hot")
				}
				last = k
				if len(spikes) > 0 {
					got = append(got, float64(k)/10)
				}
			}
			if k%10 == 0 && k > 0 && int(k/10) <= len(d.Potential[i]) {
				var v [1]float32
				c.Potentials(v[:], s, 0, 1, k, k-last)
				if v, want := float64(v[0]), d.Potential[i][k/10-1]; !closeTo(v, want) {
					t.Fatalf("neuron %d at %d ms: potential %v, NEST has %v", i, k/10, v, want)
				}
			}
		}
		sameTimes(t, i, got, d.Output[i], 1e-9)
	}
}

// TestDeltaAgainstNEST: iaf_psc_delta_ps, events at whole µs.
func TestDeltaAgainstNEST(t *testing.T) {
	d, p := readNEST(t, "single_iaf_psc_delta_ps.json")
	if bad := p.Check(1, 0); bad != nil {
		t.Fatal(bad)
	}
	c := NewDelta(p)
	for i, in := range d.Input {
		cell := &c.NewCells(1)[0]
		var got []float64
		ms := 1
		probe := func(until int64) {
			for ; int64(ms)*1000 < until && ms <= len(d.Potential[i]); ms++ {
				if v, want := c.Potential(cell, 0, int64(ms)*1000), d.Potential[i][ms-1]; !closeTo(v, want) {
					t.Fatalf("neuron %d at %d ms: potential %v, NEST has %v", i, ms, v, want)
				}
			}
		}
		for m, at := range in.Times {
			us := int64(math.Round((at + d.Delay) * 1000))
			probe(us)
			if c.Arrive(cell, 0, us, float32(in.Weights[m])) {
				got = append(got, float64(us)/1000)
			}
		}
		probe(310_000)
		sameTimes(t, i, got, d.Output[i], 0.001)
	}
}

func sameTimes(t *testing.T, neuron int, got, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("neuron %d: %d spikes, NEST has %d\n got %v\nwant %v", neuron, len(got), len(want), got, want)
	}
	for i := range want {
		if math.Abs(got[i]-want[i]) > tolerance {
			t.Fatalf("neuron %d: spike %d at %v ms, NEST has %v", neuron, i, got[i], want[i])
		}
	}
}
