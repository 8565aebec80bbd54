// Package reference finds the reference data of the tests: real recordings and
// the results of other programs, which lie in ../shared beside the checkout and
// are not part of it. Tests that need them skip where they are absent.
package reference

import (
	"os"
	"path/filepath"
	"testing"
)

// Shared returns the path of a file or folder of ../shared, for example
// Shared(t, "data", "aedat2") or Shared(t, "data/aedat2"). It skips the test when
// that is absent.
func Shared(t testing.TB, elem ...string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above the working directory")
		}
		dir = up
	}
	path := filepath.Join(dir, "..", "shared", filepath.FromSlash(filepath.Join(elem...)))
	if _, err := os.Stat(path); err != nil {
		t.Skipf("../shared is absent: %v", err)
	}
	return path
}
