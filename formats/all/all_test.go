package all_test

import (
	"path/filepath"
	"slices"
	"testing"

	"dvsim/events"
	"dvsim/events/eventstest"
	_ "dvsim/formats/all"
)

func TestFormats(t *testing.T) {
	var names []string
	for _, f := range events.Formats() {
		names = append(names, f.Name)
		if f.Description == "" || len(f.Extensions) == 0 || f.Decode == nil {
			t.Errorf("format %s is incomplete: %+v", f.Name, f)
		}
	}
	for _, want := range []string{"aedat1", "aedat2", "aedat3", "aedat4", "aer16", "aer32", "nmnist"} {
		if !slices.Contains(names, want) {
			t.Errorf("format %s is not registered; there are %v", want, names)
		}
	}
}

// One recording in every format that can be written: all must give the same events.
func TestOneRecordingEveryFormat(t *testing.T) {
	g := events.Geometry{Width: 128, Height: 128}
	ev := eventstest.Sample(20_000, g, 42)
	var d events.Digest
	d.Add(ev)
	written := 0
	for _, f := range events.Formats() {
		if f.Create == nil {
			continue
		}
		written++
		name := filepath.Join(t.TempDir(), "recording"+f.Extensions[0])
		w, err := events.Create(name, f.Name, &events.Header{Geometry: g}, events.WriteOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := events.Copy(w, events.FromSlice(events.Header{Geometry: g}, ev)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		r, err := events.Open(name, nil)
		if err != nil {
			t.Fatal(err)
		}
		sums, err := events.Digested(r)
		if err != nil || sums != d.Sums() || r.Header().Format != f.Name || r.Header().Geometry != g {
			t.Errorf("%s: %v, header %+v\ngot  %+v\nwant %+v", f.Name, err, r.Header(), sums, d.Sums())
		}
		r.Close()
	}
	if written < 4 {
		t.Errorf("only %d formats can be written", written)
	}
}
