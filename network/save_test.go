package network_test

import (
	"bytes"
	"cmp"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"dvsim/events"
	"dvsim/internal/npz"
	"dvsim/network"
	"dvsim/neuron"
)

// artist draws networks of every kind that the package can describe.
type artist struct {
	t *rapid.T
	n *network.Network
}

func (a *artist) int(label string, lo, hi int) int { return rapid.IntRange(lo, hi).Draw(a.t, label) }
func (a *artist) bool(label string) bool           { return rapid.Bool().Draw(a.t, label) }
func (a *artist) text(label string) string {
	return rapid.OneOf(rapid.StringN(0, 6, -1), rapid.SampledFrom([]string{"", "net", "größe", "a\"b\\c", "tab\tline\nend\x00\x7f", "a.in1", "'''", "# no"})).Draw(a.t, label)
}

// floats draws any finite numbers: subnormal, −0, and those whose shortest decimal is long.
func (a *artist) floats(label string, n int) []float32 {
	any := rapid.Custom(func(t *rapid.T) float32 {
		x := math.Float32frombits(rapid.Uint32().Draw(t, "bits"))
		if x != x || math.IsInf(float64(x), 0) {
			return float32(math.Copysign(0, -1))
		}
		return x
	})
	return rapid.SliceOfN(rapid.OneOf(any, rapid.SampledFrom([]float32{0, 1, -2, 0.1, 0.95, 1e10, 1e-7})), n, n).Draw(a.t, label)
}

// each draws nothing, one value, or one a neuron, all of them allowed.
func (a *artist) each(label string, n int, ok func(float32) bool, least int) []float32 {
	k := []int{0, 1, n}[a.int(label, least, 2)]
	v := a.floats(label, k)
	for i, x := range v {
		if !ok(x) {
			v[i] = 0.7
		}
	}
	return v
}

func any32(float32) bool        { return true }
func positive(x float32) bool   { return x > 0 }
func negative(x float32) bool   { return x < 0 }
func (a *artist) clocked() bool { return !a.n.Continuous() }

func (a *artist) network() *network.Network {
	a.n = &network.Network{Name: a.text("name"), Doc: a.text("doc")}
	if a.bool("clocked") {
		a.n.DtUS = rapid.SampledFrom([]int64{1, 1000, 12_400, 5_000_000, 1<<53 + 1}).Draw(a.t, "dt")
	}
	in := &a.n.Input
	in.Polarity = rapid.SampledFrom([]network.PolarityMode{"", network.Split, network.Merged, network.OnOnly, network.OffOnly}).Draw(a.t, "polarity")
	in.Shape = network.Shape{H: a.int("H", 1, 5), W: a.int("W", 1, 5), C: in.Polarity.Channels()}
	in.Binary = a.bool("binary")
	if a.bool("sensor") {
		in.Sensor = events.Geometry{Width: a.int("sensor W", 1, 65535), Height: a.int("sensor H", 1, 65535)}
	} else if a.bool("list of spikes") {
		for range a.int("spikes", 0, 12) {
			in.Spikes = append(in.Spikes, network.InputSpike{T: int64(len(in.Spikes) * a.int("gap", 0, 1<<27)), Index: uint32(a.int("input", 0, in.Shape.Len()-1))})
		}
		slices.SortStableFunc(in.Spikes, func(a, b network.InputSpike) int { return cmp.Compare(a.T, b.T) })
	}
	count := a.int("layers", 1, 4)
	taken := map[string]bool{"input": true}
	for range count { // shapes first: connections lead back, too
		l := &network.Layer{Name: a.text("layer"), Shape: network.Flat(a.int("n", 1, 20))}
		if a.bool("sites") {
			l.Shape = network.Shape{H: a.int("h", 1, 3), W: a.int("w", 1, 3), C: a.int("c", 1, 3)}
		}
		if taken[l.Name] {
			l.Name = ""
		}
		taken[l.Name] = true
		a.n.Layers = append(a.n.Layers, l)
	}
	for i := range a.n.Layers {
		a.layer(i)
	}
	return a.n
}

func (a *artist) layer(i int) {
	l := a.n.Layers[i]
	for range a.int("connections", 0, 3) {
		from := a.int("from", -1, len(a.n.Layers)-1)
		least := 0
		if from >= i {
			least = 1
		}
		l.In = append(l.In, a.conn(from, a.n.Source(from), l.Shape, least))
	}
	if a.bool("pool first") && i == 0 { // a shape that comes from the input
		p := &network.Pool{K: a.int("K", 1, 2), Weight: rapid.SampledFrom([]float32{0, 1, 0.25, 0.3, -7}).Draw(a.t, "weight")}
		if s := p.OutShape(a.n.Input.Shape); s.H > 0 && s.W > 0 {
			l.Shape, l.In = s, []network.Conn{{From: network.FromInput, Synapses: p, Delay: int64(a.int("delay", 0, 2))}}
			if a.bool("relay") {
				return
			}
		}
	}
	n := l.Shape.Len()
	if a.clocked() && a.bool("bias") {
		l.Bias = a.floats("bias", []int{l.Shape.C, n}[a.int("per", 0, 1)])
	}
	if a.bool("labels") {
		for range l.Shape.C {
			l.Labels = append(l.Labels, a.text("label"))
		}
	}
	l.Neuron = a.neuron(n)
	a.outside(l)
	if len(l.In) == 0 && len(l.Bias) == 0 && len(l.Neuron.Drive) == 0 {
		l.In = append(l.In, a.conn(network.FromInput, a.n.Input.Shape, l.Shape, 0))
	}
}

func (a *artist) conn(from int, in, out network.Shape, least int) network.Conn {
	c := network.Conn{From: from, Delay: int64(a.int("delay", least, 5))}
	if a.bool("long") && a.n.DtUS <= 1000 {
		c.Delay = 1 << 40
	}
	conv := &network.Conv2D{K: a.int("K", 1, 4), Stride: a.int("stride", 0, 3), Pad: a.int("pad", 0, 2)}
	pool := &network.Pool{K: a.int("window", 1, 3), Weight: rapid.SampledFrom([]float32{0, 1, 1. / 9, 0.25}).Draw(a.t, "pool weight")}
	switch {
	case conv.OutShape(in, out.C) == out && a.bool("conv"):
		conv.W = a.floats("kernel", conv.K*conv.K*in.C*out.C)
		c.Synapses = conv
	case pool.OutShape(in) == out:
		c.Synapses = pool
	case a.bool("dense"):
		c.Synapses = &network.Dense{W: a.floats("weights", in.Len()*out.Len())}
	default:
		w := a.floats("synapses", a.int("synapses", 0, 12))
		var list []network.Synapse
		own := a.bool("own delays")
		for _, x := range w {
			s := network.Synapse{Source: int32(a.int("source", 0, in.Len()-1)), Target: int32(a.int("target", 0, out.Len()-1)), Weight: x}
			if own {
				s.Delay = int32(a.int("own", least, 3))
			}
			list = append(list, s)
		}
		s := network.NewSparse(in.Len(), list)
		if own && s.Delay == nil && least == 0 {
			s.Delay = make([]int32, len(list)) // all 0, and Conn.Delay is not
		}
		c.Synapses = s
	}
	return c
}

func (a *artist) neuron(n int) *neuron.Params {
	p := &neuron.Params{
		Model: neuron.LIF, Threshold: a.each("theta", n, positive, 0), VInit: a.each("start", n, any32, 0),
		Graded: rapid.SampledFrom([]float32{0, 1, 0.3, -2}).Draw(a.t, "graded"),
		TauUS:  rapid.SampledFrom([]float64{1e4, 12.5, 1e-300, 1e300, 1e15 + 1, 1.0 / 3, math.Pi * 1e7, math.SmallestNonzeroFloat64}).Draw(a.t, "tau"),
	}
	if a.clocked() && a.bool("leaky") {
		p.Model = neuron.Leaky
		p.Reset = rapid.SampledFrom([]neuron.Reset{"", neuron.Subtract, neuron.Zero, neuron.None}).Draw(a.t, "reset")
		p.ResetNow, p.Inhibition = a.bool("now"), a.bool("inhibition")
		if p.Beta = a.each("beta", n, any32, 0); len(p.Beta) > 0 {
			p.TauUS = 0
		}
		return p
	}
	p.Drive = a.each("drive", n, any32, 0)
	p.Reset = rapid.SampledFrom([]neuron.Reset{"", neuron.ToValue}).Draw(a.t, "reset")
	if a.bool("reset potential") {
		p.VReset = a.each("v reset", 1, negative, 1)[0]
	}
	if a.n.DtUS < 1<<40 {
		p.RefractoryUS = int64(a.int("refractory", 0, 3)) * max(a.n.DtUS, 1)
	}
	if !a.bool("synaptic") {
		return p
	}
	p.Model = neuron.CUBA
	if a.clocked() && a.bool("coba") {
		p.Model = neuron.COBA
	}
	for range a.int("receptors", 1, neuron.MaxReceptors) {
		p.TauSynUS = append(p.TauSynUS, rapid.SampledFrom([]float64{1e4, 12.5, 1e-300, 1.0 / 3}).Draw(a.t, "tau syn"))
		if p.Model == neuron.COBA {
			p.Reversal = append(p.Reversal, a.floats("reversal", 1)...)
		}
		if a.bool("initial values") {
			p.SynInit = append(p.SynInit, a.each("initial", n, func(x float32) bool { return x >= 0 }, 0))
		}
	}
	if len(p.SynInit) > len(p.TauSynUS) {
		p.SynInit = p.SynInit[:len(p.TauSynUS)]
	}
	return p
}

// outside gives a layer generators, and its connections receptors.
func (a *artist) outside(l *network.Layer) {
	r := l.Neuron.Receptors() - 1
	for k := range l.In {
		l.In[k].Receptor = a.int("receptor", 0, r)
	}
	coba := l.Neuron.Model == neuron.COBA
	if coba {
		l.Bias = nil
		for _, c := range l.In {
			switch s := c.Synapses.(type) {
			case *network.Dense:
				clear(s.W)
			case *network.Conv2D:
				clear(s.W)
			case *network.Sparse:
				clear(s.Weight)
			case *network.Pool:
				s.Weight = 0
			}
		}
	}
	if a.n.DtUS > 1e6 {
		return
	}
	for range a.int("generators", 0, 2) {
		if coba {
			l.Poisson = append(l.Poisson, network.Poisson{Weight: 0.5})
			continue
		}
		l.Poisson = append(l.Poisson, network.Poisson{
			RateHz: rapid.Float64Range(0, 1000).Draw(a.t, "rate"), Weight: a.floats("weight", 1)[0],
			Receptor: a.int("receptor", 0, r), Seed: rapid.Uint64Max(1<<62).Draw(a.t, "seed"),
		})
	}
}

// TestSaveOpen: whatever the package can describe comes back from its files, bit
// for bit, and what has come back is written as the same bytes.
func TestSaveOpen(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "new folder")
	rapid.Check(t, func(t *rapid.T) {
		a := &artist{t: t}
		n := a.network()
		if err := n.Check(); err != nil {
			t.Skip(err) // a cycle without delay, pools of two sizes onto one relay
		}
		if err := network.Save(dir, n); err != nil {
			t.Fatal(err)
		}
		text, _ := os.ReadFile(filepath.Join(dir, "net.toml"))
		m, err := network.Open(dir, network.Options{})
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if d := network.Diff(n, m); d != nil {
			t.Fatalf("%v\n%s", d, text)
		}
		want := n.Name
		if want == "" {
			want = "new folder"
		}
		if m.Name != want || m.Doc != n.Doc || n.Fingerprint() != m.Fingerprint() {
			t.Fatalf("%q %q %s and %q %q %s", n.Name, n.Doc, n.Fingerprint(), m.Name, m.Doc, m.Fingerprint())
		}
		m.Name = n.Name
		var toml, toml2, weights, weights2 bytes.Buffer
		if err := network.Write(&toml, &weights, n); err != nil {
			t.Fatal(err)
		}
		if err := network.Write(&toml2, &weights2, m); err != nil {
			t.Fatal(err)
		}
		if toml.String() != toml2.String() || !bytes.Equal(weights.Bytes(), weights2.Bytes()) || !bytes.Equal(toml.Bytes(), text) {
			t.Fatalf("written again:\n%s\nand\n%s", toml.String(), toml2.String())
		}
	})
}

// TestSavedText shows what a written network looks like: the example of the documentation.
func TestSavedText(t *testing.T) {
	n := docExample(t)
	dir := t.TempDir()
	if err := network.Save(dir, n); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "net.toml"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := npz.Open(filepath.Join(dir, "weights.npz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text = append(text, "\n# weights.npz:\n"...)
	for _, name := range f.Names() {
		info, err := f.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		text = append(text, "#   "+name+" "+info.Type+" "+npz.ShapeString(info.Shape)+"\n"...)
	}
	golden(t, "testdata/saved.toml", text)
	left, _ := os.ReadDir(dir)
	if len(left) != 2 {
		t.Errorf("the folder has %v", left)
	}
}

func TestSaveErrors(t *testing.T) {
	for _, c := range []struct {
		change func(*network.Network)
		want   string
	}{
		{func(n *network.Network) { n.Layers = nil }, "the network has no layers"},
		{func(n *network.Network) { n.Doc = "\xff" }, `the text "\xff" cannot be written: it is not UTF-8`},
		{func(n *network.Network) { n.DtUS = 1 << 62 }, "292 years are the longest"},
		{func(n *network.Network) { n.Layers[0].In[0].Delay = 1 << 62 }, "292 years are the longest"},
		{func(n *network.Network) { n.Layers[0].Labels[0] = strings.Repeat("x", 17<<20) }, "at most 16,777,216 are read"},
	} {
		n := docExample(t)
		n.Layers[0].Labels = make([]string, n.Layers[0].Shape.C)
		n.Layers[3].Neuron.RefractoryUS = 0
		c.change(n)
		dir := filepath.Join(t.TempDir(), "new")
		err := network.Save(dir, n)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %s", err, c.want)
		}
		if _, err := os.Stat(dir); err == nil {
			t.Error("a folder was made for a network that cannot be written")
		}
	}
	n := docExample(t)
	file := write(t, t.TempDir(), "file", "")
	if err := network.Save(file, n); err == nil {
		t.Error("a file was taken for a folder")
	}
}
