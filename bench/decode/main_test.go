package main

import (
	"path/filepath"
	"testing"

	"dvsim/datasets/sample"
	"dvsim/events"
)

// TestOwnReaders holds the ways of reading that are measured to the same events.
func TestOwnReaders(t *testing.T) {
	dir := t.TempDir()
	var want int64
	for _, name := range []string{"a.aedat4", "b.aedat4", "c.aedat4"} {
		rec, err := sample.Open()
		if err != nil {
			t.Fatal(err)
		}
		w, err := events.Create(filepath.Join(dir, name), "", rec.Header(), events.WriteOptions{})
		if err != nil {
			t.Fatal(err)
		}
		n, err := events.Copy(w, rec)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		want += n
	}
	files, err := recordings(dir)
	if err != nil || len(files) != 3 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for name, read := range map[string]func([]string, string) (result, error){"batches": batches, "array": array, "parallel": parallel} {
		r, err := read(files, "")
		if err != nil || r.Events != want || r.Seconds <= 0 {
			t.Errorf("%s: %+v, %v; want %d events", name, r, err, want)
		}
	}
	if _, err := batches([]string{filepath.Join(dir, "none.aedat4")}, ""); err == nil {
		t.Error("a missing file is no error")
	}
	if _, err := recordings(t.TempDir()); err == nil {
		t.Error("an empty folder is no error")
	}
}
