package events_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dvsim/events"
	"dvsim/events/eventstest"
)

// files lists a folder.
func files(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestCreateRenamesAtTheEnd(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "a.toy")
	w, err := events.Create(name, "", &events.Header{}, events.WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	ev := sample(100)
	if err := w.Write(ev); err != nil {
		t.Fatal(err)
	}
	if got := files(t, dir); len(got) != 1 || !strings.HasPrefix(got[0], ".a.toy.") || !strings.HasSuffix(got[0], ".tmp") {
		t.Errorf("while writing the folder holds %q", got)
	}
	for range 2 {
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	w.Abort() // after Close: nothing
	if got := files(t, dir); len(got) != 1 || got[0] != "a.toy" {
		t.Errorf("after Close the folder holds %q", got)
	}
	r, err := events.Open(name, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	got, err := events.Collect(r)
	if err := errors.Join(err, eventstest.Diff(got, ev)); err != nil {
		t.Error(err)
	}
	if _, ok := w.Records(); ok {
		t.Error("the toy format claims to hold frames")
	}
}

func TestCreateLeavesNothingHalf(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "a.toy")
	if err := os.WriteFile(name, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	intact := func(what string) {
		t.Helper()
		if got := files(t, dir); len(got) != 1 {
			t.Errorf("%s: the folder holds %q", what, got)
		}
		if data, err := os.ReadFile(name); err != nil || string(data) != "old" {
			t.Errorf("%s: the old file is now %q, %v", what, data, err)
		}
	}
	create := func() *events.FileWriter {
		t.Helper()
		w, err := events.Create(name, "toy", &events.Header{}, events.WriteOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return w
	}

	w := create()
	if err := w.Write(sample(50)); err != nil {
		t.Fatal(err)
	}
	w.Abort()
	w.Abort()
	intact("abort")

	w = create()
	if err := w.Write(sample(7)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); !errors.Is(err, errToyFull) {
		t.Errorf("Close of the codec failed with %v", err)
	}
	intact("failed Close")

	w = create()
	err := w.Write([]events.Event{{X: 2000}})
	if !errors.Is(err, events.ErrRange) || !strings.HasPrefix(err.Error(), name) {
		t.Errorf("Write: %v", err)
	}
	w.Abort()
	intact("failed Write")

	if _, err := events.Create(name, "toy", &events.Header{}, events.WriteOptions{Compression: "rar"}); !errors.Is(err, events.ErrUnsupported) {
		t.Errorf("bad option: %v", err)
	}
	intact("failed Create")
}

func TestCreateFails(t *testing.T) {
	dir := t.TempDir()
	for what, c := range map[string]struct{ name, format, text string }{
		"extension":   {filepath.Join(dir, "a.xyz"), "", `no format is written with the extension ".xyz"`},
		"format":      {filepath.Join(dir, "a.toy"), "tow", `no format "tow"`},
		"only read":   {filepath.Join(dir, "a.twin"), "twin-a", "can be read but not written"},
		"no folder":   {filepath.Join(dir, "no", "a.toy"), "", "no such file"},
		"not a place": {filepath.Join(dir, "file", "a.toy"), "", "file"},
	} {
		if _, err := events.Create(c.name, c.format, &events.Header{}, events.WriteOptions{}); err == nil || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if got := files(t, dir); len(got) != 0 {
		t.Errorf("the folder holds %q", got)
	}
}
