package saccades_test

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dvsim/datasets"
	"dvsim/datasets/saccades"
	"dvsim/events"
	"dvsim/internal/reference"
)

// tree reads all files below a folder.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		files[filepath.ToSlash(rel)] = string(raw)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func write(t *testing.T, opt saccades.Options, parts ...saccades.Part) (string, *saccades.Manifest) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "set")
	m, err := saccades.Write(t.Context(), dir, opt, parts...)
	if err != nil {
		t.Fatal(err)
	}
	return dir, m
}

// The files are the same for any number of workers, and a recording does not
// depend on what else is in the set.
func TestSameFiles(t *testing.T) {
	train, test := saccades.Strokes(7, 24, 8)
	dir, m := write(t, saccades.Options{Seed: 3, Workers: 1, Command: "make", Version: "1"}, train, test)
	want := tree(t, dir)
	if len(want) != 24+8+1 || m.Recordings() != 32 {
		t.Fatalf("%d files, %d recordings in the manifest", len(want), m.Recordings())
	}
	dir, _ = write(t, saccades.Options{Seed: 3, Workers: 5, Command: "make", Version: "1"}, train, test)
	if got := tree(t, dir); !mapsEqual(got, want) {
		t.Error("five workers write other files than one")
	}
	longer, _ := saccades.Strokes(7, 40, 0)
	dir, _ = write(t, saccades.Options{Seed: 3}, longer.First(30))
	got := tree(t, dir)
	for name, raw := range want {
		if strings.HasPrefix(name, "Train/") && got[name] != raw {
			t.Errorf("%s differs in a longer set", name)
		}
	}
	if raw := want[train.Name(0)]; raw == "" || raw == want[test.Name(0)] {
		t.Error("the first recordings of the parts are equal")
	}
}

func mapsEqual(a, b map[string]string) bool {
	for k, v := range a {
		if b[k] != v {
			return false
		}
	}
	return len(a) == len(b)
}

// What is on disk is what the Recorder gives, and the set is found as one of N-MNIST.
func TestLayout(t *testing.T) {
	train, test := saccades.Strokes(1, 30, 10)
	dir, m := write(t, saccades.Options{Seed: 1}, train, test)
	l, err := datasets.Find(dir, datasets.FindOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if l.Kind != datasets.KindNMNIST || len(l.Train) != 30 || len(l.Test) != 10 || len(l.Classes) != 10 {
		t.Errorf("a set of kind %q with %d and %d recordings of %d classes", l.Kind, len(l.Train), len(l.Test), len(l.Classes))
	}
	total := int64(0)
	for _, p := range []saccades.Part{train, test} {
		rec := p.Recorder(1)
		for i := range p.Len() {
			want := rec.Events(nil, i)
			total += int64(len(want))
			file, err := events.Open(filepath.Join(dir, p.Name(i)), nil)
			if err != nil {
				t.Fatal(err)
			}
			got, err := events.Collect(file)
			file.Close()
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%s holds %d events, the recorder gives %d (%v)", p.Name(i), len(got), len(want), err)
			}
		}
	}
	back, err := saccades.ReadManifest(dir)
	if err != nil || back == nil || back.Events() != total || back.Recordings() != 40 || m.Events() != total {
		t.Errorf("manifest %+v, %v; want 40 recordings of %d events", back, err, total)
	}
	for class, n := range back.Parts[0].Classes {
		if n != 3 {
			t.Errorf("class %s has %d of 30 recordings: want 3", class, n)
		}
	}
}

// An interrupt leaves whole files and no manifest.
func TestInterrupt(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	dir := filepath.Join(t.TempDir(), "set")
	train, test := saccades.Strokes(1, 50, 10)
	m, err := saccades.Write(ctx, dir, saccades.Options{Seed: 1, Workers: 3, Progress: func(done int) {
		if done == 5 {
			stop()
		}
	}}, train, test)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	files := tree(t, dir)
	if n := m.Recordings(); n < 5 || n > 8 || len(files) != n {
		t.Errorf("%d files, %d recordings: want 5 to 8 of each", len(files), n)
	}
	rec := train.Recorder(1)
	for i := range train.Len() {
		if raw, ok := files[train.Name(i)]; ok && len(raw) != 5*len(rec.Events(nil, i)) {
			t.Errorf("%s is not whole", train.Name(i))
		}
	}
}

// A file that cannot be written stops the work, and says which.
func TestFailure(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "set")
	train, test := saccades.Strokes(1, 50, 0)
	m, err := saccades.Write(t.Context(), dir, saccades.Options{Workers: 2, Progress: func(done int) {
		if done == 3 {
			os.RemoveAll(filepath.Join(dir, filepath.Dir(train.Name(20))))
		}
	}}, train, test)
	if err == nil || !strings.Contains(err.Error(), "Train") || m.Recordings() < 3 || m.Recordings() > 48 {
		t.Errorf("%d recordings, error %v", m.Recordings(), err)
	}
	for name := range tree(t, dir) {
		if filepath.Ext(name) != ".bin" {
			t.Errorf("%s is left", name)
		}
	}
}

func TestNotEmpty(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	train, test := saccades.Strokes(1, 2, 2)
	if _, err := saccades.Write(t.Context(), dir, saccades.Options{}, train, test); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("a folder that holds something: %v", err)
	}
	if _, err := saccades.Write(t.Context(), file, saccades.Options{}, train, test); err == nil {
		t.Error("a file is taken for a folder")
	}
	if len(tree(t, dir)) != 1 {
		t.Error("something was written")
	}
}

func TestManifest(t *testing.T) {
	dir := t.TempDir()
	if m, err := saccades.ReadManifest(dir); m != nil || err != nil {
		t.Errorf("none: %v, %v", m, err)
	}
	if err := os.WriteFile(filepath.Join(dir, saccades.ManifestName), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := saccades.ReadManifest(dir); err == nil || !strings.Contains(err.Error(), saccades.ManifestName) {
		t.Errorf("half a manifest: %v", err)
	}
}

// gray makes n pictures of some size.
func gray(rows, cols, n int) *datasets.Pictures {
	p := &datasets.Pictures{Name: "train", Rows: rows, Cols: cols, Pixels: make([]uint8, rows*cols*n), Labels: make([]uint8, n)}
	for i := range n {
		p.Labels[i] = uint8(i % 10)
	}
	return p
}

func TestMNISTSize(t *testing.T) {
	if _, _, err := saccades.MNIST(gray(32, 32, 1), gray(32, 32, 1)); err == nil || !strings.Contains(err.Error(), "32×32") {
		t.Errorf("pictures of 32×32: %v", err)
	}
}

func TestWithout(t *testing.T) {
	part, _, err := saccades.MNIST(gray(28, 28, 30), gray(28, 28, 30))
	if err != nil {
		t.Fatal(err)
	}
	classes := []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}
	named := func(name string, label int) datasets.Recording { return datasets.Memory(name, label, nil) }
	rest, err := part.Without([]datasets.Recording{named("Train/1/00002.bin", 1), named("Train/9/00030.bin", 9), named("Train/0/00031.bin", 0)}, classes)
	if err != nil {
		t.Fatal(err)
	}
	var numbers []int
	for i := range rest.Len() {
		numbers = append(numbers, rest.Number(i))
	}
	if len(numbers) != 28 || slices.Contains(numbers, 2) || slices.Contains(numbers, 30) || part.Len() != 30 {
		t.Errorf("the rest is %v", numbers)
	}
	if rest.Name(1) != "Train/2/00003.bin" {
		t.Errorf("the second of the rest is %s", rest.Name(1))
	}
	for want, r := range map[string]datasets.Recording{
		"not numbered as the pictures": named("Train/5/00002.bin", 5),
		"not the number of a picture":  named("Train/1/first.bin", 1),
	} {
		if _, err := part.Without([]datasets.Recording{r}, classes); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), r.Name) {
			t.Errorf("%s: %v, want %q", r.Name, err, want)
		}
	}
}

// The real recordings are of the pictures that their numbers say: those are left
// out, and our recordings of the very pictures have about as many events.
func TestAgainstReal(t *testing.T) {
	if testing.Short() {
		t.Skip("reads MNIST")
	}
	a, b, err := datasets.OpenMNIST(reference.Shared(t, "data", "mnist"))
	if err != nil {
		t.Fatal(err)
	}
	real, err := datasets.Find(reference.Shared(t, "data", "nmnist-small"), datasets.FindOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer real.Close()
	train, test, err := saccades.MNIST(a, b)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		part saccades.Part
		real []datasets.Recording
	}{{train, real.Train}, {test, real.Test}} {
		rest, err := c.part.Without(c.real, real.Classes)
		if err != nil {
			t.Fatal(err)
		}
		if rest.Len() != c.part.Len()-len(c.real) {
			t.Errorf("%d of %d pictures are left, with %d recordings", rest.Len(), c.part.Len(), len(c.real))
		}
		number := map[string]int{}
		for i := range c.part.Len() {
			number[c.part.Name(i)] = i
		}
		rec := c.part.Recorder(1)
		for k := range 20 {
			r := c.real[k*len(c.real)/20]
			file, err := r.Open(nil)
			if err != nil {
				t.Fatal(err)
			}
			ev, err := events.Collect(file)
			file.Close()
			if err != nil {
				t.Fatal(err)
			}
			i, ok := number[r.Name]
			if !ok {
				t.Fatalf("the part has no recording %s", r.Name)
			}
			if ratio := float64(len(rec.Events(nil, i))) / float64(len(ev)); math.Abs(ratio-1) > 0.35 {
				t.Errorf("%s: %.2f times the events of the real one", r.Name, ratio)
			}
		}
	}
}

func BenchmarkRecorder(b *testing.B) {
	part, _ := saccades.Strokes(1, 1000, 0)
	rec := part.Recorder(1)
	var ev []events.Event
	i := 0
	for b.Loop() {
		ev = rec.Events(ev[:0], i%part.Len())
		i++
	}
}

// BenchmarkWrite takes as many recordings as b.N asks for.
func BenchmarkWrite(b *testing.B) {
	part, _ := saccades.Strokes(1, b.N, 0)
	if _, err := saccades.Write(b.Context(), filepath.Join(b.TempDir(), "set"), saccades.Options{Workers: 1}, part); err != nil {
		b.Fatal(err)
	}
}
