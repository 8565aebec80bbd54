package trace

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dvsim/internal/npz"
)

func TestWriteNPZ(t *testing.T) {
	s := tiny()
	s.info.Layers[1].Name = "input" // taken
	var m Memory
	if err := s.Replay(&m); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := WriteNPZ(&b, &m); err != nil {
		t.Fatal(err)
	}
	f, err := npz.New(bytes.NewReader(b.Bytes()), int64(b.Len()), "x.npz")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]int64{
		"dt_us": {1000}, "t0_us": {1_500_000}, "duration": {400},
		"input_t": {0, 0, 0, 3, 300}, "input_index": {0, 5, 11, 7, 1}, "input_count": {1, 2, 700, 1, 2}, "input_shape": {2, 3, 2},
		"layer1_t": {1, 3, 3}, "layer1_index": {3, 0, 1}, "layer1_count": {1, 1, 1}, "layer1_shape": {1, 1, 4},
	} {
		if got, _, err := f.Int64s(name); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s = %v, %v; want %v", name, got, err, want)
		}
	}
}

// TestNumPyOpensIt asks NumPy itself.
func TestNumPyOpensIt(t *testing.T) {
	if err := exec.Command("python3", "-c", "import numpy").Run(); err != nil {
		t.Skip("NumPy is absent")
	}
	var m Memory
	if err := tiny().Replay(&m); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "run.npz")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := WriteNPZ(f, &m); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("python3", "-c", `
import numpy, sys
f = numpy.load(sys.argv[1])
print(f["out_t"].tolist(), f["out_index"].tolist(), f["input_count"].dtype, int(f["duration"][0]))`, name).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if got, want := strings.TrimSpace(string(out)), "[1, 3, 3] [3, 0, 1] uint16 400"; got != want {
		t.Errorf("NumPy reads %s, want %s", got, want)
	}
}
