package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"dvsim/learn"
)

// trainSettings are the flags of dvsim train that results depend on. A run folder
// keeps them in its manifest, so that it can be resumed without repeating them.
type trainSettings struct {
	Net            string      `json:"net"`
	Data           dataSource  `json:"data"`
	Epochs         int         `json:"epochs"`
	Batch          int         `json:"batch"`
	Optimizer      string      `json:"optimizer"`
	LR             float64     `json:"lr,omitempty"`
	Schedule       string      `json:"schedule"`
	Surrogate      string      `json:"surrogate"`
	Loss           string      `json:"loss"`
	Penalties      []string    `json:"penalties,omitempty"`
	Augment        string      `json:"augment,omitempty"`
	LearnBeta      learnChoice `json:"learn_beta,omitempty"`
	LearnThreshold learnChoice `json:"learn_threshold,omitempty"`
	Beta           float64     `json:"beta,omitempty"`
	Clip           float64     `json:"clip,omitempty"`
	ScaleInit      bool        `json:"scale_init,omitempty"`
	Seed           uint64      `json:"seed"`
}

// trainFlags are all the flags of dvsim train.
type trainFlags struct {
	trainSettings
	out, resume, cache, recipe string
	workers                    int
}

func (a *app) trainCommand() *cobra.Command {
	f := &trainFlags{}
	cmd := &cobra.Command{
		Use:   "train",
		Short: "Train a network on pictures, recordings or traces",
		Long: `Train a spiking network by backpropagation through time with surrogate
gradients, and write a run folder that every other verb takes as a network.

--data is one of
  a folder with the four idx files of MNIST (plain or .gz);
  recordings with a folder for each class, in Train and Test or without parts,
  also unread in a .zip, as N-MNIST comes;
  a table, .csv: path,label[,split] on each line.
--traces is a folder of traces (.dvt), or a table of them: recorded spikes of the
input, or with --layer of a layer of a frozen network.

The run folder holds net.toml and weights.npz, checkpoint.npz, history.jsonl,
curves.png and manifest.json. Ctrl-C saves a checkpoint; --resume FOLDER goes on
with it, bit for bit as if it had not stopped. The seed draws the initial weights
and the order of the samples; the number of workers changes nothing.`,
		Example: `  dvsim train --net tutorial --data MNIST              # snnTorch's tutorial
  dvsim train --net tutorial --data MNIST --surrogate fast_sigmoid --epochs 3
  dvsim train --net nmnist --data N-MNIST --bins 25 --epochs 30
  dvsim train --data N-MNIST --recipe nmnist-best
  dvsim train --net my.toml --data recordings --dt 5ms --augment shift=2
  dvsim train --traces traces --layer hidden             # a read-out for a frozen network
  dvsim train --resume runs/tutorial-1 --epochs 10`,
		Args: argsError(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.train(cmd, f) },
	}
	fl := cmd.Flags()
	fl.StringVar(&f.Net, "net", "", "network to start from: a built-in name, a network file (.toml) or a run folder; default: tutorial for pictures, nmnist for recordings, one layer for traces")
	f.Data.register(fl)
	fl.StringVar(&f.out, "out", "", "run folder to write; default: the first free of runs/NET-1, runs/NET-2, …")
	fl.StringVar(&f.resume, "resume", "", "run folder to go on with; its settings hold, only --epochs, --workers and where the data is now may be given")
	fl.StringVar(&f.recipe, "recipe", "", "settings that are known to work, which other flags may change: "+recipeList())
	fl.IntVar(&f.Epochs, "epochs", 0, "passes through the data; default: 5 for pictures, 30 else")
	fl.IntVar(&f.Batch, "batch", 128, "samples between two changes of the weights")
	fl.StringVar(&f.Optimizer, "optimizer", "adam", "how gradients change weights: "+strings.Join(learn.Optimizers(), ", "))
	fl.Float64Var(&f.LR, "lr", 0, "learning rate; default: the optimizer's (1e-3 for adam)")
	fl.StringVar(&f.Schedule, "schedule", "constant", "how the learning rate changes: "+strings.Join(learn.Schedules(), ", "))
	fl.StringVar(&f.Surrogate, "surrogate", "atan", "surrogate gradient: "+strings.Join(learn.Surrogates(), ", "))
	fl.StringVar(&f.Loss, "loss", "ce_count", "what is made small: "+strings.Join(learn.Losses(), ", "))
	fl.StringArrayVar(&f.Penalties, "penalty", nil, "LAYER=REGULARISER on the spikes of a layer, may be repeated: "+strings.Join(learn.Regularisers(), ", "))
	fl.StringVar(&f.Augment, "augment", "", "change samples a little, anew in each epoch: shift=PIXELS,jitter=STEPS,drop=PROBABILITY")
	fl.Var(&f.LearnBeta, "learn-beta", "learn the decay β: one for each layer, or neuron")
	fl.Var(&f.LearnThreshold, "learn-threshold", "learn the threshold: one for each layer, or neuron")
	fl.Float64Var(&f.Beta, "beta", 0, "decay β of all layers in place of the network's, 0 to 1")
	fl.Float64Var(&f.Clip, "clip", 0, "greatest norm of all gradients together; 0: no limit")
	fl.BoolVar(&f.ScaleInit, "scale-init", false, "scale the initial weights so that neurons fire in a tenth of the steps")
	fl.Uint64Var(&f.Seed, "seed", 1, "of the initial weights, the order of the samples, and all else that is drawn")
	fl.StringVar(&f.cache, "cache", "", `folder for encoded data sets; default: the user's cache; "none" for none`)
	fl.IntVar(&f.workers, "workers", 0, "goroutines; 0: one a core. Results do not depend on it")
	return cmd
}

// learnChoice is a flag: "", "layer" or "neuron".
type learnChoice string

func (l *learnChoice) String() string { return string(*l) }
func (l *learnChoice) Type() string   { return "layer|neuron" }
func (l *learnChoice) Set(s string) error {
	switch s {
	case "none":
		s = ""
	case "", "layer", "neuron":
	default:
		return fmt.Errorf("it is layer, neuron or none")
	}
	*l = learnChoice(s)
	return nil
}

func (l learnChoice) learn() learn.Learn {
	switch l {
	case "layer":
		return learn.PerLayer
	case "neuron":
		return learn.PerNeuron
	}
	return learn.Fixed
}

func (a *app) train(cmd *cobra.Command, f *trainFlags) error {
	ctx := cmd.Context()
	if err := f.complete(cmd); err != nil {
		return err
	}
	settings := &f.trainSettings
	start := settings.startNetwork
	var folder *runFolder
	var err error
	if f.resume != "" {
		if folder, err = f.reopen(cmd.Flags()); err != nil {
			return err
		}
		start = folder.network
	}
	trainer, err := settings.trainer(f.workers)
	if err != nil {
		return err
	}
	defer trainer.Close()
	l := &loader{app: a, dataSource: settings.Data, seed: settings.Seed, cache: f.cache, workers: f.workers, start: start, train: true, test: true}
	if folder != nil {
		l.classes = folder.manifest.Classes
	}
	data, err := l.load(ctx)
	if err != nil {
		return err
	}
	trainer.Net = data.net
	if trainer.DataID = data.id(); folder != nil {
		if err := folder.restore(trainer, data); err != nil {
			return err
		}
	} else if folder, err = newRun(f.out, trainer.Net.Name, settings, data); err != nil {
		return err
	}
	defer folder.leave()
	return a.fit(ctx, trainer, settings, data, folder)
}

// reopen opens the folder of --resume and takes the settings of its run, but for
// what the flags may change.
func (f *trainFlags) reopen(flags *pflag.FlagSet) (*runFolder, error) {
	folder, err := openRun(f.resume)
	if err != nil {
		return nil, err
	}
	given := f.trainSettings
	f.trainSettings = folder.manifest.Settings
	if flags.Changed("epochs") {
		f.Epochs = given.Epochs
	}
	was := f.Data.trainedOn()
	if flags.Changed("data") || flags.Changed("traces") {
		f.Data.Data, f.Data.Traces = given.Data.Data, given.Data.Traces
	}
	if _, err := os.Stat(f.Data.Data + f.Data.Traces); err != nil {
		return nil, fmt.Errorf("%w; where the data of %s is now, --data or --traces may say", friendly(err), f.resume)
	}
	if is := f.Data.kind(); is != was {
		return nil, fmt.Errorf("%s was trained on %s; %s holds %s", f.resume, was, f.Data.Data+f.Data.Traces, is)
	}
	folder.manifest.Settings = f.trainSettings
	return folder, f.Data.check()
}

// complete checks the flags and fills in what recipes and the kind of data say.
func (f *trainFlags) complete(cmd *cobra.Command) error {
	changed := cmd.Flags().Changed
	if f.workers < 0 {
		return usagef("--workers %d: a number of goroutines cannot be negative", f.workers)
	}
	if changed("epochs") && f.Epochs < 1 {
		return usagef("--epochs %d: it is 1 or more", f.Epochs)
	}
	if f.resume != "" {
		return f.onlyResume(cmd.Flags())
	}
	if err := f.cook(cmd.Flags()); err != nil {
		return err
	}
	if f.Net == "digits" && f.Data.kind() == "recordings" && f.Data.Bins == 0 && f.Data.Dt == 0 {
		f.Data.Dt = digitsStep
	}
	if err := f.Data.check(); err != nil {
		return err
	}
	if f.Epochs == 0 {
		f.Epochs = 30
		if f.Data.pictures() {
			f.Epochs = 5
		}
	}
	switch {
	case f.Batch < 1:
		return usagef("--batch %d: it is 1 or more", f.Batch)
	case f.Clip < 0:
		return usagef("--clip %g: it is a norm, 0 or more", f.Clip)
	case f.LR < 0:
		return usagef("--lr %g: it is greater than 0", f.LR)
	case f.Beta < 0 || f.Beta > 1:
		return usagef("--beta %g: it lies between 0 and 1", f.Beta)
	}
	if f.Net == "" {
		switch {
		case f.Data.Traces != "":
			f.Net = readoutNet
		case f.Data.pictures():
			f.Net = "tutorial"
		default:
			f.Net = "nmnist"
		}
	}
	return nil
}

// onlyResume checks that --resume stands with nothing that would change the run.
func (f *trainFlags) onlyResume(flags *pflag.FlagSet) error {
	var err error
	flags.Visit(func(fl *pflag.Flag) {
		switch fl.Name {
		case "resume", "epochs", "data", "traces", "cache", "workers", "json":
		default:
			err = usagef("--resume goes on with the settings of the run; --%s cannot be changed (a new run can start from its weights: --net %s)", fl.Name, f.resume)
		}
	})
	return err
}

// trainer makes a trainer of the settings, without network.
func (s *trainSettings) trainer(workers int) (*learn.Trainer, error) {
	t := &learn.Trainer{Batch: s.Batch, Epochs: s.Epochs, Clip: s.Clip, ScaleInit: s.ScaleInit, Seed: s.Seed, Workers: cores(workers)}
	t.LearnBeta, t.LearnThreshold = s.LearnBeta.learn(), s.LearnThreshold.learn()
	var err error
	if t.Surrogate, err = learn.ParseSurrogate(s.Surrogate); err != nil {
		return nil, usagef("--surrogate: %w", err)
	}
	if t.Loss, err = learn.ParseLoss(s.Loss); err != nil {
		return nil, usagef("--loss: %w", err)
	}
	if t.Schedule, err = learn.ParseSchedule(s.Schedule); err != nil {
		return nil, usagef("--schedule: %w", err)
	}
	if t.Optimizer, err = learn.ParseOptimizer(s.Optimizer); err != nil {
		return nil, usagef("--optimizer: %w", err)
	}
	if s.LR > 0 {
		t.Optimizer.LR = s.LR
	}
	for _, p := range s.Penalties {
		layer, text, ok := strings.Cut(p, "=")
		if !ok {
			return nil, usagef("--penalty %q: write LAYER=REGULARISER, such as hidden=target_rate:0.05", p)
		}
		r, err := learn.ParseRegulariser(text)
		if err != nil {
			return nil, usagef("--penalty: %w", err)
		}
		t.Penalties = append(t.Penalties, learn.Penalty{Layer: layer, Regulariser: r})
	}
	if _, err := learn.ParseAugment(s.Augment); err != nil {
		return nil, usagef("--augment: %w", err)
	}
	return t, nil
}
