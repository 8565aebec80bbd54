package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"dvsim/datasets"
	"dvsim/datasets/saccades"
	"dvsim/events"
	"dvsim/events/dvs"
	"dvsim/network"
)

const (
	sourceStrokes = "strokes"
	allPictures   = -1        // --train and --test of pictures
	maxStrokes    = 1_000_000 // a part; 20 GB
)

// makeFlags are the flags of dvsim dataset make.
type makeFlags struct {
	source         string // "strokes", or "" with from
	from, out      string
	train, test    int
	seed           uint64
	preset, sensor string
	skipOf         string
	workers        int
}

func (a *app) datasetMakeCommand() *cobra.Command {
	f := &makeFlags{}
	cmd := &cobra.Command{
		Use:   "make [strokes]",
		Short: "Make recordings of digits with the simulated sensor",
		Long: `Show pictures to a simulated sensor that moves in three saccades, and write what it
sees as N-MNIST lies on disk: OUT/Train/<class>/00001.bin and so on, 5 bytes an
event, 34x34 pixels, 310 ms; a file is named for the number of its picture.

The pictures are "strokes", digits that dvsim draws itself, in any number; or with
--from those of MNIST (or Fashion-MNIST: the four idx files, plain or .gz).
--skip-of leaves out the pictures of which a folder of N-MNIST has real recordings,
so that these can judge a network that was trained on simulated ones.

The same command makes the same files, byte for byte, for any number of workers.
OUT/manifest.json, written last, says how the set was made. A recording takes
about 2 ms of a core and 20 kB.`,
		Example: `  dvsim dataset make strokes --out digits
  dvsim dataset make strokes --out digits --train 60000 --test 10000 --seed 2
  dvsim dataset make --from mnist/ --sensor 34x34 --out nmnist-simulated
  dvsim dataset make --from mnist/ --skip-of N-MNIST/ --out nmnist-simulated --json`,
		Args: argsError(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				f.source = args[0]
			}
			for _, n := range []string{"train", "test"} {
				if v, err := cmd.Flags().GetInt(n); err != nil || v < 0 && cmd.Flags().Changed(n) {
					return usagef("--%s %d: a number of recordings, from 0 on", n, v)
				}
			}
			if err := f.check(); err != nil {
				return err
			}
			return a.datasetMake(cmd.Context(), f)
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&f.from, "from", "", "folder with the idx files of MNIST, in place of strokes")
	fl.StringVar(&f.out, "out", "", "folder to write; a new or an empty one")
	fl.IntVar(&f.train, "train", allPictures, "recordings to train on; default: 6000 of strokes, all pictures of --from")
	fl.IntVar(&f.test, "test", allPictures, "recordings to test on; default: 1000 of strokes, all pictures of --from")
	fl.Uint64Var(&f.seed, "seed", 1, "draws the strokes, the sensor and the noise")
	fl.StringVar(&f.preset, "preset", "nmnist", "the sensor: nmnist")
	fl.StringVar(&f.sensor, "sensor", dvs.NMNISTGeometry.String(), "size of the sensor")
	fl.StringVar(&f.skipOf, "skip-of", "", "leave out the pictures that have a recording in this folder of N-MNIST")
	fl.IntVar(&f.workers, "workers", 0, "goroutines; 0: one a core. Results do not depend on it")
	return cmd
}

// check finds what is wrong with the user's words, and puts the defaults in.
func (f *makeFlags) check() error {
	switch {
	case f.source == "" && f.from == "":
		return usagef("name what to record: strokes, or pictures with --from DIR. See: dvsim dataset make --help")
	case f.source != "" && f.from != "":
		return usagef("%s and --from %s: name one source", f.source, f.from)
	case f.source != "" && f.source != sourceStrokes:
		return usagef("there is no source %q; %s, or take pictures with --from DIR", f.source, network.Suggest(f.source, []string{sourceStrokes}))
	case f.out == "":
		return usagef("name the folder to write with --out DIR")
	case f.preset != "nmnist":
		return usagef("--preset %q: the sensor that moves in saccades is nmnist", f.preset)
	case f.skipOf != "" && f.from == "":
		return usagef("--skip-of leaves out pictures of --from; nobody has recorded strokes")
	case f.workers < 0:
		return usagef("--workers %d: at least 1, or 0 for one a core", f.workers)
	}
	g, err := events.ParseGeometry(f.sensor)
	if err != nil {
		return usagef("--sensor: %w", err)
	}
	if g != dvs.NMNISTGeometry {
		return usagef("--sensor %v: it has %v pixels, 28x28 for the picture and 3 on each side for the saccades; scale the recordings afterwards where a network wants another size", g, dvs.NMNISTGeometry)
	}
	if f.source == sourceStrokes {
		if f.train == allPictures {
			f.train = 6000
		}
		if f.test == allPictures {
			f.test = 1000
		}
		if max(f.train, f.test) > maxStrokes {
			return usagef("--train and --test are at most %s", count(maxStrokes))
		}
	}
	if f.train == 0 && f.test == 0 {
		return usagef("--train 0 --test 0: nothing to record")
	}
	return nil
}

// command is what makes the set again; where it lies and who works do not matter.
func (f *makeFlags) command(train, test int) string {
	s := "dvsim dataset make "
	if f.from != "" {
		s += "--from " + f.from
	} else {
		s += f.source
	}
	if f.skipOf != "" {
		s += " --skip-of " + f.skipOf
	}
	return fmt.Sprintf("%s --train %d --test %d --seed %d", s, train, test, f.seed)
}

// parts gathers the pictures. leftOut is how many --skip-of took away.
func (f *makeFlags) parts() (train, test saccades.Part, leftOut int, err error) {
	if f.from == "" {
		train, test = saccades.Strokes(f.seed, f.train, f.test)
		return train, test, 0, nil
	}
	a, b, err := datasets.OpenMNIST(f.from)
	if err != nil {
		return train, test, 0, friendly(err)
	}
	if train, test, err = saccades.MNIST(a, b); err != nil {
		return train, test, 0, fmt.Errorf("%s: %w", f.from, err)
	}
	if f.skipOf != "" {
		all := train.Len() + test.Len()
		if train, test, err = skip(train, test, f.skipOf); err != nil {
			return train, test, 0, err
		}
		leftOut = all - train.Len() - test.Len()
	}
	for _, p := range []struct {
		flag string
		want int
		part *saccades.Part
	}{{"train", f.train, &train}, {"test", f.test, &test}} {
		if p.want > p.part.Len() {
			return train, test, 0, usagef("--%s %d: there are %s pictures", p.flag, p.want, count(int64(p.part.Len())))
		}
		if p.want != allPictures {
			*p.part = p.part.First(p.want)
		}
	}
	return train, test, leftOut, nil
}

// skip leaves out the pictures that have a recording in dir.
func skip(train, test saccades.Part, dir string) (saccades.Part, saccades.Part, error) {
	l, err := datasets.Find(dir, datasets.FindOptions{Classes: digitClasses()})
	if err != nil {
		return train, test, friendly(err)
	}
	defer l.Close()
	if l.Kind != datasets.KindNMNIST {
		return train, test, fmt.Errorf("%s: no folders Train and Test in it, so its numbers could be those of either; name a folder as N-MNIST lies on disk", dir)
	}
	if train, err = train.Without(l.Train, l.Classes); err == nil {
		test, err = test.Without(l.Test, l.Classes)
	}
	if err != nil {
		err = fmt.Errorf("--skip-of %s: %w", dir, err)
	}
	return train, test, err
}

// digitClasses are the labels of MNIST.
func digitClasses() []string {
	var s []string
	for d := range 10 {
		s = append(s, strconv.Itoa(d))
	}
	return s
}

// makeResult is what dvsim dataset make tells.
type makeResult struct {
	Out         string          `json:"out"`
	Recordings  int             `json:"recordings"`
	Events      int64           `json:"events"`
	LeftOut     int             `json:"left_out"` // by --skip-of
	Parts       []saccades.Made `json:"parts"`
	Seconds     float64         `json:"seconds"`
	Interrupted bool            `json:"interrupted,omitempty"`
	Error       string          `json:"error,omitempty"`
}

func (a *app) datasetMake(ctx context.Context, f *makeFlags) error {
	train, test, leftOut, err := f.parts()
	if err != nil {
		return err
	}
	total := train.Len() + test.Len()
	bar := a.counter("recordings")
	start := time.Now()
	m, err := saccades.Write(ctx, f.out, saccades.Options{
		Seed: f.seed, Workers: f.workers, Command: f.command(train.Len(), test.Len()), Version: version,
		Progress: func(done int) { bar.set("recordings", done, total) },
	}, train, test)
	bar.clear()
	res := makeResult{
		Out: f.out, Recordings: m.Recordings(), Events: m.Events(), LeftOut: leftOut, Parts: m.Parts,
		Seconds: time.Since(start).Seconds(), Interrupted: errors.Is(err, context.Canceled),
	}
	if err != nil {
		if !res.Interrupted {
			err = friendly(err)
			res.Error = err.Error()
		}
		if res.Recordings > 0 {
			fmt.Fprintf(a.err, "dvsim: %s of %s recordings are whole in %s; remove it before the set is made again\n", count(int64(res.Recordings)), count(int64(total)), f.out)
		}
	}
	if a.json {
		if perr := a.printJSON(res); perr != nil {
			return perr
		}
		return err
	}
	if err == nil {
		a.printMake(f, &res)
	}
	return err
}

func (a *app) printMake(f *makeFlags, r *makeResult) {
	took := int64(r.Seconds * 1e6)
	fmt.Fprintf(a.out, "%s  %s recordings, %s events, in %s (%s each)\n", a.bold(r.Out), count(int64(r.Recordings)), count(r.Events), span(took), span(took/int64(r.Recordings)))
	var rows []string
	for _, p := range r.Parts {
		rows = append(rows, fmt.Sprintf("  %s\t%s recordings of %d classes\t%s events", p.Name, count(int64(p.Recordings)), len(p.Classes), count(p.Events)))
	}
	table(a.out, rows...)
	if f.skipOf != "" {
		fmt.Fprintf(a.out, "  left out: %s pictures with a recording in %s\n", count(int64(r.LeftOut)), f.skipOf)
	}
}
