package main

import (
	"reflect"
	"strings"
	"testing"

	"dvsim/trace"
)

// told runs a readout of one layer over spikes (step, neuron) of 1 ms.
func told(t *testing.T, l trace.Layer, spikes [][2]int) (r runResult) {
	t.Helper()
	read := newReadout()
	if err := read.Begin(trace.Info{DtUS: 1000, Layers: []trace.Layer{{Name: "input", H: 2, W: 2, C: 2}, l}}); err != nil {
		t.Fatal(err)
	}
	for _, s := range spikes {
		if err := read.Spikes(1, int64(s[0]), []uint32{uint32(s[1])}, nil); err != nil {
			t.Fatal(err)
		}
	}
	read.report(&r)
	for i := range r.Seen {
		r.Seen[i].all = 0
	}
	return r
}

// burst is a spike of a neuron every 10 ms.
func burst(from, to, neuron int) (s [][2]int) {
	for t := from; t < to; t += 10 {
		s = append(s, [2]int{t, neuron})
	}
	return s
}

func join(parts ...[][2]int) (all [][2]int) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

func TestReadoutFlat(t *testing.T) {
	l := trace.Layer{Name: "out", H: 1, W: 1, C: 3, Labels: []string{"a", "b", "c"}}
	for _, c := range []struct {
		name   string
		spikes [][2]int
		want   []seen
		line   string
	}{
		{
			name: "two, the second with a wrong start and a gap",
			spikes: join(
				burst(100, 200, 1),
				burst(400, 430, 0), burst(430, 500, 2), burst(600, 700, 2),
			),
			want: []seen{{Label: "b", FromUS: 100_000, ToUS: 191_000, Spikes: 10, Share: 1}, {Label: "c", FromUS: 400_000, ToUS: 691_000, Spikes: 17, Share: 0.85}},
			line: "What out saw: b c",
		},
		{
			name:   "the same again after a pause",
			spikes: join(burst(100, 200, 1), burst(400, 500, 1)),
			want:   []seen{{Label: "b", FromUS: 100_000, ToUS: 191_000, Spikes: 10, Share: 1}, {Label: "b", FromUS: 400_000, ToUS: 491_000, Spikes: 10, Share: 1}},
			line:   "What out saw: b b",
		},
		{
			name:   "without a pause: each second is judged, and joined to the one before",
			spikes: join(burst(0, 3000, 0), burst(3000, 4500, 1)),
			want:   []seen{{Label: "a", FromUS: 0, ToUS: 2_991_000, Spikes: 300, Share: 1}, {Label: "b", FromUS: 3_000_000, ToUS: 4_491_000, Spikes: 150, Share: 1}},
			line:   "What out saw: a b",
		},
		{
			name:   "noise: too few, and no winner",
			spikes: join(burst(100, 120, 1), burst(500, 530, 0), burst(530, 560, 1), burst(560, 590, 2)),
		},
		{name: "silence"},
	} {
		r := told(t, l, c.spikes)
		if !reflect.DeepEqual(r.Seen, c.want) || len(c.want) > 0 && r.headline() != c.line {
			t.Errorf("%s: %q %+v, want %+v", c.name, r.headline(), r.Seen, c.want)
		}
	}
}

func TestReadoutSites(t *testing.T) {
	// A layer of 2 × 4 sites and two labels: "x" moves through the lower left, then
	// "y" through the upper right.
	l := trace.Layer{Name: "cells", H: 2, W: 4, C: 2, Labels: []string{"x", "y"}}
	lower, upper := 2*4, 2*3+1 // the first site of the second row, the last of the first
	r := told(t, l, join(burst(0, 200, lower), burst(200, 260, upper), burst(300, 350, upper)))
	want := []seen{
		{Label: "x", FromUS: 0, ToUS: 200_000, Spikes: 20, Share: 1, X: 0.125, Y: 0.75},
		{Label: "y", FromUS: 200_000, ToUS: 250_000, Spikes: 5, Share: 1, X: 0.875, Y: 0.25},
		{Label: "y", FromUS: 300_000, ToUS: 350_000, Spikes: 5, Share: 1, X: 0.875, Y: 0.25},
	}
	if !reflect.DeepEqual(r.Seen, want) || r.headline() != "What cells saw" {
		t.Errorf("%q %+v", r.headline(), r.Seen)
	}
	// A run of an hour: the windows grow, nothing is lost.
	r = told(t, l, burst(0, 3_600_000, lower))
	if len(r.Seen) != 1 || r.Seen[0].Spikes != 360_000 || r.Seen[0].ToUS < 3_600_000 {
		t.Errorf("an hour: %+v", r.Seen)
	}
}

// A layer without names is not read out, and a headline of many words is short.
func TestReadoutNothing(t *testing.T) {
	if r := told(t, trace.Layer{Name: "out", H: 1, W: 1, C: 3}, burst(0, 100, 1)); r.Seen != nil {
		t.Errorf("%+v", r.Seen)
	}
	r := runResult{seenBy: "out", flat: true, Seen: make([]seen, 100)}
	for i := range r.Seen {
		r.Seen[i].Label = strings.Repeat("9", 1+i%2)
	}
	if got := r.headline(); got != "What out saw" {
		t.Errorf("%q", got)
	}
}
