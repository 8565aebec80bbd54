package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestReproducible makes the recording anew: it is the file in the repository.
func TestReproducible(t *testing.T) {
	name := filepath.Join(t.TempDir(), "again.aedat4")
	if err := run(name); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join("..", "sample.aedat4"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the recording made anew (%d bytes) is not the one in the repository (%d bytes): run go generate ./datasets/sample and commit it, or undo what changed it", len(got), len(want))
	}
	if files, err := os.ReadDir(filepath.Dir(name)); err != nil || len(files) != 1 {
		t.Errorf("left behind: %v, %v", files, err)
	}
}
