package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"dvsim/datasets"
	"dvsim/events"
	"dvsim/learn"
)

// dataSource says what a network is trained on or judged by, and how it becomes
// input spikes.
type dataSource struct {
	Data         string        `json:"data,omitempty"`
	Traces       string        `json:"traces,omitempty"`
	Layer        string        `json:"layer,omitempty"`
	Coding       string        `json:"coding,omitempty"` // of pictures
	Steps        int           `json:"steps,omitempty"`
	Bins         int           `json:"bins,omitempty"`
	Dt           time.Duration `json:"dt,omitempty"`
	Format       string        `json:"format,omitempty"`
	Fit          string        `json:"fit,omitempty"`
	Salvage      bool          `json:"salvage,omitempty"`
	Validation   float64       `json:"validation,omitempty"`
	TrainSamples int           `json:"train_samples,omitempty"`
	TestSamples  int           `json:"test_samples,omitempty"`
}

const (
	defaultBins  = 25
	defaultSteps = 25 // of pictures
	// digitsStep is that of the built-in network digits, which has learnt to see with it.
	digitsStep = 5 * time.Millisecond
)

func (d *dataSource) register(fl *pflag.FlagSet) {
	fl.StringVar(&d.Data, "data", "", "pictures or recordings, see above")
	fl.StringVar(&d.Traces, "traces", "", "recorded traces (.dvt) in place of --data")
	fl.StringVar(&d.Layer, "layer", "", "with --traces: the layer whose spikes are the input; default: the input")
	fl.StringVar(&d.Coding, "coding", "", fmt.Sprintf("how a picture becomes input: %s; default constant", strings.Join(learn.Codings(), ", ")))
	fl.IntVar(&d.Steps, "steps", 0, "length of a sample in steps; default: 25 for pictures, the longest sample with --dt and --traces")
	fl.IntVar(&d.Bins, "bins", 0, "cut every recording into so many steps, as tonic's ToFrame does; default 25, unless --dt is given or --net is digits")
	fl.DurationVar(&d.Dt, "dt", 0, "length of a step (1ms), in place of --bins")
	fl.StringVar(&d.Format, "format", "", "format of the recordings; default: found by content")
	fl.StringVar(&d.Fit, "fit", "", "when network and recordings differ in size: crop or scale")
	fl.BoolVar(&d.Salvage, "salvage", false, "pass over what is damaged and report the loss")
	fl.Float64Var(&d.Validation, "validation", 0, "judge by this share of the training part, drawn by --seed, and leave the test part alone (0.1)")
	fl.IntVar(&d.TrainSamples, "train-samples", 0, "train on so many samples only, drawn by --seed; 0: all")
	fl.IntVar(&d.TestSamples, "test-samples", 0, "judge by so many samples only; 0: all")
}

// pictures reports whether the data are pictures in the files of MNIST.
func (d *dataSource) pictures() bool { return d.Traces == "" && datasets.IsMNIST(d.Data) }

// kind tells pictures, recordings and traces apart.
func (d *dataSource) kind() string {
	switch {
	case d.Traces != "":
		return "traces"
	case d.pictures():
		return "pictures"
	}
	return "recordings"
}

// trainedOn is the kind of a source that check has filled in: that of a run, whose
// data may be gone.
func (d *dataSource) trainedOn() string {
	switch {
	case d.Traces != "":
		return "traces"
	case d.Bins == 0 && d.Dt == 0:
		return "pictures"
	}
	return "recordings"
}

// check checks the flags against each other and fills in defaults.
func (d *dataSource) check() error {
	switch {
	case d.Data == "" && d.Traces == "":
		return usagef("--data is missing: a folder with MNIST's files, a folder of recordings, or a table (.csv). To make one: dvsim dataset make strokes --out DIR")
	case d.Data != "" && d.Traces != "":
		return usagef("--data and --traces: one of them")
	case d.Layer != "" && d.Traces == "":
		return usagef("--layer says which spikes of --traces are taken; there are no traces")
	case d.Bins != 0 && d.Dt != 0:
		return usagef("--bins and --dt: one of them")
	case d.Bins < 0 || d.Steps < 0 || d.TrainSamples < 0 || d.TestSamples < 0:
		return usagef("--bins, --steps, --train-samples and --test-samples cannot be negative")
	case d.Dt != 0 && d.Dt < time.Microsecond || d.Dt%time.Microsecond != 0:
		return usagef("--dt %v: a step is a whole number of microseconds", d.Dt)
	case d.Validation < 0 || d.Validation >= 1:
		return usagef("--validation %g: it is a share, from 0 up to 1", d.Validation)
	case d.Fit != "" && d.Fit != "crop" && d.Fit != "scale":
		return usagef("--fit %q: it is crop or scale", d.Fit)
	}
	if _, err := os.Stat(d.Data + d.Traces); err != nil {
		return friendly(err)
	}
	if d.Format != "" {
		if _, err := events.FormatByName(d.Format); err != nil {
			return usageError{err}
		}
	}
	switch {
	case d.pictures():
		if d.Bins != 0 || d.Dt != 0 {
			return usagef("--bins and --dt are for recordings; pictures have --steps")
		}
		if d.Steps == 0 {
			d.Steps = defaultSteps
		}
		if _, err := learn.ParseCoding(orText(d.Coding, "constant")); err != nil {
			return usagef("--coding: %w", err)
		}
	case d.Coding != "":
		return usagef("--coding is for pictures; %s has none of MNIST's files", d.Data+d.Traces)
	case d.Traces == "" && d.Bins == 0 && d.Dt == 0:
		d.Bins = defaultBins
	}
	if d.Bins != 0 && d.Steps != 0 {
		return usagef("--bins is the number of steps; --steps is for --dt, traces and pictures")
	}
	return nil
}

func orText(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
