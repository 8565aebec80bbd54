package learn

import (
	"fmt"
	"math"

	"dvsim/trace"
)

// Data is what a network is trained on or judged by: samples with labels. Fill is
// called from several goroutines at once, each with its own Input.
type Data interface {
	// Len is the number of samples; Sources the number of inputs of each, Steps its
	// length in steps, Classes the number of labels.
	Len() int
	Sources() int
	Steps() int
	Classes() int
	// Label is the class of sample i, 0 ≤ label < Classes. Name is what people call it.
	Label(i int) int
	Name(i int) string
	// Fill puts sample i into in, as it is in this epoch. Data whose samples are drawn
	// anew each time (rate coding, augmentation) draws from seed, epoch and i alone, so
	// that it does not matter who asks and in which order. Evaluation asks for epoch −1:
	// data that is augmented comes plain then.
	Fill(in *Input, i, epoch int)
}

// Input is the input of one sample: for each step a list of sources and the values
// with which they arrive (a spike count, or a current).
type Input struct {
	// Source and Value belong together; within a step sources ascend. An empty Value
	// means that all arrive with 1.
	Source []uint32
	Value  []float32
	// Counted, where it is not empty, stands in the place of Source and Value: entries
	// of trace.Pack, each source with its count. It is shared with the data and never
	// written to; no copy is made of encoded data sets. See [Input.Unpack].
	Counted []uint32
	// Ends[t] is the length of the lists up to the end of step t.
	Ends []int
	// Constant tells that the first step holds for all steps: Ends has one element.
	Constant bool
}

// Reset empties the input and keeps its memory.
func (in *Input) Reset() {
	in.Source, in.Value, in.Counted, in.Ends, in.Constant = in.Source[:0], in.Value[:0], nil, in.Ends[:0], false
}

// Add appends a source to the step under way.
func (in *Input) Add(source uint32, value float32) {
	in.Source = append(in.Source, source)
	in.Value = append(in.Value, value)
}

// EndStep closes the step under way.
func (in *Input) EndStep() { in.Ends = append(in.Ends, len(in.Source)) }

// bounds is where step t lies in the lists.
func (in *Input) bounds(t int) (lo, hi int) {
	if in.Constant {
		t = 0
	}
	if t > 0 {
		lo = in.Ends[t-1]
	}
	return lo, in.Ends[t]
}

// Step is what arrives in step t. Counted must have been unpacked; value is nil
// where all sources arrive with 1.
func (in *Input) Step(t int) (source []uint32, value []float32) {
	lo, hi := in.bounds(t)
	source = in.Source[lo:hi]
	if len(in.Value) == 0 {
		return source, nil
	}
	return source, in.Value[lo:hi]
}

// Unpack turns Counted into Source and Value, which may be written to. Data that
// changes the samples of other data calls it first.
func (in *Input) Unpack() {
	if len(in.Counted) == 0 {
		return
	}
	in.Source, in.Value = in.Source[:0], in.Value[:0]
	at := 0
	for t, end := range in.Ends {
		last := -1
		for _, e := range in.Counted[at:end] {
			source, count := trace.Unpack(e)
			if int(source) == last { // a count of more than 255 has several entries
				in.Value[len(in.Value)-1] += float32(count)
				continue
			}
			last = int(source)
			in.Source = append(in.Source, source)
			in.Value = append(in.Value, float32(count))
		}
		at = end
		in.Ends[t] = len(in.Source)
	}
	in.Counted = nil
}

// Spikes is Data made of recorded spikes: an encoded data set, or recorded traces.
// The set must have passed its Check.
func Spikes(set *trace.Set) Data {
	s := &spikes{set: set, large: make([]bool, len(set.Samples))}
	for i := range set.Samples {
		for _, e := range set.Samples[i].Entries {
			if _, count := trace.Unpack(e); count == math.MaxUint8 {
				s.large[i] = true
				break
			}
		}
	}
	return s
}

type spikes struct {
	set   *trace.Set
	large []bool // samples with counts that may have several entries
}

func (s *spikes) Len() int          { return len(s.set.Samples) }
func (s *spikes) Sources() int      { return s.set.Layer.Len() }
func (s *spikes) Steps() int        { return s.set.Steps }
func (s *spikes) Classes() int      { return len(s.set.Classes) }
func (s *spikes) Label(i int) int   { return s.set.Samples[i].Label }
func (s *spikes) Name(i int) string { return s.set.Samples[i].Name }

func (s *spikes) Fill(in *Input, i, _ int) {
	in.Reset()
	m := &s.set.Samples[i]
	in.Counted = m.Entries
	for _, end := range m.Ends {
		in.Ends = append(in.Ends, int(end))
	}
	if s.large[i] {
		in.Unpack()
	}
}

// Subset is the samples of d that are listed, in that order.
func Subset(d Data, samples []int) Data {
	for _, i := range samples {
		if i < 0 || i >= d.Len() {
			panic(fmt.Sprintf("learn: sample %d of %d", i, d.Len()))
		}
	}
	return &subset{d, samples}
}

type subset struct {
	Data
	samples []int
}

func (s *subset) Len() int                     { return len(s.samples) }
func (s *subset) Label(i int) int              { return s.Data.Label(s.samples[i]) }
func (s *subset) Name(i int) string            { return s.Data.Name(s.samples[i]) }
func (s *subset) Fill(in *Input, i, epoch int) { s.Data.Fill(in, s.samples[i], epoch) }
