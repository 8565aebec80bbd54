package trace

import (
	"cmp"
	"fmt"
	"slices"
)

// Divergence is the first place where two traces differ: the least (time, layer,
// neuron), which in a deterministic run is where the cause is.
type Divergence struct {
	Layer int
	Name  string // the layer's name
	T     int64
	Index uint32
	// A and B are the counts of the spike in the two traces, 0 where it is missing.
	A, B int
	// What tells of traces that cannot be compared spike by spike (layers or shapes
	// differ), or that differ only in duration; the other fields are zero then.
	What string
}

// String returns, for example,
//
//	layer 2 "conv2", time 117, neuron 4031: a 1, b 0
func (d *Divergence) String() string {
	if d.What != "" {
		return d.What
	}
	return fmt.Sprintf("layer %d %q, time %d, neuron %d: a %d, b %d", d.Layer, d.Name, d.T, d.Index, d.A, d.B)
}

// Diff returns the first divergence of two traces, nil when they are equal. The
// names of network and recording are not compared.
func Diff(a, b *Memory) *Divergence {
	if d := diffInfo(a.info, b.info); d != "" {
		return &Divergence{What: d}
	}
	var first *Divergence
	for l := range a.columns {
		d := diffColumn(&a.columns[l], &b.columns[l])
		if d == nil || first != nil && cmp.Compare(d.T, first.T) >= 0 {
			continue
		}
		d.Layer, d.Name = l, a.info.Layers[l].Name
		first = d
	}
	if first == nil && a.duration != b.duration {
		return &Divergence{What: fmt.Sprintf("the spikes are equal, the durations are %d and %d", a.duration, b.duration)}
	}
	return first
}

func diffInfo(a, b Info) string {
	if a.DtUS != b.DtUS {
		return fmt.Sprintf("the steps are %d and %d µs", a.DtUS, b.DtUS)
	}
	if len(a.Layers) != len(b.Layers) {
		return fmt.Sprintf("there are %d and %d layers", len(a.Layers), len(b.Layers))
	}
	for i, x := range a.Layers {
		if y := b.Layers[i]; x.H != y.H || x.W != y.W || x.C != y.C {
			return fmt.Sprintf("the shapes of layer %d are %d×%d×%d (%q) and %d×%d×%d (%q)", i, x.H, x.W, x.C, x.Name, y.H, y.W, y.C, y.Name)
		}
	}
	return ""
}

// diffColumn finds the first spike that differs in one layer.
func diffColumn(a, b *column) *Divergence {
	for i := 0; i < len(a.times) || i < len(b.times); i++ {
		var ga, gb Group
		var t int64
		switch {
		case i == len(b.times) || i < len(a.times) && a.times[i] < b.times[i]:
			t, ga = a.times[i], a.group(i)
		case i == len(a.times) || b.times[i] < a.times[i]:
			t, gb = b.times[i], b.group(i)
		default:
			t, ga, gb = a.times[i], a.group(i), b.group(i)
		}
		if d := diffGroup(ga, gb); d != nil {
			d.T = t
			return d
		}
	}
	return nil
}

func diffGroup(a, b Group) *Divergence {
	if slices.Equal(a.Index, b.Index) && a.Counts == nil && b.Counts == nil {
		return nil
	}
	for k := 0; k < len(a.Index) || k < len(b.Index); k++ {
		switch {
		case k == len(b.Index) || k < len(a.Index) && a.Index[k] < b.Index[k]:
			return &Divergence{Index: a.Index[k], A: a.count(k)}
		case k == len(a.Index) || b.Index[k] < a.Index[k]:
			return &Divergence{Index: b.Index[k], B: b.count(k)}
		case a.count(k) != b.count(k):
			return &Divergence{Index: a.Index[k], A: a.count(k), B: b.count(k)}
		}
	}
	return nil
}

// count is how often the k-th neuron of the group spiked.
func (g Group) count(k int) int {
	if g.Counts == nil {
		return 1
	}
	return int(g.Counts[k])
}
