// Package golden compares what a test made with a file in testdata, and writes
// the file anew when the test runs with -update:
//
//	golden.Text(t, "testdata/info.txt", out)
//	golden.PNG(t, "testdata/raster.png", picture)
//
// Text must be equal byte for byte. Pictures are compared pixel by pixel with a
// tolerance, because the last bit of an anti-aliased edge may differ between
// machines; on failure the picture and an image of the differences are left in a
// folder that the message names.
package golden

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Updating reports whether golden files are being written instead of compared.
func Updating() bool { return *update }

// Text fails the test when got differs from the file, and shows the first line
// that does.
func Text(t testing.TB, file string, got []byte) {
	t.Helper()
	want, ok := load(t, file, got)
	if !ok || bytes.Equal(got, want) {
		return
	}
	t.Errorf("%s: %s; if that is right, run the test with -update", file, firstDifference(got, want))
}

// load returns the content of the golden file; ok is false when there is nothing to compare.
func load(t testing.TB, file string, got []byte) (want []byte, ok bool) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return nil, false
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Errorf("%v; run the test with -update to make it", err)
		return nil, false
	}
	return want, true
}

func firstDifference(got, want []byte) string {
	g, w := bytes.Split(got, []byte("\n")), bytes.Split(want, []byte("\n"))
	for i := range max(len(g), len(w)) {
		switch {
		case i >= len(g):
			return fmt.Sprintf("line %d is missing: %q", i+1, w[i])
		case i >= len(w):
			return fmt.Sprintf("line %d is too many: %q", i+1, g[i])
		case !bytes.Equal(g[i], w[i]):
			return fmt.Sprintf("line %d is %q, want %q", i+1, g[i], w[i])
		}
	}
	return "equal"
}
