package saccades

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"

	"dvsim/events"
	"dvsim/events/dvs"
	_ "dvsim/formats/nmnist" // the format of the files
)

// Options are the settings of Write.
type Options struct {
	// Seed draws the sensor.
	Seed uint64
	// Workers is how many recordings are made at once; 0 is GOMAXPROCS. The files are
	// the same for any number.
	Workers int
	// Command and Version go into the manifest.
	Command, Version string
	// Progress is called after each recording, by one goroutine at a time; nil: not.
	Progress func(done int)
}

// Write records the parts into a folder, which it makes; one that holds something
// is an error. It returns what was written, after an error too: when ctx ends or the
// disk is full the files that are there are whole, and there is no manifest.
func Write(ctx context.Context, dir string, opt Options, parts ...Part) (*Manifest, error) {
	w := &writing{dir: dir, opt: opt, manifest: Manifest{
		Command: opt.Command, Version: opt.Version, Preset: "nmnist", Sensor: dvs.NMNISTGeometry.String(), Seed: opt.Seed, Parts: []Made{},
	}}
	if err := empty(dir); err != nil {
		return &w.manifest, err
	}
	for _, p := range parts {
		w.manifest.Parts = append(w.manifest.Parts, Made{Name: p.name, Classes: map[string]int{}})
		if err := w.folders(p); err != nil {
			return &w.manifest, err
		}
	}
	for k, p := range parts {
		if err := w.record(ctx, p, &w.manifest.Parts[k]); err != nil {
			return &w.manifest, err
		}
	}
	return &w.manifest, w.manifest.write(dir)
}

// empty makes a folder, or makes sure that it is empty.
func empty(dir string) error {
	list, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return os.MkdirAll(dir, 0o755)
	case err != nil:
		return err
	case len(list) > 0:
		return fmt.Errorf("%s: the folder is not empty; name a new one, or remove it", dir)
	}
	return nil
}

// writing is one call of Write.
type writing struct {
	dir string
	opt Options

	mu       sync.Mutex
	manifest Manifest
	next     int   // recording of the part under way
	err      error // the first
	done     int
}

// folders makes those of the classes of a part.
func (w *writing) folders(p Part) error {
	var made []bool
	for i := range p.Len() {
		l := p.Label(i)
		for l >= len(made) {
			made = append(made, false)
		}
		if made[l] {
			continue
		}
		made[l] = true
		if err := os.MkdirAll(filepath.Join(w.dir, p.name, strconv.Itoa(l)), 0o755); err != nil {
			return err
		}
	}
	return nil
}

// record makes the recordings of a part.
func (w *writing) record(ctx context.Context, p Part, made *Made) error {
	w.next = 0
	workers := w.opt.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	var crew sync.WaitGroup
	for range min(workers, p.Len()) {
		crew.Go(func() {
			rec := p.Recorder(w.opt.Seed)
			var ev []events.Event
			var file bytes.Buffer
			for {
				i, ok := w.take(ctx, p.Len())
				if !ok {
					return
				}
				ev = rec.Events(ev[:0], i)
				w.finish(p, i, made, len(ev), w.save(p.Name(i), ev, &file))
			}
		})
	}
	crew.Wait()
	return w.err
}

// take hands out the next recording of n; ok is false when there is no more to do.
func (w *writing) take(ctx context.Context, n int) (i int, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := ctx.Err(); err != nil && w.err == nil && w.next < n {
		w.err = err
	}
	if w.err != nil || w.next == n {
		return 0, false
	}
	w.next++
	return w.next - 1, true
}

// finish takes note of a recording, or of why it could not be written.
func (w *writing) finish(p Part, i int, made *Made, n int, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil {
		if w.err == nil {
			w.err = err
		}
		return
	}
	made.Recordings++
	made.Events += int64(n)
	made.Classes[strconv.Itoa(p.Label(i))]++
	w.done++
	if w.opt.Progress != nil {
		w.opt.Progress(w.done)
	}
}

// save writes a recording to a file of the set. buf is memory for its bytes.
func (w *writing) save(name string, ev []events.Event, buf *bytes.Buffer) error {
	format, err := events.FormatByName("nmnist")
	if err != nil {
		return err
	}
	buf.Reset()
	out, err := format.Create(buf, &events.Header{Geometry: dvs.NMNISTGeometry}, events.WriteOptions{})
	if err != nil {
		return err
	}
	if err := out.Write(ev); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := out.Close(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return writeFile(filepath.Join(w.dir, filepath.FromSlash(name)), buf.Bytes())
}

// writeFile writes a file whole or not at all: under another name first, which
// begins with a dot and so is no recording.
func writeFile(name string, data []byte) error {
	tmp := filepath.Join(filepath.Dir(name), "."+filepath.Base(name)+".tmp")
	err := os.WriteFile(tmp, data, 0o644)
	if err == nil {
		err = os.Rename(tmp, name)
	}
	if err != nil {
		os.Remove(tmp)
	}
	return err
}
