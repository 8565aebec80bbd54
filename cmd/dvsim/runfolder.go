package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"dvsim/bench"
	"dvsim/internal/kernel"
	"dvsim/learn"
	"dvsim/network"
	"dvsim/render"
)

// Files of a run folder.
const (
	checkpointFile = "checkpoint.npz"
	historyFile    = "history.jsonl"
	curvesFile     = "curves.png"
	manifestFile   = "manifest.json"
)

// runsFolder is where runs go that have no other place.
const runsFolder = "runs"

// manifest says how a run came about.
type manifest struct {
	Version  string        `json:"version"`
	Command  []string      `json:"command"`
	Created  time.Time     `json:"created"`
	Machine  string        `json:"machine"`
	Kernel   string        `json:"kernel"`
	Network  string        `json:"network"`     // of its structure
	Describe string        `json:"description"` // layer sizes
	DataID   string        `json:"data_hash"`
	Samples  [2]int        `json:"samples"` // train, test
	Steps    int           `json:"steps"`   // of a sample
	Classes  []string      `json:"classes"`
	Settings trainSettings `json:"settings"`
}

// runFolder is the folder that a training run writes.
type runFolder struct {
	dir      string
	manifest manifest
	resumed  int       // epochs that were done before
	fresh    bool      // nothing has been saved in it yet
	saved    time.Time // of the last checkpoint
	history  []learn.Epoch
}

// saveEvery is the time between two checkpoints: an epoch may take milliseconds.
const saveEvery = 5 * time.Second

// newRun makes a run folder. An empty name takes the first free of runs/NET-1, ….
func newRun(dir, net string, s *trainSettings, d *loaded) (*runFolder, error) {
	if dir == "" {
		for i := 1; ; i++ {
			dir = filepath.Join(runsFolder, fmt.Sprintf("%s-%d", net, i))
			if _, err := os.Lstat(dir); errors.Is(err, os.ErrNotExist) {
				break
			}
		}
	}
	if _, err := os.Stat(filepath.Join(dir, manifestFile)); err == nil {
		return nil, usagef("%s holds a run already; go on with --resume %s, or name another folder", dir, dir)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, friendly(err)
	}
	r := &runFolder{dir: dir, fresh: true, manifest: manifest{
		Version: version, Command: os.Args, Created: time.Now().UTC().Truncate(time.Second), Machine: bench.Machine(), Kernel: kernel.Path(),
		DataID: d.id(), Samples: [2]int{d.train.Len(), 0}, Steps: d.train.Steps(), Classes: d.classes, Settings: *s,
	}}
	if d.test != nil {
		r.manifest.Samples[1] = d.test.Len()
	}
	return r, nil
}

// openRun opens the folder of a run that was trained.
func openRun(dir string) (*runFolder, error) {
	text, err := os.ReadFile(filepath.Join(dir, manifestFile))
	if err != nil {
		if st, serr := os.Stat(dir); serr != nil {
			err = serr
		} else if !st.IsDir() || errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("%s is no training run: that is a folder with a %s", dir, manifestFile)
		}
		return nil, friendly(err)
	}
	r := &runFolder{dir: dir}
	if err := json.Unmarshal(text, &r.manifest); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, manifestFile), err)
	}
	if r.history, err = readHistory(filepath.Join(dir, historyFile)); err != nil {
		return nil, err
	}
	return r, nil
}

func readHistory(path string) (h []learn.Epoch, err error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, friendly(err)
	}
	defer f.Close()
	dec := json.NewDecoder(bufio.NewReader(f))
	for {
		var e learn.Epoch
		if err := dec.Decode(&e); errors.Is(err, io.EOF) {
			return h, nil
		} else if err != nil {
			return nil, fmt.Errorf("%s: after %d epochs: %w", path, len(h), err)
		}
		h = append(h, e)
	}
}

// restore makes a trainer go on where the run stopped.
func (r *runFolder) restore(t *learn.Trainer, d *loaded) error {
	if d.id() != r.manifest.DataID {
		return fmt.Errorf("%s was trained on other data than %s is now (hash %s, not %s)", r.dir, d.source, d.id(), r.manifest.DataID)
	}
	if err := t.Restore(filepath.Join(r.dir, checkpointFile)); err != nil {
		return friendly(err)
	}
	h := t.History()
	r.history, r.resumed = h, len(h)
	return nil
}

// after is called when an epoch is done.
func (r *runFolder) after(t *learn.Trainer, e learn.Epoch) error {
	r.history = append(r.history, e)
	if time.Since(r.saved) < saveEvery && len(r.history) > 1 {
		return nil
	}
	return r.save(t)
}

// save brings the folder up to date. Each file takes the place of the old one when
// it is complete, the checkpoint first.
func (r *runFolder) save(t *learn.Trainer) error {
	if err := t.Save(filepath.Join(r.dir, checkpointFile)); err != nil {
		return r.failed(err)
	}
	r.manifest.Network, r.manifest.Describe = t.Net.Fingerprint(), t.Net.Describe()
	if err := network.Save(r.dir, t.Net); err != nil {
		return r.failed(err)
	}
	var lines strings.Builder
	enc := json.NewEncoder(&lines)
	for _, e := range r.history {
		if err := enc.Encode(e); err != nil {
			return err
		}
	}
	text, err := json.MarshalIndent(r.manifest, "", "  ")
	if err != nil {
		return err
	}
	for name, content := range map[string]string{historyFile: lines.String(), manifestFile: string(text) + "\n"} {
		if err := replaceFile(filepath.Join(r.dir, name), content); err != nil {
			return r.failed(err)
		}
	}
	r.saved, r.fresh = time.Now(), false
	return nil
}

// left says, when training failed, what it leaves behind.
func (r *runFolder) left() string {
	if r.fresh {
		return "nothing was saved"
	}
	return "the last checkpoint is in " + r.dir
}

// leave takes away a folder into which nothing came.
func (r *runFolder) leave() {
	if !r.fresh {
		return
	}
	// Folders stay where there is anything in them.
	if err := os.Remove(r.dir); err == nil && filepath.Dir(r.dir) == runsFolder {
		_ = os.Remove(runsFolder)
	}
}

// network is the network of the run, for samples of a shape: what training goes on
// with.
func (r *runFolder) network(shape network.Shape, _ []string) (*network.Network, error) {
	n, err := network.Open(r.dir, network.Options{})
	if err != nil {
		return nil, err
	}
	return n, fitsInput(n, &r.manifest.Settings.Data, shape)
}

func (r *runFolder) failed(err error) error {
	if r.fresh {
		return fmt.Errorf("%s: %w", r.dir, friendly(err))
	}
	return fmt.Errorf("%s: %w; what was saved there before is still whole, go on from it with: dvsim train --resume %s", r.dir, friendly(err), r.dir)
}

// finish saves the end of the run, and its curves.
func (r *runFolder) finish(t *learn.Trainer, d *loaded) error {
	if err := r.save(t); err != nil {
		return err
	}
	if len(r.history) == 0 {
		return nil
	}
	c := render.Curves{Title: fmt.Sprintf("%s on %s", t.Net.Name, shortName(d.source))}
	for _, e := range r.history {
		c.Loss = append(c.Loss, e.Loss)
		c.Train = append(c.Train, e.TrainAccuracy)
		if e.TestAccuracy != nil {
			c.Test = append(c.Test, *e.TestAccuracy)
		}
	}
	if err := render.Save(filepath.Join(r.dir, curvesFile), &c); err != nil {
		return r.failed(err)
	}
	return nil
}

// replaceFile writes a file under a temporary name and renames it.
func replaceFile(path, content string) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(content)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	return err
}
