package network

import (
	"cmp"
	"fmt"
	"slices"
)

// Kind returns "sparse".
func (*Sparse) Kind() string { return "sparse" }

// Group is ByNeuron.
func (*Sparse) Group() Group { return ByNeuron }

// FanOut is the number of synapses listed for source i.
func (s *Sparse) FanOut(_, _ Shape, i int) int { return int(s.Row[i+1] - s.Row[i]) }

// Params is the number of synapses.
func (s *Sparse) Params() int { return len(s.Weight) }

// Synapse is one synapse of a list: from a source to a neuron of the layer.
type Synapse struct {
	Source, Target int32
	Weight         float32
	Delay          int32 // steps or µs, as Conn.Delay
}

// NewSparse sorts a list of synapses by source and target (those of one pair
// keep their order) into rows. sources is the number of neurons of the source;
// every Source must be below it. Delay is nil in the result if all are 0.
func NewSparse(sources int, list []Synapse) *Sparse {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b Synapse) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Target, b.Target))
	})
	s := &Sparse{
		Row:    make([]int32, sources+1),
		Target: make([]int32, len(list)),
		Weight: make([]float32, len(list)),
	}
	delays := make([]int32, len(list))
	any := false
	for i, e := range list {
		s.Row[e.Source+1]++
		s.Target[i], s.Weight[i], delays[i] = e.Target, e.Weight, e.Delay
		any = any || e.Delay != 0
	}
	for i := range sources {
		s.Row[i+1] += s.Row[i]
	}
	if any {
		s.Delay = delays
	}
	return s
}

func (s *Sparse) check(in, out Shape) []flaw {
	n := len(s.Target)
	if len(s.Row) != in.Len()+1 {
		return []flaw{{"synapses", fmt.Sprintf("%s sources need %s row starts, there are %s", count(in.Len()), count(in.Len()+1), count(len(s.Row)))}}
	}
	if s.Row[0] != 0 || int(s.Row[in.Len()]) != n {
		return []flaw{{"synapses", fmt.Sprintf("the rows run from %d to %s, the synapses from 0 to %s", s.Row[0], count(int(s.Row[in.Len()])), count(n))}}
	}
	for i := range in.Len() {
		if s.Row[i+1] < s.Row[i] {
			return []flaw{{"synapses", fmt.Sprintf("row starts must not fall: row %d starts at %d, row %d at %d", i, s.Row[i], i+1, s.Row[i+1])}}
		}
	}
	var bad []flaw
	if len(s.Weight) != n {
		bad = append(bad, flaw{"synapses", fmt.Sprintf("%s synapses, but %s weights", count(n), count(len(s.Weight)))})
	}
	if s.Delay != nil && len(s.Delay) != n {
		bad = append(bad, flaw{"synapses", fmt.Sprintf("%s synapses, but %s delays", count(n), count(len(s.Delay)))})
	}
	outside, unsorted := tally{}, tally{}
	for i := range in.Len() {
		for k := s.Row[i]; k < s.Row[i+1]; k++ {
			if t := s.Target[k]; t < 0 || int(t) >= out.Len() {
				outside.add(int(k))
			}
			if k > s.Row[i] && s.Target[k] < s.Target[k-1] {
				unsorted.add(int(k))
			}
		}
	}
	if outside.n > 0 {
		bad = append(bad, flaw{"synapses", fmt.Sprintf("%s of %s targets are outside the layer of %s neurons; the first is synapse %d with target %d",
			count(outside.n), count(n), count(out.Len()), outside.first, s.Target[outside.first])})
	}
	if unsorted.n > 0 {
		bad = append(bad, flaw{"synapses", fmt.Sprintf("the targets of a source must ascend; synapse %d is the first that does not (%d after %d)",
			unsorted.first, s.Target[unsorted.first], s.Target[unsorted.first-1])})
	}
	negative := tally{}
	for i, d := range s.Delay {
		if d < 0 {
			negative.add(i)
		}
	}
	if negative.n > 0 {
		bad = append(bad, flaw{"synapses", fmt.Sprintf("%s delays are negative; the first is %d of synapse %d", count(negative.n), s.Delay[negative.first], negative.first)})
	}
	return append(bad, flaws("synapses", finite("weights", s.Weight))...)
}
