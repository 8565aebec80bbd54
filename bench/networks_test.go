package bench

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"testing"

	"dvsim/datasets/sample"
	"dvsim/events"
	"dvsim/internal/npz"
)

// recordingFile writes the built-in sample, 34x34, to a file.
func recordingFile(t *testing.T) string {
	t.Helper()
	rec, err := sample.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer rec.Close()
	path := filepath.Join(t.TempDir(), "sample.aedat4")
	w, err := events.Create(path, "", rec.Header(), events.WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	ev, err := events.Collect(rec)
	if err == nil {
		err = w.Write(ev)
	}
	if cerr := w.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// Every job on a recording runs, in the sizes that it says, and the peers get the
// events that we count.
func TestRecordingJobs(t *testing.T) {
	file := recordingFile(t)
	for _, job := range NetworkJobs {
		if !job.Recording {
			continue
		}
		o := &NetworkOptions{Recording: file, Workers: 1}
		r, err := RunNetwork(context.Background(), job, o)
		if err != nil {
			t.Fatalf("%s: %v", job.Name, err)
		}
		if len(r.Seconds) == 0 || r.SynapticEvents == 0 || r.Spikes[0] == 0 {
			t.Errorf("%s: %+v: nothing happened", job.Name, r)
		}
		dir := t.TempDir()
		if err := Export(job, o, dir); err != nil {
			t.Fatalf("%s: %v", job.Name, err)
		}
		f, err := npz.Open(filepath.Join(dir, "data.npz"))
		if err != nil {
			t.Fatal(err)
		}
		spikes, _, err := f.Int64s("t")
		if err != nil {
			t.Fatal(err)
		}
		_, shape, err := f.Float32s("w1")
		f.Close()
		if err != nil || len(spikes) == 0 {
			t.Fatalf("%s: %d input spikes, %v", job.Name, len(spikes), err)
		}
		if job.file == "dense" && (shape[0] != 1000 || shape[1] != 10) {
			t.Errorf("%s: w1 is %v, want 1000 inputs and 10 neurons", job.Name, shape)
		}
	}
}

// A network without input runs for as long as it is told, at a rate that its paper gives.
func TestAloneJob(t *testing.T) {
	job, ok := FindNetworkJob("vjump")
	if !ok {
		t.Fatal("no job vjump")
	}
	r, err := RunNetwork(context.Background(), job, &NetworkOptions{DurationUS: 200_000, Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	// Brian 2.10 and NEST 3.10 give 39,394 and 39,468 spikes in the first second, 9.9 Hz.
	if rate := r.Rate(); r.DurationUS != 200_000 || math.Abs(rate-9.9) > 1 {
		t.Errorf("%g Hz in %d µs, want about 9.9 Hz", rate, r.DurationUS)
	}
}

func TestPython(t *testing.T) {
	venv := t.TempDir()
	want := filepath.Join(venv, "bin", "python")
	if _, err := Python(venv); err == nil {
		t.Error("an empty folder is no virtual environment")
	}
	if err := os.MkdirAll(filepath.Dir(want), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(want, nil, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, given := range []string{venv, want} {
		if got, err := Python(given); err != nil || got != want {
			t.Errorf("Python(%q) = %q, %v", given, got, err)
		}
	}
	if _, err := Python(filepath.Join(venv, "absent")); err == nil {
		t.Error("what is not there is no interpreter")
	}
}

func TestNetworkRunFigures(t *testing.T) {
	r := &NetworkRun{Seconds: []float64{3, 1, 2, 8}, Neurons: []int{3, 1}, Spikes: []int64{6, 2}, DurationUS: 500_000}
	if r.Best() != 1 || r.Median() != 2.5 || r.Rate() != 4 {
		t.Errorf("best %g, median %g, rate %g; want 1, 2.5, 4", r.Best(), r.Median(), r.Rate())
	}
	r.Add(&NetworkRun{Seconds: []float64{0.5}, PeakBytes: 7})
	if l := Line(r, &NetworkRun{Seconds: []float64{0.25}}, nil); l.Best != 0.5 || l.Ratio != 2 || l.PeakBytes != 7 {
		t.Errorf("line %+v", l)
	}
}
