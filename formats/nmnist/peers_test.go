package nmnist_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"dvsim/events"
	"dvsim/events/eventstest"
)

// tonic reads what we write, and marks as we do.
func TestPeerReadsTheSame(t *testing.T) {
	if testing.Short() {
		t.Skip("starts Python")
	}
	python := os.Getenv("DVSIM_PEERS")
	if python == "" {
		root, err := filepath.Abs("../..")
		if err != nil {
			t.Fatal(err)
		}
		python = filepath.Join(root, ".venv-peers", "bin", "python")
	}
	if _, err := os.Stat(python); err != nil {
		t.Skipf("the peers are absent: %v; install them with ../shared/peers/setup.sh, or name their Python in DVSIM_PEERS", err)
	}
	f, err := events.FormatByName("nmnist")
	if err != nil {
		t.Fatal(err)
	}
	var written bytes.Buffer
	w, err := f.Create(&written, &events.Header{}, events.WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(eventstest.Sample(10_000, events.Geometry{Width: 240, Height: 180}, 4)); err != nil {
		t.Fatal(err)
	}
	marks := file(raw{x: 1, t: 8000}, raw{x: 49, y: 240, t: 8100}, raw{x: 2, t: 8150}, raw{y: 240, t: 8150}, raw{y: 240, t: 8190}, raw{x: 3, y: 9, t: 8191, p: 1})
	for name, data := range map[string][]byte{"written": written.Bytes(), "marks": marks} {
		path := filepath.Join(t.TempDir(), "a.bin")
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(python, "-c", `
import sys, json, numpy as np, tonic.io as io
e = io.read_mnist_file(sys.argv[1], np.dtype([("x", int), ("y", int), ("t", int), ("p", int)]))
print(json.dumps([[int(v) for v in r] for r in zip(e["t"], e["x"], e["y"], e["p"])]))`, path)
		cmd.Env, cmd.Stderr = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1"), os.Stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		var rows [][4]int64
		if err := json.Unmarshal(out, &rows); err != nil {
			t.Fatal(err)
		}
		var want []events.Event
		for _, r := range rows {
			want = append(want, events.Event{T: r[0], X: uint16(r[1]), Y: uint16(r[2]), P: events.Polarity(r[3])})
		}
		got, _, _ := decode(t, data, nil)
		if err := eventstest.Diff(got, want); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
