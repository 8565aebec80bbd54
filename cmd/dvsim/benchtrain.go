package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"dvsim/bench"
	"dvsim/internal/kernel"
)

// benchTrainFlags are the flags of dvsim bench train.
type benchTrainFlags struct {
	peerFlags
	data, mnist    string
	jobs, paths    []string
	epochs, rounds int
	workers        int
	child          string
}

func (a *app) benchTrainCommand() *cobra.Command {
	f := &benchTrainFlags{}
	cmd := &cobra.Command{
		Use:   "train",
		Short: "Training beside snnTorch and SpikingJelly, where they are installed",
		Long: `Train the network of snnTorch's tutorial and time the epochs: 2312-256-10 on
N-MNIST cut into 25 bins, from memory (nmnist) and with reading and binning
(nmnist+load), and 784-256-10 on MNIST (tutorial). Ours on each path that the
processor has (AVX-512, AVX2, plain Go), and the peers that --peers has installed,
one after the other, each in a process of its own, in several rounds. The fastest
epoch after the first counts; the ratio is the peer's over ours.`,
		Example: `  dvsim bench train --data N-MNIST --mnist MNIST
  dvsim bench train --data N-MNIST --jobs nmnist,nmnist+load --peers .venv-peers
  dvsim bench train --mnist MNIST --jobs tutorial --paths avx512 --json`,
		Args: argsError(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.benchTrain(cmd.Context(), f) },
	}
	fl := cmd.Flags()
	fl.StringVar(&f.data, "data", "", "recordings in N-MNIST's layout; such as: dvsim dataset make strokes --train 1000 --out DIR")
	fl.StringVar(&f.mnist, "mnist", "", "folder with the idx files of MNIST")
	f.register(cmd, bench.TrainPeers, "those that python3 has")
	fl.StringSliceVar(&f.jobs, "jobs", nil, "of "+strings.Join(bench.TrainJobs, ", ")+"; default: those that there is data for")
	fl.StringSliceVar(&f.paths, "paths", kernel.Paths(), "paths through our kernels")
	fl.IntVar(&f.epochs, "epochs", 0, "epochs of a run, the first of which does not count; default: 8, tutorial 3")
	fl.IntVar(&f.rounds, "rounds", 2, "rounds of all programs; the fastest of all counts")
	fl.IntVar(&f.workers, "workers", 0, "threads of all programs; 0: one a core")
	fl.StringVar(&f.child, "child", "", "do one job and print it")
	_ = fl.MarkHidden("child")
	return cmd
}

func (f *benchTrainFlags) source(job string) string {
	if job == bench.JobTutorial {
		return f.mnist
	}
	return f.data
}

func (f *benchTrainFlags) count(job string) int {
	switch {
	case f.epochs > 0:
		return f.epochs
	case job == bench.JobTutorial:
		return 3
	}
	return 8
}

func (a *app) benchTrain(ctx context.Context, f *benchTrainFlags) error {
	if f.child != "" {
		r, err := bench.Train(ctx, f.child, f.source(f.child), f.count(f.child), cores(f.workers))
		if err != nil {
			return err
		}
		r.PeakBytes = peakMemory()
		return a.printJSON(r)
	}
	if len(f.jobs) == 0 {
		for _, job := range bench.TrainJobs {
			if f.source(job) != "" {
				f.jobs = append(f.jobs, job)
			}
		}
	}
	if len(f.jobs) == 0 {
		return usagef("--data or --mnist is missing; to make recordings: dvsim dataset make strokes --train 1000 --out DIR")
	}
	for _, job := range f.jobs {
		if !slices.Contains(bench.TrainJobs, job) {
			return usagef("--jobs %q: it is one of %s", job, strings.Join(bench.TrainJobs, ", "))
		}
		if f.source(job) == "" {
			return usagef("job %s needs --%s", job, map[bool]string{true: "mnist", false: "data"}[job == bench.JobTutorial])
		}
	}
	python, peers, err := f.resolve(bench.TrainPeers)
	if err != nil {
		return err
	}
	if python == "" {
		python = "python3"
	}
	for _, job := range f.jobs {
		runs, err := a.trainRounds(ctx, f, job, python, peers)
		if err != nil {
			return err
		}
		if err := a.printTraining(job, runs); err != nil {
			return err
		}
	}
	return nil
}

// trainRounds runs all programs in turn, round after round.
func (a *app) trainRounds(ctx context.Context, f *benchTrainFlags, job, python string, peers []string) ([]*bench.TrainRun, error) {
	var runs []*bench.TrainRun
	epochs, threads := f.count(job), cores(f.workers)
	keep := func(r *bench.TrainRun) {
		for _, old := range runs {
			if old.Who == r.Who {
				old.Seconds = append(old.Seconds, r.Seconds[1:]...)
				old.PeakBytes = max(old.PeakBytes, r.PeakBytes)
				return
			}
		}
		runs = append(runs, r)
	}
	missing := map[string]bool{}
	for range f.rounds {
		for _, path := range f.paths {
			r, err := bench.TrainChild(ctx, path, "bench", "train", "--child", job, "--data", f.data, "--mnist", f.mnist, "--epochs", strconv.Itoa(epochs), "--workers", strconv.Itoa(threads), "--json")
			if err != nil {
				return nil, err
			}
			keep(r)
		}
		for _, peer := range peers {
			if missing[peer] {
				continue
			}
			r, err := bench.TrainPeer(ctx, python, peer, job, f.source(job), epochs, threads)
			switch {
			case ctx.Err() != nil:
				return nil, ctx.Err()
			case err != nil:
				missing[peer] = true
				if !errors.Is(err, bench.ErrNoPeer) {
					fmt.Fprintf(a.err, "dvsim: %v\n", err)
				}
				continue
			}
			keep(r)
		}
	}
	return runs, nil
}

// printTraining prints a table of one job: everybody beside our fastest path.
func (a *app) printTraining(job string, runs []*bench.TrainRun) error {
	if a.json {
		for _, r := range runs {
			if err := a.printJSON(struct {
				*bench.TrainRun
				Best    float64 `json:"best_s"`
				Median  float64 `json:"median_s"`
				Machine string  `json:"machine"`
			}{r, r.Best(), r.Median(), bench.Machine()}); err != nil {
				return err
			}
		}
		return nil
	}
	fmt.Fprintf(a.out, "%s, %s samples an epoch; %s\n", a.bold(job), count(int64(runs[0].Samples)), bench.Machine())
	var ours []*bench.TrainRun
	head := "  \tepoch, best\tmedian\tpeak memory"
	for _, r := range runs {
		if strings.HasPrefix(r.Who, "dvsim") {
			ours = append(ours, r)
			head += "\t÷ " + strings.TrimPrefix(r.Who, "dvsim ")
		}
	}
	rows := []string{head}
	for _, r := range runs {
		row := fmt.Sprintf("  %s\t%.1f ms\t%.1f ms\t%s", r.Who, 1e3*r.Best(), 1e3*r.Median(), bytesText(r.PeakBytes))
		for _, o := range ours {
			row += fmt.Sprintf("\t%.2f", r.Best()/o.Best())
		}
		rows = append(rows, row)
	}
	table(a.out, rows...)
	return nil
}
