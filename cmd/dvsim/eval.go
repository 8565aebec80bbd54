package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"dvsim/effort"
	"dvsim/events"
	"dvsim/learn"
	"dvsim/network"
	"dvsim/render"
)

// evalFlags are the flags of dvsim eval.
type evalFlags struct {
	dataSource
	engine, part, confusion, cache string
	workers                        int
	effort                         bool
}

// evalResult is what dvsim eval tells; --json prints it.
type evalResult struct {
	Network        string        `json:"network"`
	Data           string        `json:"data"`
	Engine         string        `json:"engine"`
	Samples        int           `json:"samples"`
	Accuracy       float64       `json:"accuracy"`
	Classes        []string      `json:"classes"`
	Confusion      [][]int64     `json:"confusion"` // [true class][predicted class]
	Spikes         int64         `json:"spikes"`    // of all layers, over all samples
	LayerSpikes    []layerSpikes `json:"layers"`
	SynapticEvents int64         `json:"synaptic_events"` // over all samples
	PerSample      struct {
		Spikes         float64 `json:"spikes"`
		SynapticEvents float64 `json:"synaptic_events"`
	} `json:"per_sample"`
	Effort      effort.Effort `json:"effort"` // of the mean sample
	Worst       []mistake     `json:"worst"`
	Predictions []int         `json:"predictions"` // of each sample, an index of classes
	Seconds     float64       `json:"seconds"`
	Picture     string        `json:"confusion_png,omitempty"`
}

type layerSpikes struct {
	Layer  string `json:"layer"`
	Spikes int64  `json:"spikes"`
}

// mistake is a sample that was taken for another class.
type mistake struct {
	Name      string `json:"name"`
	Label     string `json:"label"`
	Predicted string `json:"predicted"`
	Margin    int64  `json:"margin"` // spikes (steps, for a temporal loss) for the prediction more than for the label
}

func (a *app) evalCommand() *cobra.Command {
	f := &evalFlags{}
	cmd := &cobra.Command{
		Use:   "eval RUN",
		Short: "Judge a trained network on data",
		Long: `Run a trained network on labelled data and print how well it does: accuracy,
a table of the classes, the confusion matrix (also as a picture), spikes and
synaptic events a sample, and the worst mistakes by name.

RUN is the folder of a training run; how data becomes input (bins, step, coding)
is taken from there, and so are the classes. Without --data the data of the run is
taken. RUN may also be digits, the built-in network that has been trained. Both engines give the same spikes, bit for bit, and those that training saw.`,
		Example: `  dvsim eval runs/nmnist-1
  dvsim eval runs/nmnist-1 --data other-recordings --engine dense
  dvsim eval runs/tutorial-1 --data MNIST --json
  dvsim eval runs/nmnist-1 --part train --confusion confusion.png
  dvsim eval digits --data N-MNIST`,
		Args: argsError(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error { return a.eval(cmd, f, args[0]) },
	}
	fl := cmd.Flags()
	f.register(fl)
	fl.StringVar(&f.engine, "engine", "event", "event (only where spikes arrive) or dense (steps everything); same spikes")
	fl.BoolVar(&f.effort, "effort", false, "print operations, sparsity and energy of the mean sample, layer by layer, against stepping everything (in --json always)")
	fl.StringVar(&f.part, "part", "test", "test, train or all; data without parts is judged whole")
	fl.StringVar(&f.confusion, "confusion", "", `picture of the confusion matrix; default confusion.png in the run folder; "none" for none`)
	fl.StringVar(&f.cache, "cache", "", `folder for encoded data sets; default: the user's cache; "none" for none`)
	fl.IntVar(&f.workers, "workers", 0, "goroutines; 0: one a core. Results do not depend on it")
	return cmd
}

// source is the data source of the run, with what the flags say in its place.
func (f *evalFlags) source(run dataSource, changed *pflag.FlagSet) dataSource {
	s := run
	if f.Data != "" {
		s.Data, s.Traces = f.Data, ""
	}
	if f.Traces != "" {
		s.Traces, s.Data = f.Traces, ""
	}
	if s.kind() != run.trainedOn() { // steps of pictures say nothing of recordings
		s.Coding, s.Steps, s.Bins, s.Dt, s.Layer = "", 0, 0, 0, ""
	}
	changed.Visit(func(fl *pflag.Flag) {
		switch fl.Name {
		case "layer":
			s.Layer = f.Layer
		case "coding":
			s.Coding = f.Coding
		case "steps":
			s.Steps = f.Steps
		case "bins":
			s.Bins, s.Dt, s.Steps = f.Bins, 0, 0
		case "dt":
			s.Dt, s.Bins = f.Dt, 0
		case "format":
			s.Format = f.Format
		case "fit":
			s.Fit = f.Fit
		}
	})
	s.Salvage, s.TestSamples, s.TrainSamples = f.Salvage, f.TestSamples, f.TrainSamples
	s.Validation = f.Validation
	return s
}

func (a *app) eval(cmd *cobra.Command, f *evalFlags, dir string) error {
	switch {
	case f.engine != "event" && f.engine != "dense":
		return usagef("--engine %q: it is event or dense", f.engine)
	case f.part != "test" && f.part != "train" && f.part != "all":
		return usagef("--part %q: it is test, train or all", f.part)
	}
	run, net, err := openTrained(dir)
	if err != nil {
		return err
	}
	source := f.source(run.manifest.Settings.Data, cmd.Flags())
	if err := source.check(); err != nil {
		return err
	}
	if f.confusion != "" && f.confusion != "none" {
		if err := writable(f.confusion); err != nil {
			return err
		}
	}
	l := &loader{
		app: a, dataSource: source, seed: run.manifest.Settings.Seed, cache: f.cache, workers: f.workers,
		classes: run.manifest.Classes, train: f.part != "test" || source.Validation > 0, test: f.part != "train",
		start: func(shape network.Shape, _ []string) (*network.Network, error) {
			return net, fitsInput(net, &source, shape)
		},
	}
	if source.Steps == 0 && (source.Dt > 0 || source.Traces != "") {
		l.steps = run.manifest.Steps
	}
	data, err := l.load(cmd.Context())
	if err != nil {
		return err
	}
	loss, err := learn.ParseLoss(run.manifest.Settings.Loss)
	if err != nil {
		return fmt.Errorf("%s: %w", filepath.Join(dir, manifestFile), err)
	}
	j := &jury{net: data.net, engine: f.engine, loss: loss, classes: run.manifest.Classes, workers: cores(f.workers)}
	res, err := a.judge(cmd.Context(), j, data, f.part)
	if err != nil {
		return err
	}
	res.Network, res.Data = net.Name, data.source
	if err := a.drawConfusion(res, f.confusion, run.dir); err != nil {
		return err
	}
	if a.json {
		return a.printJSON(res)
	}
	a.printEval(res, net)
	if f.effort {
		a.printEffort(&res.Effort, "the mean sample")
	}
	return nil
}

// openTrained opens the folder of a run, or the built-in network that has been
// trained as if it were that of one.
func openTrained(name string) (*runFolder, *network.Network, error) {
	if _, err := os.Stat(filepath.Join(name, manifestFile)); err != nil && name == "digits" {
		net, err := network.Builtin(name, events.Geometry{})
		if err != nil {
			return nil, nil, err
		}
		run := &runFolder{} // without a place: pictures go here
		run.manifest.Classes = net.Layers[len(net.Layers)-1].Labels
		run.manifest.Settings = trainSettings{Loss: "ce_count", Seed: 1, Data: dataSource{Dt: digitsStep}}
		return run, net, nil
	}
	run, err := openRun(name)
	if err != nil {
		return nil, nil, friendly(err)
	}
	net, err := network.Open(name, network.Options{})
	if err != nil {
		return nil, nil, friendly(err)
	}
	if got := net.Fingerprint(); run.manifest.Network != got {
		return nil, nil, fmt.Errorf("%s: the network is not the one that was trained (structure %s, the manifest says %s)", name, got, run.manifest.Network)
	}
	return run, net, nil
}

// judge runs the wanted parts.
func (a *app) judge(ctx context.Context, j *jury, d *loaded, part string) (*evalResult, error) {
	bar := a.counter("evaluating")
	defer bar.clear()
	j.progress = func(done, total int) { bar.set("evaluating", done, total) }
	if part != "train" && d.test != nil {
		if err := j.hear(ctx, d.test); err != nil {
			return nil, err
		}
	}
	if part != "test" && d.train != nil {
		if err := j.hear(ctx, d.train); err != nil {
			return nil, err
		}
	}
	if j.samples == 0 {
		return nil, fmt.Errorf("%s has no %s part", d.source, part)
	}
	return j.result(), nil
}

func (a *app) drawConfusion(r *evalResult, path, dir string) error {
	if path == "none" || len(r.Classes) < 2 {
		return nil
	}
	asked := path != ""
	if !asked {
		path = filepath.Join(dir, "confusion.png")
	}
	c := &render.Confusion{Title: fmt.Sprintf("%s on %s", r.Network, shortName(r.Data)), Labels: r.Classes, Counts: r.Confusion}
	if err := c.Check(); err != nil {
		fmt.Fprintf(a.err, "dvsim: no picture of the confusion matrix: %v\n", err)
		return nil
	}
	switch err := render.Save(path, c); {
	case err == nil:
		r.Picture = path
	case asked:
		return fmt.Errorf("%s: %w", path, err)
	default: // the numbers are there all the same
		fmt.Fprintf(a.err, "dvsim: no picture of the confusion matrix: %s: %v\n", path, err)
	}
	return nil
}

// fitsInput checks pictures and traces against the input of a network; recordings
// are checked where they are encoded.
func fitsInput(n *network.Network, s *dataSource, shape network.Shape) error {
	if s.Traces == "" && !s.pictures() {
		return nil
	}
	if n.Input.Shape.Len() != shape.Len() {
		return fmt.Errorf("network %q takes %d inputs, a sample has %d × %d × %d = %d", n.Name, n.Input.Shape.Len(), shape.H, shape.W, shape.C, shape.Len())
	}
	return nil
}
