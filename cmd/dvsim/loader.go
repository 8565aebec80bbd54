package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"

	"dvsim/datasets"
	"dvsim/events"
	"dvsim/learn"
	"dvsim/network"
	"dvsim/trace"
)

// loaded is a data set made ready for a network, and the network made ready for it.
type loaded struct {
	source      string // for people
	net         *network.Network
	classes     []string
	train, test learn.Data // either may be nil
	hash        xxhash.Digest
	notes       []string
	lossy       bool
}

// id says in a checkpoint which data it belongs to.
func (d *loaded) id() string { return fmt.Sprintf("%016x", d.hash.Sum64()) }

func (d *loaded) describe() string {
	text := fmt.Sprintf("%s: %s samples", d.source, count(int64(d.train.Len())))
	if d.test != nil {
		text += fmt.Sprintf(" and %s to judge by", count(int64(d.test.Len())))
	}
	return fmt.Sprintf("%s, %d steps, %d classes", text, d.train.Steps(), len(d.classes))
}

// loader makes a data set ready.
type loader struct {
	*app
	dataSource
	seed    uint64
	cache   string
	workers int
	// start is the network for samples of a shape with these classes.
	start func(shape network.Shape, classes []string) (*network.Network, error)
	// classes are those of a network that is judged; nil takes what there is.
	classes []string
	// parts says which parts are wanted.
	train, test bool
	steps       int // length of the samples that a network was trained on; 0: free
}

// load finds out what kind of data it is and reads it.
func (l *loader) load(ctx context.Context) (*loaded, error) {
	d := &loaded{source: l.Data + l.Traces}
	var err error
	switch {
	case l.pictures():
		err = l.loadPictures(d)
	case l.Traces != "":
		err = l.loadListing(ctx, d, l.Traces, true)
	default:
		err = l.loadListing(ctx, d, l.Data, false)
	}
	if err != nil {
		return nil, friendly(err)
	}
	for _, n := range d.notes {
		fmt.Fprintf(l.err, "dvsim: %s\n", strings.ReplaceAll(n, "\n", "\ndvsim: "))
	}
	if d.lossy {
		l.salvaged()
	}
	return d, nil
}

func (l *loader) loadPictures(d *loaded) error {
	train, test, err := datasets.OpenMNIST(l.Data)
	if err != nil {
		return err
	}
	d.classes = make([]string, train.Classes())
	for i := range d.classes {
		d.classes[i] = fmt.Sprint(i)
	}
	if d.net, err = l.start(network.Shape{H: train.Rows, W: train.Cols, C: 1}, d.classes); err != nil {
		return err
	}
	coding, err := learn.ParseCoding(orText(l.Coding, "constant"))
	if err != nil {
		return usagef("--coding: %w", err)
	}
	part := func(p *datasets.Pictures, n int) (learn.Data, error) {
		hashBytes(&d.hash, p.Pixels, p.Labels, []byte(fmt.Sprint(coding, l.Steps)))
		data, err := learn.Pictures(learn.PictureSet{
			Name: p.Name, Pixels: p.Pixels, Labels: p.Labels, Size: p.Rows * p.Cols, Steps: l.Steps, Classes: p.Classes(), Coding: coding, Seed: l.seed,
		})
		if err != nil || n == 0 || n >= p.Len() {
			return data, err
		}
		return learn.Subset(data, drawn(p.Len(), n, l.seed)), nil
	}
	if l.Validation > 0 && l.train {
		rest, held := share(train.Len(), l.Validation, l.seed)
		all, err := part(train, 0)
		if err != nil {
			return err
		}
		d.train, d.test = learn.Subset(all, cut(rest, l.TrainSamples)), learn.Subset(all, cut(held, l.TestSamples))
		return nil
	}
	if l.train {
		if d.train, err = part(train, l.TrainSamples); err != nil {
			return err
		}
	}
	if l.test {
		d.test, err = part(test, l.TestSamples)
	}
	return err
}

// loadListing loads recordings or traces.
func (l *loader) loadListing(ctx context.Context, d *loaded, path string, traces bool) error {
	list, err := datasets.Find(path, datasets.FindOptions{Classes: l.classes, Format: l.Format})
	if err != nil {
		return err
	}
	defer list.Close()
	if (list.Kind == datasets.KindTraces) != traces {
		return usagef("%s holds %s; take --%s", path, map[bool]string{true: "recordings, not traces", false: "traces"}[traces], map[bool]string{true: "data", false: "traces"}[traces])
	}
	d.classes = list.Classes
	train, test := list.Train, list.Test
	switch {
	case !l.train && len(test) == 0:
		train, test = nil, train // judged by all that there is
	case l.train && (l.Validation > 0 || len(test) == 0):
		f := l.Validation
		if f == 0 {
			f = 0.1
			d.notes = append(d.notes, fmt.Sprintf("%s has no test part: a tenth, drawn by --seed, is kept to judge by (--validation sets the share)", path))
		}
		if train, test, err = list.Split(f, l.seed); err != nil {
			return err
		}
	}
	train, test = pick(train, l.TrainSamples, l.seed), pick(test, l.TestSamples, l.seed)
	if !l.train {
		train = nil
	}
	if !l.test {
		test = nil
	}
	encode := l.encodeTraces
	if !traces {
		if encode, err = l.encoder(d, append(slices.Clip(train), test...)); err != nil {
			return err
		}
	}
	for _, p := range []struct {
		recs []datasets.Recording
		to   *learn.Data
	}{{train, &d.train}, {test, &d.test}} {
		if len(p.recs) == 0 {
			continue
		}
		set, err := encode(ctx, d, p.recs)
		if err != nil {
			return err
		}
		l.steps = set.Steps
		hashSet(&d.hash, set)
		*p.to = learn.Spikes(set)
	}
	return nil
}

// encoder is how recordings become samples.
func (l *loader) encoder(d *loaded, recs []datasets.Recording) (func(context.Context, *loaded, []datasets.Recording) (*trace.Set, error), error) {
	g, err := sizeOf(recs, l.Format)
	if err != nil {
		return nil, err
	}
	if d.net, err = l.start(network.Shape{H: g.Height, W: g.Width, C: 2}, d.classes); err != nil {
		return nil, err
	}
	if l.Dt > 0 {
		d.net = d.net.AtStep(l.Dt.Microseconds())
	}
	return func(ctx context.Context, d *loaded, recs []datasets.Recording) (*trace.Set, error) {
		bar := l.counter("reading recordings")
		defer bar.clear()
		e := datasets.Encoding{
			Input: &d.net.Input, Network: d.net.Name, Bins: l.Bins, DtUS: l.Dt.Microseconds(), Steps: l.steps, Classes: d.classes,
			Fit: network.FitMode(l.Fit), Format: l.Format, Salvage: l.Salvage, Workers: l.workers,
			Progress: func(done, total int) { bar.set("reading recordings", done, total) },
		}
		if l.Bins == 0 && l.steps == 0 {
			e.Steps = l.Steps
		}
		if l.Bins > 0 {
			e.Steps = 0
		}
		set, report, err := l.encode(ctx, recs, e)
		if err != nil {
			return nil, err
		}
		if l.Bins > 0 {
			report.Cut = datasets.Tally{} // bins leave out the end of nearly every recording: that is their rule
		}
		d.told(&report)
		return set, nil
	}, nil
}

func (l *loader) encode(ctx context.Context, recs []datasets.Recording, e datasets.Encoding) (*trace.Set, datasets.Report, error) {
	if l.cache == "none" {
		return datasets.Encode(ctx, recs, e)
	}
	c := datasets.Cache{Dir: l.cache}
	return c.Encode(ctx, recs, e)
}

func (l *loader) encodeTraces(ctx context.Context, d *loaded, recs []datasets.Recording) (*trace.Set, error) {
	steps := l.steps
	if steps == 0 {
		steps = l.Steps
	}
	set, report, err := datasets.FromTraces(ctx, recs, datasets.TraceOptions{Layer: l.Layer, Steps: steps, Classes: d.classes, Salvage: l.Salvage, Workers: l.workers})
	if err != nil {
		return nil, err
	}
	if d.net == nil {
		if d.net, err = l.start(network.Shape{H: set.Layer.H, W: set.Layer.W, C: set.Layer.C}, d.classes); err != nil {
			return nil, err
		}
		if set.DtUS > 0 {
			d.net = d.net.AtStep(set.DtUS)
		}
	}
	d.told(&report)
	return set, nil
}

// told takes over what encoding met.
func (d *loaded) told(r *datasets.Report) {
	if text := strings.TrimSpace(r.String()); text != "" {
		d.notes = append(d.notes, text)
	}
	d.lossy = d.lossy || r.Lossy.Recordings > 0 || r.Unreadable.Recordings > 0
}

// sizeOf is the geometry of the first recording that tells it.
func sizeOf(recs []datasets.Recording, format string) (events.Geometry, error) {
	var first error
	for i := range recs {
		r, err := recs[i].Open(&events.Options{Format: format})
		if err != nil {
			first = errors.Join(first, fmt.Errorf("%s: %w", recs[i].Name, err))
			if i > 20 {
				break
			}
			continue
		}
		g := r.Header().Geometry
		r.Close()
		if g.Known() {
			return g, nil
		}
	}
	if first == nil {
		first = errors.New("no recording tells the size of its sensor")
	}
	return events.Geometry{}, first
}

// pick draws n recordings, in their order.
func pick(recs []datasets.Recording, n int, seed uint64) []datasets.Recording {
	if n == 0 || n >= len(recs) {
		return recs
	}
	var out []datasets.Recording
	for _, i := range drawn(len(recs), n, seed) {
		out = append(out, recs[i])
	}
	return out
}

// drawn draws n of the numbers below all, ascending.
func drawn(all, n int, seed uint64) []int {
	s := network.Stream(seed, "subset").Perm(all)[:n]
	slices.Sort(s)
	return s
}

// share draws a share of the numbers below n, and the rest.
func share(n int, fraction float64, seed uint64) (rest, part []int) {
	k := max(1, int(fraction*float64(n)+0.5))
	p := network.Stream(seed, "validation").Perm(n)
	rest, part = p[k:], p[:k]
	slices.Sort(rest)
	slices.Sort(part)
	return rest, part
}

func cut(s []int, n int) []int {
	if n == 0 || n > len(s) {
		return s
	}
	return s[:n]
}

func hashBytes(h *xxhash.Digest, parts ...[]byte) {
	var n [8]byte
	for _, p := range parts {
		binary.LittleEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		h.Write(p)
	}
}

// hashSet hashes what a set holds: spikes and labels, not names.
func hashSet(h *xxhash.Digest, s *trace.Set) {
	hashBytes(h, []byte(fmt.Sprint(s.Layer.Len(), s.Steps, s.Classes)))
	var buf []byte
	for i := range s.Samples {
		m := &s.Samples[i]
		buf = binary.LittleEndian.AppendUint64(buf[:0], uint64(m.Label))
		for _, x := range [][]uint32{m.Ends, m.Entries} {
			for _, e := range x {
				buf = binary.LittleEndian.AppendUint32(buf, e)
			}
		}
		hashBytes(h, buf)
	}
}

// shortName is how a data source is called in titles.
func shortName(path string) string { return filepath.Base(filepath.Clean(path)) }
