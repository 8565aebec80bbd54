package network

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"dvsim/events"
	"dvsim/neuron"
)

// Summary describes a network in plain values, for `dvsim net show --json`.
type Summary struct {
	Name     string `json:"name"`
	Doc      string `json:"doc,omitempty"`
	DtUS     int64  `json:"dt_us"` // 0 for a continuous network
	Width    int    `json:"width"` // of the input
	Height   int    `json:"height"`
	Channels int    `json:"channels"`
	// SensorWidth and SensorHeight are the size of the recordings that it takes.
	SensorWidth  int            `json:"sensor_width"`
	SensorHeight int            `json:"sensor_height"`
	Polarity     string         `json:"polarity"`
	Layers       []LayerSummary `json:"layers"`
	Neurons      int            `json:"neurons"`
	Synapses     int64          `json:"synapses"`
	Parameters   int            `json:"parameters"`
	Bytes        int64          `json:"bytes"` // weights and biases, as kept in memory
}

// LayerSummary describes one layer. Synapses counts connections between two
// neurons; Parameters counts what is stored.
type LayerSummary struct {
	Name       string        `json:"name"`
	Height     int           `json:"height"`
	Width      int           `json:"width"`
	Channels   int           `json:"channels"`
	Neurons    int           `json:"neurons"`
	Synapses   int64         `json:"synapses"`
	Parameters int           `json:"parameters"`
	Bytes      int64         `json:"bytes"`
	Touch      string        `json:"touch"`            // neuron, site or layer
	Neuron     string        `json:"neuron,omitempty"` // model and parameters, empty for a relay
	In         []ConnSummary `json:"in"`
	Labels     []string      `json:"labels,omitempty"`
	// PoissonHz are the rates of random spikes from outside at each neuron.
	PoissonHz []float64 `json:"poisson_hz,omitempty"`
}

// ConnSummary describes one connection.
type ConnSummary struct {
	From     string `json:"from"`
	Kind     string `json:"kind"`
	Detail   string `json:"detail,omitempty"` // "3×3 stride 2 pad 1"
	MinDelay int64  `json:"min_delay"`        // steps, or µs in a continuous network
	MaxDelay int64  `json:"max_delay"`
	Synapses int64  `json:"synapses"`
	Weights  int    `json:"weights"`
	Receptor int    `json:"receptor,omitempty"` // of the neurons, on which they end
}

// Summarize describes a network that has passed Check.
func (n *Network) Summarize() Summary {
	in := n.Input
	if in.Polarity == "" {
		in.Polarity = Split
	}
	s := Summary{
		Name: n.Name, Doc: n.Doc, DtUS: n.DtUS,
		Width: in.Shape.W, Height: in.Shape.H, Channels: in.Shape.C, Polarity: string(in.Polarity),
		SensorWidth: in.Geometry().Width, SensorHeight: in.Geometry().Height,
		Neurons: n.Neurons(), Parameters: n.Params(),
	}
	for i, l := range n.Layers {
		ls := LayerSummary{
			Name: l.Name, Height: l.Shape.H, Width: l.Shape.W, Channels: l.Shape.C,
			Synapses: n.Synapses(i), Parameters: len(l.Bias), Bytes: 4 * int64(len(l.Bias)),
			Touch: l.Group().String(), Labels: l.Labels,
		}
		if !l.Relay() {
			ls.Neurons = l.Shape.Len()
			ls.Neuron = neuronText(l.Neuron, n.DtUS)
		}
		for _, p := range l.Poisson {
			ls.PoissonHz = append(ls.PoissonHz, p.RateHz)
		}
		for k := range l.In {
			c := &l.In[k]
			ls.In = append(ls.In, ConnSummary{
				From: n.SourceName(c.From), Kind: c.Synapses.Kind(), Detail: detail(c.Synapses),
				MinDelay: c.MinDelay(), MaxDelay: c.MaxDelay(),
				Synapses: synapses(c.Synapses, n.Source(c.From), l.Shape), Weights: c.Synapses.Params(), Receptor: c.Receptor,
			})
			ls.Parameters += c.Synapses.Params()
			ls.Bytes += synapseBytes(c.Synapses)
		}
		s.Synapses += ls.Synapses
		s.Bytes += ls.Bytes
		s.Layers = append(s.Layers, ls)
	}
	return s
}

func synapseBytes(s Synapses) int64 {
	n := 4 * int64(s.Params())
	if sp, ok := s.(*Sparse); ok {
		n += 4 * int64(len(sp.Row)+len(sp.Target)+len(sp.Delay))
	}
	return n
}

func detail(s Synapses) string {
	switch s := s.(type) {
	case *Conv2D:
		d := fmt.Sprintf("%d×%d", s.K, s.K)
		if s.Step() != 1 {
			d += fmt.Sprintf(" stride %d", s.Step())
		}
		if s.Pad != 0 {
			d += fmt.Sprintf(" pad %d", s.Pad)
		}
		return d
	case *Pool:
		d := fmt.Sprintf("%d×%d", s.K, s.K)
		if s.Scale() != 1 {
			d += fmt.Sprintf(" ×%.4g", s.Scale())
		}
		return d
	}
	return ""
}

// neuronText writes a neuron's parameters, defaults left out.
func neuronText(p *neuron.Params, dtUS int64) string {
	parts := []string{string(p.Model)}
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	values := func(name string, v []float32) {
		switch {
		case len(v) == 1:
			add("%s %.4g", name, v[0])
		case len(v) > 1:
			lo, hi := v[0], v[0]
			for _, x := range v {
				lo, hi = min(lo, x), max(hi, x)
			}
			add("%s %.4g…%.4g", name, lo, hi)
		}
	}
	values("β", p.Beta)
	if p.TauUS > 0 {
		add("τ %.4g ms", p.TauUS/1000)
	}
	values("θ", p.Threshold)
	if p.Reset != "" && string(p.Reset) != resets[p.Model][0] {
		add("reset %s", p.Reset)
	}
	if p.ResetNow {
		add("reset at once")
	}
	if p.Inhibition {
		add("inhibition")
	}
	if p.Graded != 0 && p.Graded != 1 {
		add("graded %.4g", p.Graded)
	}
	values("drive", p.Drive)
	if p.VReset != 0 {
		add("reset to %.4g", p.VReset)
	}
	if p.RefractoryUS > 0 {
		add("refractory %s", formatDuration(p.RefractoryUS))
	}
	values("v₀", p.VInit)
	for r, us := range p.TauSynUS {
		name := "τₛ"
		if len(p.TauSynUS) > 1 {
			name = fmt.Sprintf("τₛ%d", r)
		}
		add("%s %.4g ms", name, us/1000)
		if r < len(p.Reversal) {
			add("towards %.4g", p.Reversal[r])
		}
	}
	return strings.Join(parts, ", ")
}

// Show prints a network as a table: what `dvsim net show` prints. The network has
// passed Check.
func Show(n *Network, w io.Writer) error {
	s := n.Summarize()
	var b strings.Builder
	fmt.Fprintf(&b, "%s", s.Name)
	if s.Doc != "" {
		fmt.Fprintf(&b, ": %s", s.Doc)
	}
	clock := "continuous"
	if s.DtUS > 0 {
		clock = "step " + formatDuration(s.DtUS)
	}
	if n.Sensorless() {
		fmt.Fprintf(&b, "\nno input, %s\n\n", clock)
	} else {
		fmt.Fprintf(&b, "\ninput %dx%d", s.Width, s.Height)
		if g := n.Input.Geometry(); g.Width != s.Width || g.Height != s.Height {
			fmt.Fprintf(&b, " of recordings of %s", g)
		}
		if k := len(n.Input.Spikes); k > 0 {
			fmt.Fprintf(&b, ", %s spikes of its own", count(k))
		}
		fmt.Fprintf(&b, ", polarity %s, %s\n\n", s.Polarity, clock)
	}
	var table strings.Builder
	t := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "layer\tshape\tneurons\tfrom\tconnection\tdelay\tsynapses\tweights\tneuron")
	for _, l := range s.Layers {
		shape := Shape{l.Height, l.Width, l.Channels}.String()
		for k, c := range l.In {
			kind := strings.TrimSpace(c.Kind+" "+c.Detail) + receptor(c.Receptor)
			delay := delayText(c, s.DtUS)
			name, size, neurons, model := l.Name, shape, count(l.Neurons), l.Neuron
			if k > 0 {
				name, size, neurons, model = "", "", "", ""
			} else if model == "" {
				neurons, model = "-", "none"
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", name, size, neurons, c.From, kind, delay,
				events.Thousands(c.Synapses), count(c.Weights), model)
		}
		if len(l.In) == 0 {
			fmt.Fprintf(t, "%s\t%s\t%s\t-\t-\t-\t0\t0\t%s\n", l.Name, shape, count(l.Neurons), l.Neuron)
		}
	}
	t.Flush()
	for line := range strings.Lines(table.String()) {
		fmt.Fprintln(&b, strings.TrimRight(line, " \n"))
	}
	fmt.Fprintf(&b, "\n%s neurons, %s synapses, %s parameters, %s\n", count(s.Neurons), events.Thousands(s.Synapses), count(s.Parameters), bytesText(s.Bytes))
	for i, l := range s.Layers {
		for _, p := range n.Layers[i].Poisson {
			fmt.Fprintf(&b, "each neuron of %s: %.6g random spikes a second of weight %.4g%s\n", l.Name, p.RateHz, p.Weight, receptor(p.Receptor))
		}
		if len(l.Labels) > 0 {
			fmt.Fprintf(&b, "channels of %s: %s\n", l.Name, strings.Join(l.Labels, ", "))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func delayText(c ConnSummary, dtUS int64) string {
	unit := max(dtUS, 1)
	if c.MaxDelay == 0 {
		return "-"
	}
	lo, hi := formatDuration(c.MinDelay*unit), formatDuration(c.MaxDelay*unit)
	if lo == hi {
		return lo
	}
	return lo + "…" + hi
}

func bytesText(n int64) string {
	switch {
	case n >= 10<<20:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 10<<10:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}
