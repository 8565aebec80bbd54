package learn

import (
	"errors"
	"fmt"
)

// DeltaOptions are those of snnTorch's spikegen.delta.
type DeltaOptions struct {
	// Threshold is the least change that spikes; 0 means 0.1.
	Threshold float64
	// Padding compares the first step with itself (no spike), not with 0.
	Padding bool
	// Off gives spikes of −1 for values that fall.
	Off bool
}

// threshold is the least change, in float32 as torch compares it.
func (o DeltaOptions) threshold() float32 {
	if o.Threshold == 0 {
		return 0.1
	}
	return float32(o.Threshold)
}

func (o DeltaOptions) check() error {
	return positive("threshold", 0.1).check(float64(o.threshold()))
}

// step codes the values of one step; before is nil in the first.
func (o DeltaOptions) step(now, before []float32, spike func(i int, sign int8)) {
	threshold := o.threshold()
	if before == nil && o.Padding {
		before = now
	}
	for i, v := range now {
		d := v
		if before != nil {
			d -= before[i]
		}
		switch {
		case d >= threshold:
			spike(i, 1)
		case o.Off && d <= -threshold:
			spike(i, -1)
		}
	}
}

// Delta puts a spike, 1 or −1, where the values of a sequence change from one step
// to the next by the threshold or more, else 0: snnTorch's spikegen.delta. x has
// rows of size values, one a step; dst has the same layout.
func Delta(dst []int8, x []float32, size int, o DeltaOptions) error {
	if err := o.check(); err != nil {
		return fmt.Errorf("learn: delta coding: %w", err)
	}
	clear(dst)
	var before []float32
	for at := 0; at+size <= len(x) && size > 0; at += size {
		now := x[at : at+size]
		o.step(now, before, func(i int, sign int8) { dst[at+i] = sign })
		before = now
	}
	return nil
}

// SequenceSet are labelled sequences of numbers: sound, movement, the traces of
// sensors.
type SequenceSet struct {
	// Name of the set, for people: sample 7 is called "NAME 7".
	Name string
	// Values has rows of Size numbers, one a step, Steps of them a sample, sample by
	// sample.
	Values      []float32
	Size, Steps int
	Labels      []int // of the samples, 0 ≤ label < Classes
	Classes     int
	Coding      DeltaOptions
}

// Sequences is [Data] made of sequences by delta coding, see [Delta]; falling
// values arrive as −1.
func Sequences(set SequenceSet) (Data, error) {
	if err := set.check(); err != nil {
		return nil, fmt.Errorf("learn: sequences %q: %w", set.Name, err)
	}
	return &sequences{set}, nil
}

func (s *SequenceSet) check() error {
	if s.Size < 1 || s.Steps < 1 {
		return fmt.Errorf("%d steps of %d values; there must be some", s.Steps, s.Size)
	}
	if rows := len(s.Values) / s.Size; len(s.Values)%s.Size != 0 || rows%s.Steps != 0 || rows/s.Steps != len(s.Labels) {
		return fmt.Errorf("%d values for %d labels; each has %d steps of %d", len(s.Values), len(s.Labels), s.Steps, s.Size)
	}
	for i, l := range s.Labels {
		if l < 0 || l >= s.Classes {
			return fmt.Errorf("sample %d has label %d; there are %d classes", i, l, s.Classes)
		}
	}
	if len(s.Labels) == 0 {
		return errors.New("no samples")
	}
	return s.Coding.check()
}

type sequences struct{ SequenceSet }

func (s *sequences) Len() int          { return len(s.SequenceSet.Labels) }
func (s *sequences) Sources() int      { return s.SequenceSet.Size }
func (s *sequences) Steps() int        { return s.SequenceSet.Steps }
func (s *sequences) Classes() int      { return s.SequenceSet.Classes }
func (s *sequences) Label(i int) int   { return s.SequenceSet.Labels[i] }
func (s *sequences) Name(i int) string { return fmt.Sprintf("%s %d", s.SequenceSet.Name, i) }

func (s *sequences) Fill(in *Input, i, _ int) {
	in.Reset()
	size, steps := s.SequenceSet.Size, s.SequenceSet.Steps
	x := s.SequenceSet.Values[i*size*steps : (i+1)*size*steps]
	var before []float32
	for range steps {
		now := x[:size]
		x = x[size:]
		s.SequenceSet.Coding.step(now, before, func(j int, sign int8) { in.Add(uint32(j), float32(sign)) })
		in.EndStep()
		before = now
	}
}
