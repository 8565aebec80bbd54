package main

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"dvsim/effort"
)

// sameEffort compares the effort in the JSON of two runs: all is equal but how often
// the engine looked at neurons.
func sameEffort(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: sameeffort FILE FILE")
	}
	var got [2]struct{ Effort effort.Effort }
	for i, name := range args {
		ts.Check(json.Unmarshal([]byte(ts.ReadFile(name)), &got[i]))
		got[i].Effort.NeuronUpdates, got[i].Effort.UpdatesSaved = 0, 0
	}
	if got[0].Effort.Runs == 0 {
		ts.Fatalf("%s has no effort", args[0])
	}
	if d := cmp.Diff(got[0], got[1]); d != "" {
		ts.Fatalf("%s and %s differ: %s", args[0], args[1], d)
	}
}

func TestJoules(t *testing.T) {
	for j, want := range map[float64]string{0: "0 pJ", 9e-13: "0.9 pJ", 23.6e-12: "23.6 pJ", 3.19e-6: "3.19 µJ", 0.688: "688 mJ", 2: "2 J"} {
		if got := joules(j); got != want {
			t.Errorf("%g J: %q, want %q", j, got, want)
		}
	}
}
