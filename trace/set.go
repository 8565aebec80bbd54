package trace

import (
	"fmt"
	"math"
)

// Set is an encoded data set: the spikes of one layer (mostly the input) in many
// short runs of equally many steps, each with a label. It is what a network is
// trained on. It lives in memory, 4 bytes an entry and 4 a step.
type Set struct {
	// Layer says whose spikes they are. Steps is the length of every sample, DtUS that
	// of a step in µs where all samples have the same; 0 where the samples were cut
	// into Steps bins each, whatever their duration.
	Layer Layer
	Steps int
	DtUS  int64
	// Classes names the labels 0, 1, ….
	Classes []string
	// About is free text that files keep: how the set was made.
	About   string
	Samples []Sample
}

// Sample is one run in a Set.
type Sample struct {
	Name  string // of the recording, for people
	Label int
	// Entries holds the spikes, step by step and within a step in ascending order of
	// the source; see [Pack]. Ends[t] is the number of entries up to the end of step t:
	// those of step t are Entries[Ends[t−1]:Ends[t]].
	Entries []uint32
	Ends    []uint32
}

// MaxSources is how many sources the layer of a Set may have.
const MaxSources = 1 << packBits

const packBits = 24

// Pack puts a source and how often it spiked in a step (1 to 255) into an entry. A
// source that spiked more often has several entries side by side in its step,
// whose counts add up.
func Pack(source uint32, count uint8) uint32 { return source | uint32(count)<<packBits }

// Unpack takes an entry apart.
func Unpack(entry uint32) (source uint32, count uint8) {
	return entry & (MaxSources - 1), uint8(entry >> packBits)
}

// AppendPacked appends the entries of a source that spiked count times.
func AppendPacked(dst []uint32, source uint32, count int) []uint32 {
	for ; count > math.MaxUint8; count -= math.MaxUint8 {
		dst = append(dst, Pack(source, math.MaxUint8))
	}
	return append(dst, Pack(source, uint8(count)))
}

// Step is the entries of step t.
func (s *Sample) Step(t int) []uint32 {
	lo := uint32(0)
	if t > 0 {
		lo = s.Ends[t-1]
	}
	return s.Entries[lo:s.Ends[t]]
}

// Spikes is the number of spikes, each count counted.
func (s *Sample) Spikes() (n int64) {
	for _, e := range s.Entries {
		n += int64(e >> packBits)
	}
	return n
}

// Check reports the first thing that breaks the rules of a Set: sources beyond the
// layer, labels without a class, steps that do not fit. What was read from a file
// or made by another program should be checked before it is used.
func (s *Set) Check() error {
	n := s.Layer.Len()
	switch {
	case n < 1 || n > MaxSources:
		return fmt.Errorf("trace: the layer of a set has %d sources; it may have 1 to %d", n, MaxSources)
	case s.Steps < 1 || s.Steps > maxSteps:
		return fmt.Errorf("trace: a set of %d steps; it may have 1 to %d", s.Steps, maxSteps)
	}
	for i := range s.Samples {
		if err := s.check(&s.Samples[i], n); err != nil {
			return fmt.Errorf("trace: sample %d (%s): %w", i, s.Samples[i].Name, err)
		}
	}
	return nil
}

func (s *Set) check(m *Sample, sources int) error {
	if m.Label < 0 || m.Label >= len(s.Classes) {
		return fmt.Errorf("label %d; there are %d classes", m.Label, len(s.Classes))
	}
	if len(m.Ends) != s.Steps {
		return fmt.Errorf("%d steps in a set of %d", len(m.Ends), s.Steps)
	}
	at := uint32(0)
	for t, end := range m.Ends {
		if end < at || int64(end) > int64(len(m.Entries)) {
			return fmt.Errorf("step %d ends at entry %d of %d, after %d", t, end, len(m.Entries), at)
		}
		last := -1
		for _, e := range m.Entries[at:end] {
			source, count := Unpack(e)
			if int(source) >= sources || int(source) < last || count == 0 {
				return fmt.Errorf("step %d: source %d with count %d after source %d, of %d sources", t, source, count, last, sources)
			}
			last = int(source)
		}
		at = end
	}
	if int(at) != len(m.Entries) {
		return fmt.Errorf("%d entries after the last step", len(m.Entries)-int(at))
	}
	return nil
}
