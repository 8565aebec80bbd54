package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dvsim/bench"
)

// benchNetworksFlags are the flags of dvsim bench networks.
type benchNetworksFlags struct {
	peerFlags
	recording, weights string
	jobs               []string
	duration           time.Duration
	rounds, workers    int
	patience           time.Duration
	child              string
}

func (a *app) benchNetworksCommand() *cobra.Command {
	f := &benchNetworksFlags{}
	var about strings.Builder
	for _, j := range bench.NetworkJobs {
		fmt.Fprintf(&about, "  %-17s %s\n", j.Name, j.What)
	}
	cmd := &cobra.Command{
		Use:   "networks",
		Short: "Whole simulations, beside Sinabs, snnTorch, Brian 2 and NEST where they are installed",
		Long: `Run whole networks and time them, each program in a process of its own, one after
the other, in several rounds; the fastest run counts. The time is that of the
simulation, with the input in memory; building the network, and for Brian 2 the
compiling, stands apart. The ratio is the peer's time over ours. Spikes and rates
stand beside it and must agree: peers get our network's numbers, but draw random
connections of their own.

` + about.String() + `
The first four run on --recording. conv346 takes --weights (w0, w1, w2 in torch's
layout) for a recording of 346x260; without, it draws some and takes any size.`,
		Example: `  dvsim bench networks --jobs vjump,cuba,coba,brunel
  dvsim bench networks --peers .venv-peers --recording davis346.aedat4 --weights conv.npz
  dvsim bench networks --peers .venv-peers,nest --jobs brunel --rounds 1
  dvsim bench networks --peers .venv-peers --recording davis346.aedat4 --json >bench/results/networks.jsonl`,
		Args: argsError(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.benchNetworks(cmd.Context(), f) },
	}
	fl := cmd.Flags()
	f.register(cmd, bench.NetworkPeers, "no peers")
	fl.StringVar(&f.recording, "recording", "", "recording of the jobs that need one")
	fl.StringVar(&f.weights, "weights", "", "weights (.npz) of conv346")
	fl.StringSliceVar(&f.jobs, "jobs", nil, "jobs; default: all, and without --recording those that need none")
	fl.DurationVar(&f.duration, "duration", time.Second, "how long the networks without recording run, in their own time")
	fl.IntVar(&f.rounds, "rounds", 3, "rounds of all programs; the fastest run of all counts")
	fl.DurationVar(&f.patience, "patience", time.Minute, "a program that takes longer is not run in further rounds")
	fl.IntVar(&f.workers, "workers", 0, "threads of all programs; 0: one a core")
	fl.StringVar(&f.child, "child", "", "do one job and print it")
	_ = fl.MarkHidden("child")
	return cmd
}

func (f *benchNetworksFlags) options() *bench.NetworkOptions {
	return &bench.NetworkOptions{Recording: f.recording, Weights: f.weights, DurationUS: f.duration.Microseconds(), Workers: cores(f.workers)}
}

func (a *app) benchNetworks(ctx context.Context, f *benchNetworksFlags) error {
	if f.duration < time.Microsecond {
		return usagef("--duration %v: a run cannot be that short", f.duration)
	}
	if f.child != "" {
		job, _ := bench.FindNetworkJob(f.child)
		r, err := bench.RunNetwork(ctx, job, f.options())
		if err != nil {
			return friendly(err)
		}
		r.PeakBytes = peakMemory()
		return a.printJSON(r)
	}
	if f.rounds < 1 {
		return usagef("--rounds %d: there is at least one", f.rounds)
	}
	python, peers, err := f.resolve(bench.NetworkPeers)
	if err != nil {
		return err
	}
	if python == "" && len(f.list) > 0 {
		python = "python3"
	}
	jobs, err := f.chosen()
	if err != nil {
		return err
	}
	limits, err := limits(ctx, cores(f.workers))
	if err != nil {
		return err
	}
	for _, job := range jobs {
		runs, err := a.networkRounds(ctx, f, job, python, peers)
		if err != nil {
			return err
		}
		if err := a.printNetworks(job, runs, limits); err != nil {
			return err
		}
	}
	return nil
}

// chosen are the jobs to do.
func (f *benchNetworksFlags) chosen() ([]bench.NetworkJob, error) {
	var jobs []bench.NetworkJob
	if len(f.jobs) == 0 {
		for _, j := range bench.NetworkJobs {
			if !j.Recording || f.recording != "" {
				jobs = append(jobs, j)
			}
		}
		return jobs, nil
	}
	for _, name := range f.jobs {
		job, ok := bench.FindNetworkJob(name)
		if !ok {
			var names []string
			for _, j := range bench.NetworkJobs {
				names = append(names, j.Name)
			}
			return nil, usagef("--jobs %q: it is one of %s", name, strings.Join(names, ", "))
		}
		if job.Recording && f.recording == "" {
			return nil, usagef("job %s needs --recording; to make one: dvsim sample sample.aedat4", name)
		}
		jobs = append(jobs, job)
	}
	return jobs, nil
}

// networkRounds runs all programs in turn, round after round.
func (a *app) networkRounds(ctx context.Context, f *benchNetworksFlags, job bench.NetworkJob, python string, peers []string) ([]*bench.NetworkRun, error) {
	dir, err := os.MkdirTemp("", "dvsim-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	opt := f.options()
	if python != "" {
		if err := bench.Export(job, opt, dir); err != nil {
			return nil, friendly(err)
		}
	}
	var runs []*bench.NetworkRun
	done := map[string]bool{}
	keep := func(r *bench.NetworkRun, took time.Duration) {
		done[r.Who] = took > f.patience
		for _, old := range runs {
			if old.Who == r.Who {
				old.Add(r)
				return
			}
		}
		runs = append(runs, r)
	}
	for range f.rounds {
		if !done["dvsim"] {
			began := time.Now()
			r, err := bench.NetworkChild(ctx, "bench", "networks", "--child", job.Name, "--recording", f.recording, "--weights", f.weights,
				"--duration", f.duration.String(), "--workers", strconv.Itoa(opt.Workers), "--json")
			if err != nil {
				return nil, err
			}
			keep(r, time.Since(began))
		}
		for _, peer := range peers {
			if python == "" || done[peer] || !slices.Contains(job.Peers, peer) {
				continue
			}
			began := time.Now()
			r, err := bench.NetworkPeer(ctx, python, peer, dir, opt.Workers)
			switch {
			case ctx.Err() != nil:
				return nil, ctx.Err()
			case err != nil:
				done[peer] = true
				fmt.Fprintf(a.err, "dvsim: %s: left out: %v\n", job.Name, err)
				if !errors.Is(err, bench.ErrNoPeer) {
					runs = append(runs, &bench.NetworkRun{Job: job.Name, Who: peer, Error: err.Error()})
				}
				continue
			}
			r.Layers, r.Neurons = runs[0].Layers, runs[0].Neurons
			keep(r, time.Since(began))
		}
	}
	return runs, nil
}

// roofline says how near a run is to what the machine can do. Each synaptic event is
// one addition of a weight of 4 bytes; what else is read is not in it.
func roofline(limits []bench.Limit, threads int, synaptic int64, seconds float64) string {
	if seconds <= 0 {
		return ""
	}
	r := float64(synaptic) / seconds
	return fmt.Sprintf("%sadditions/s, %s/s of weights: %.3g %% of what %d cores add from arrays in L2", rate(r), bytesText(int64(4*r)), 100*bench.Share(limits, threads, r), threads)
}

// printNetworks prints a table of one job: everybody beside us.
func (a *app) printNetworks(job bench.NetworkJob, runs []*bench.NetworkRun, limits []bench.Limit) error {
	ours := runs[0]
	if a.json {
		for _, r := range runs {
			if err := a.printJSON(bench.Line(r, ours, limits)); err != nil {
				return err
			}
		}
		return nil
	}
	fmt.Fprintf(a.out, "%s: %s\n%s of its time; %s\n", a.bold(job.Name), job.What, span(ours.DurationUS), bench.Machine())
	rows := []string{"  \tfastest\tmedian\truns\tratio\tsynaptic events/s\tspikes of " + strings.Join(ours.Layers, ", ") + "\trate\tbuild\tpeak memory"}
	for _, r := range runs {
		if r.Error != "" {
			continue
		}
		var spikes []string
		for _, n := range r.Spikes {
			spikes = append(spikes, count(n))
		}
		events := "–"
		if r == ours {
			events = rate(float64(ours.SynapticEvents) / ours.Best())
		}
		rows = append(rows, fmt.Sprintf("  %s\t%s\t%s\t%d\t%.2f\t%s\t%s\t%.3g Hz\t%s\t%s", strings.TrimSpace(r.Who+" "+r.Version), secondsText(r.Best()), secondsText(r.Median()),
			len(r.Seconds), r.Best()/ours.Best(), events, strings.Join(spikes, " "), r.Rate(), secondsText(r.Build), bytesText(r.PeakBytes)))
	}
	table(a.out, rows...)
	fmt.Fprintf(a.out, "  %s\n\n", roofline(limits, ours.Threads, ours.SynapticEvents, ours.Best()))
	return nil
}
