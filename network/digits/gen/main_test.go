package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dvsim/datasets/sample"
	"dvsim/events"
	"dvsim/network"
)

// TestReproducible trains a small network twice: the same bytes, for any number of
// workers, and a log.
func TestReproducible(t *testing.T) {
	s := usual
	s.train, s.test, s.hidden, s.epochs = 150, 20, 16, 2 // two batches
	var dirs []string
	for _, s.workers = range []int{1, 3} {
		dir := filepath.Join(t.TempDir(), "net")
		if err := s.make(context.Background(), dir); err != nil {
			t.Fatal(err)
		}
		dirs = append(dirs, dir)
	}
	for _, name := range []string{"net.toml", "weights.npz"} {
		a, err := os.ReadFile(filepath.Join(dirs[0], name))
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(dirs[1], name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a, b) {
			t.Errorf("%s of three workers differs from that of one", name)
		}
	}
	log, err := os.ReadFile(filepath.Join(dirs[0], logName))
	if err != nil || !strings.Contains(string(log), "epoch  2/2") || !strings.Contains(string(log), "accuracy") {
		t.Errorf("the log is %s, %v", log, err)
	}
	s.workers = 1
	ended, stop := context.WithCancel(context.Background())
	stop()
	if err := s.make(ended, filepath.Join(t.TempDir(), "net")); err == nil {
		t.Error("an interrupt is no error")
	}
}

// TestCommitted: the network in the repository is one of these settings, and what it
// was trained on is neither what it is judged by nor the built-in recording.
func TestCommitted(t *testing.T) {
	n, err := network.Builtin("digits", events.Geometry{})
	if err != nil {
		t.Fatal(err)
	}
	if want := usual.untrained(); n.Fingerprint() != want.Fingerprint() || n.DtUS != want.DtUS {
		t.Errorf("%s with %d µs is built in, the settings make %s with %d µs: run go generate ./network", n.Describe(), n.DtUS, want.Describe(), want.DtUS)
	}
	if usual.trainSeed == usual.testSeed || usual.trainSeed == sample.Seed || usual.testSeed == sample.Seed {
		t.Error("seeds are used twice")
	}
}
