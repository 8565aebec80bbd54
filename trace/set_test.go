package trace

import (
	"strings"
	"testing"
)

func TestPack(t *testing.T) {
	for _, n := range []int{1, 2, 255, 256, 510, 511, 70000} {
		entries := AppendPacked(nil, MaxSources-1, n)
		s := Sample{Entries: entries, Ends: []uint32{uint32(len(entries))}}
		if got := s.Spikes(); got != int64(n) {
			t.Errorf("count %d came back as %d", n, got)
		}
		for _, e := range s.Step(0) {
			if source, count := Unpack(e); source != MaxSources-1 || count == 0 {
				t.Errorf("count %d: entry of source %d, count %d", n, source, count)
			}
		}
	}
}

func TestSetCheck(t *testing.T) {
	good := func() *Set {
		return &Set{
			Layer: Layer{H: 1, W: 1, C: 4}, Steps: 3, Classes: []string{"a", "b"},
			Samples: []Sample{{Name: "x", Label: 1, Entries: []uint32{Pack(0, 1), Pack(3, 255), Pack(3, 7), Pack(2, 1)}, Ends: []uint32{3, 3, 4}}},
		}
	}
	if err := good().Check(); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(s *Set){
		"label 2":           func(s *Set) { s.Samples[0].Label = 2 },
		"label -1":          func(s *Set) { s.Samples[0].Label = -1 },
		"2 steps in a set":  func(s *Set) { s.Samples[0].Ends = s.Samples[0].Ends[:2] },
		"source 4":          func(s *Set) { s.Samples[0].Entries[3] = Pack(4, 1) },
		"count 0":           func(s *Set) { s.Samples[0].Entries[3] = Pack(2, 0) },
		"after source 3":    func(s *Set) { s.Samples[0].Entries[2] = Pack(1, 1) },
		"ends at entry 5":   func(s *Set) { s.Samples[0].Ends[2] = 5 },
		"ends at entry 2":   func(s *Set) { s.Samples[0].Ends[1] = 2 },
		"after the last":    func(s *Set) { s.Samples[0].Ends[2] = 3 },
		"a set of 0 steps":  func(s *Set) { s.Steps = 0 },
		"has 0 sources":     func(s *Set) { s.Layer.C = 0 },
		"sample 0 (x)":      func(s *Set) { s.Samples[0].Label = 9 },
		"has 33554432 sour": func(s *Set) { s.Layer.H = 8 << 20 },
	} {
		s := good()
		spoil(s)
		if err := s.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}
