package datasets_test

import (
	"archive/zip"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"dvsim/datasets"
	"dvsim/events"
	"dvsim/internal/reference"
	"dvsim/network"
	"dvsim/trace"
)

// folderOf writes recordings as PATH.toy below a new folder.
func folderOf(t testing.TB, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, b := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

var g8 = events.Geometry{Width: 8, Height: 8}

func in8() *network.Input { return &network.Input{Shape: network.Shape{H: 8, W: 8, C: 2}} }

func at(t int64, x, y uint16) events.Event { return events.Event{T: t, X: x, Y: y, P: events.On} }

func TestCache(t *testing.T) {
	dir := folderOf(t, map[string][]byte{
		"cat/1.toy": toy(g8, []events.Event{at(0, 1, 1), at(500, 2, 2), at(1500, 9, 9)}),
		"cat/2.toy": toy(g8, nil),
		"dog/1.toy": toy(g8, []events.Event{at(100, 3, 1), at(700, 2, 2)}),
	})
	l, err := datasets.Find(dir, datasets.FindOptions{})
	if err != nil {
		t.Fatal(err)
	}
	c := datasets.Cache{Dir: filepath.Join(t.TempDir(), "a", "b")}
	encode := func(recs []datasets.Recording, change func(e *datasets.Encoding)) (*trace.Set, datasets.Report) {
		t.Helper()
		e := datasets.Encoding{Input: in8(), DtUS: 100, Classes: l.Classes}
		if change != nil {
			change(&e)
		}
		s, rep, err := c.Encode(context.Background(), recs, e)
		if err != nil {
			t.Fatal(err)
		}
		return s, rep
	}
	first, r1 := encode(l.Train, nil)
	again, r2 := encode(l.Train, nil)
	if r1.Cached || !r2.Cached {
		t.Fatalf("cached: first %v, then %v", r1.Cached, r2.Cached)
	}
	r1.Cached = true
	if !reflect.DeepEqual(r1, r2) || r2.Outside.N != 1 || r2.Empty.Recordings != 1 {
		t.Errorf("report\n%+v, from the cache\n%+v", r1, r2)
	}
	if !sameSamples(first, again) {
		t.Error("the samples differ")
	}
	for what, change := range map[string]func(e *datasets.Encoding){
		"steps":    func(e *datasets.Encoding) { e.Steps = 3 },
		"dt":       func(e *datasets.Encoding) { e.DtUS = 50 },
		"bins":     func(e *datasets.Encoding) { e.DtUS, e.Bins = 0, 5 },
		"duration": func(e *datasets.Encoding) { e.DurationUS = 5000 },
		"binary":   func(e *datasets.Encoding) { e.Input.Binary = true },
		"polarity": func(e *datasets.Encoding) { e.Input.Polarity, e.Input.Shape.C = network.OnOnly, 1 },
		"shape":    func(e *datasets.Encoding) { e.Input.Sensor = g8; e.Input.Shape = network.Shape{H: 4, W: 4, C: 2} },
		"classes":  func(e *datasets.Encoding) { e.Classes = []string{"a", "b"} },
		"size":     func(e *datasets.Encoding) { e.Size = g8 },
		"format":   func(e *datasets.Encoding) { e.Format = "toy" },
		"origin":   func(e *datasets.Encoding) { e.Origin = events.OriginStored },
		"salvage":  func(e *datasets.Encoding) { e.Salvage = true },
		"fit":      func(e *datasets.Encoding) { e.Fit = network.FitScale },
	} {
		if _, r := encode(l.Train, change); r.Cached {
			t.Errorf("another %s: a stale set was served", what)
		}
		if _, r := encode(l.Train, change); !r.Cached {
			t.Errorf("%s: not kept", what)
		}
	}
	if _, r := encode(l.Train[:2], nil); r.Cached {
		t.Error("fewer recordings: a stale set was served")
	}
	swapped := []datasets.Recording{l.Train[1], l.Train[0], l.Train[2]}
	if _, r := encode(swapped, nil); r.Cached {
		t.Error("another order: a stale set was served")
	}
	if _, r := encode(l.Train, func(e *datasets.Encoding) { e.Workers = 1 }); !r.Cached {
		t.Error("the number of workers has no part in the key")
	}

	// One byte of one file, with the same size and time.
	path := filepath.Join(dir, "dog", "1.toy")
	st, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[8+8]++ // x of the first event
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, st.ModTime(), st.ModTime()); err != nil {
		t.Fatal(err)
	}
	changed, r := encode(l.Train, nil)
	if r.Cached || sameSamples(first, changed) {
		t.Error("one byte was changed: a stale set was served")
	}
}

func sameSamples(a, b *trace.Set) bool {
	ca, cb := *a, *b
	ca.About, cb.About = "", ""
	if len(ca.Samples) != len(cb.Samples) {
		return false
	}
	for i := range ca.Samples {
		x, y := ca.Samples[i], cb.Samples[i]
		if x.Name != y.Name || x.Label != y.Label || len(x.Entries) != len(y.Entries) || !reflect.DeepEqual(x.Ends, y.Ends) {
			return false
		}
		for k := range x.Entries {
			if x.Entries[k] != y.Entries[k] {
				return false
			}
		}
	}
	ca.Samples, cb.Samples = nil, nil
	return reflect.DeepEqual(ca, cb)
}

// TestCacheDamage: a damaged set is made anew, a folder that cannot be is no error.
func TestCacheDamage(t *testing.T) {
	recs := []datasets.Recording{toyRecording("a", 0, g8, at(0, 1, 1)), toyRecording("b", 1, g8, at(5, 1, 1))}
	e := datasets.Encoding{Input: in8(), DtUS: 100, Classes: classes(2)}
	c := datasets.Cache{Dir: t.TempDir()}
	if _, _, err := c.Encode(context.Background(), recs, e); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(c.Dir, "*.dvset"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	b, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(b); i += 13 {
		b[i] ^= 1
		if err := os.WriteFile(files[0], b, 0o644); err != nil {
			t.Fatal(err)
		}
		b[i] ^= 1
		_, r, err := c.Encode(context.Background(), recs, e)
		if err != nil || r.Cached || len(r.Notes) != 1 || !strings.Contains(r.Notes[0], "encoded anew") || !strings.Contains(r.String(), "dvset: byte ") {
			t.Fatalf("byte %d: %+v, %v", i, r, err)
		}
		if _, r, err := c.Encode(context.Background(), recs, e); err != nil || !r.Cached || len(r.Notes) != 0 {
			t.Fatalf("byte %d: not repaired: %+v, %v", i, r, err)
		}
	}
	blocked := datasets.Cache{Dir: filepath.Join(files[0], "below a file")}
	s, r, err := blocked.Encode(context.Background(), recs, e)
	if err != nil || len(s.Samples) != 2 || len(r.Notes) != 1 {
		t.Errorf("a folder that cannot be: %+v, %v", r, err)
	}
}

// TestCacheIsBounded: what was not used for longest goes first.
func TestCacheIsBounded(t *testing.T) {
	recs := []datasets.Recording{toyRecording("a", 0, g8, at(0, 1, 1)), toyRecording("b", 1, g8, at(5, 1, 1))}
	e := datasets.Encoding{Input: in8(), DtUS: 100, Classes: classes(2)}
	c := datasets.Cache{Dir: t.TempDir()}
	left := filepath.Join(c.Dir, ".x.dvset.123.tmp")
	if err := os.WriteFile(left, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-48 * time.Hour)
	if err := os.Chtimes(left, old, old); err != nil {
		t.Fatal(err)
	}
	encode := func(steps int) bool {
		t.Helper()
		e.Steps = steps
		_, r, err := c.Encode(context.Background(), recs, e)
		if err != nil {
			t.Fatal(err)
		}
		return r.Cached
	}
	encode(1)
	if _, err := os.Stat(left); err == nil {
		t.Error("what an interrupted program left stays")
	}
	files, _ := filepath.Glob(filepath.Join(c.Dir, "*.dvset"))
	if err := os.Chtimes(files[0], old, old); err != nil {
		t.Fatal(err)
	}
	st, err := os.Stat(files[0])
	if err != nil {
		t.Fatal(err)
	}
	c.MaxBytes = 2*st.Size() + 100
	encode(2)
	if !encode(1) { // used again
		t.Fatal("two sets do not fit")
	}
	files, _ = filepath.Glob(filepath.Join(c.Dir, "*.dvset"))
	for _, f := range files {
		if st, _ := os.Stat(f); time.Since(st.ModTime()) > time.Hour {
			t.Error("use is not noted")
		}
	}
	encode(3)
	if files, _ = filepath.Glob(filepath.Join(c.Dir, "*.dvset")); len(files) != 2 {
		t.Errorf("%d sets are kept", len(files))
	}
	if !encode(3) {
		t.Error("the set just made was removed")
	}
}

// BenchmarkCache compares serving from the cache with encoding anew, for the 1,000
// real recordings in their files and in an archive.
func BenchmarkCache(b *testing.B) {
	dir := reference.Shared(b, "data", "nmnist-small")
	for _, source := range []string{"files", "zip"} {
		path := dir
		if source == "zip" {
			m := map[string][]byte{}
			err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
				if err != nil || d.IsDir() {
					return err
				}
				rel, err := filepath.Rel(dir, p)
				if err != nil {
					return err
				}
				m[filepath.ToSlash(rel)], err = os.ReadFile(p)
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
			path = filepath.Join(folderOf(b, map[string][]byte{"x.zip": zipOf(b, zip.Deflate, m)}), "x.zip")
		}
		l, err := datasets.Find(path, datasets.FindOptions{})
		if err != nil {
			b.Fatal(err)
		}
		defer l.Close()
		recs := append(l.Train, l.Test...)
		e := datasets.Encoding{Input: digits34(), Bins: 25, Classes: l.Classes}
		b.Run("source="+source+"/cache=no", func(b *testing.B) {
			for b.Loop() {
				if _, _, err := datasets.Encode(context.Background(), recs, e); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("source="+source+"/cache=yes", func(b *testing.B) {
			c := datasets.Cache{Dir: b.TempDir()}
			if _, _, err := c.Encode(context.Background(), recs, e); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if _, r, err := c.Encode(context.Background(), recs, e); err != nil || !r.Cached {
					b.Fatal(err)
				}
			}
		})
	}
}
