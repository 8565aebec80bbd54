package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dvsim/bench"
	"dvsim/events"
	"dvsim/render"
)

func (a *app) benchCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure: sparse against dense stepping, networks and training beside peers",
		Args:  argsError(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.benchMachineCommand(), a.sparseDenseCommand(), a.benchNetworksCommand(), a.benchTrainCommand())
	return cmd
}

func (a *app) sparseDenseCommand() *cobra.Command {
	f := &inputFlags{}
	var g bench.Grid
	var steps []string
	var heat string
	var duration time.Duration
	cmd := &cobra.Command{
		Use:   "sparse-dense [FILE]",
		Short: "Event-driven against clock-driven stepping, over activity × size × step",
		Long: `Run the same network over the same events with the event engine, the dense
engine, and the dense engine with full matrix products, and print how long each
takes. All give the same spikes; the ratio is dense / event, so below 1 dense
wins. Without FILE the traffic is synthetic, over a grid of activity (share of
the inputs that spike in a step) × layer size × step.`,
		Example: `  dvsim bench sparse-dense
  dvsim bench sparse-dense --activity 0.001,0.01,0.1 --sizes 100,1000 --steps 1ms --heatmap map.png
  dvsim bench sparse-dense recording.aedat4 --sizes 1000 --json`,
		Args: argsError(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, s := range steps {
				d, err := time.ParseDuration(s)
				if err != nil || d < time.Microsecond {
					return usagef("--steps %q: write durations with units, for example 1ms,10ms", s)
				}
				g.StepUS = append(g.StepUS, d.Microseconds())
			}
			for _, n := range g.Size {
				if n < 1 {
					return usagef("--sizes: a layer has at least one neuron, not %d", n)
				}
			}
			for _, p := range g.Activity {
				if p <= 0 || p > 1 {
					return usagef("--activity %g: it is a share of the inputs, above 0 and at most 1", p)
				}
			}
			g.DurationUS = duration.Microseconds()
			g.Workers = f.workers
			if len(args) == 1 {
				g.Recording = func() (events.Reader, error) {
					o, err := a.open(args[0], f, events.Tap{})
					if err != nil {
						return nil, err
					}
					defer o.Close()
					ev, err := events.Collect(o.Reader)
					return events.FromSlice(*o.Header(), ev), err
				}
			}
			return a.sparseDense(cmd.Context(), g, heat)
		},
	}
	f.register(cmd)
	fl := cmd.Flags()
	fl.Float64SliceVar(&g.Activity, "activity", []float64{0.0001, 0.001, 0.01, 0.03, 0.1, 0.3, 1}, "shares of the inputs that spike in a step")
	fl.IntSliceVar(&g.Size, "sizes", []int{16, 128, 1024}, "neurons of the layer")
	fl.StringSliceVar(&steps, "steps", []string{"1ms"}, "steps of the network")
	fl.DurationVar(&duration, "duration", 200*time.Millisecond, "length of the synthetic traffic")
	fl.IntVar(&g.Runs, "runs", 3, "runs of each engine; the fastest counts")
	fl.Uint64Var(&g.Seed, "seed", 1, "seed of traffic and weights")
	fl.BoolVar(&g.NoMatmul, "no-matmul", false, "leave the full matrix products out: they take long on large inputs")
	fl.StringVar(&heat, "heatmap", "", "heat map to write (PNG); with several steps one file each")
	return cmd
}

func (a *app) sparseDense(ctx context.Context, g bench.Grid, heat string) error {
	if heat != "" {
		if err := writable(heat); err != nil {
			return err
		}
	}
	if terminal(a.err) {
		g.Progress = func(done, all int) { fmt.Fprintf(a.err, "\r%d of %d cells", done, all) }
	}
	limits, err := limits(ctx, max(1, g.Workers))
	if err != nil {
		return err
	}
	cells, err := bench.SparseDense(ctx, g)
	if g.Progress != nil {
		fmt.Fprint(a.err, "\r                      \r")
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	if a.json {
		for _, c := range cells {
			if err := a.printJSON(struct {
				bench.Cell
				Ratio     float64 `json:"dense_over_event"`
				Additions float64 `json:"additions_per_second"`
				L2Share   float64 `json:"l2_share"`
				Machine   string  `json:"machine"`
			}{c, c.Ratio(), c.Additions(), bench.Share(limits, max(1, g.Workers), c.Additions()), bench.Machine()}); err != nil {
				return err
			}
		}
	} else {
		a.printCells(cells, limits, max(1, g.Workers))
	}
	if heat != "" && len(cells) > 0 {
		if err := a.heatMaps(cells, heat); err != nil {
			return err
		}
	}
	return err
}

func (a *app) printCells(cells []bench.Cell, limits []bench.Limit, threads int) {
	fmt.Fprintf(a.out, "%s\n\n", bench.Machine())
	rows := []string{"step\tactivity\tneurons\tsteps\tspikes\tevent\tdense\tmatmul\tdense/event\tmatmul/event\tfaster\tof L2 limit"}
	won, macs := 0, 0.0
	for _, c := range cells {
		faster := "event"
		switch {
		case c.Dense < c.Event && (c.Matmul == 0 || c.Dense <= c.Matmul):
			faster = "dense"
		case c.Matmul > 0 && c.Matmul < c.Event:
			faster = "matmul"
		default:
			won++
		}
		rows = append(rows, fmt.Sprintf("%s\t%.4g %%\t%s\t%s\t%s\t%s\t%s\t%s\t%.3g\t%.3g\t%s\t%.2g %%", span(c.StepUS), 100*c.Activity, count(int64(c.Size)), count(c.Steps), count(c.Spikes),
			secondsText(c.Event), secondsText(c.Dense), secondsText(c.Matmul), c.Ratio(), c.Matmul/c.Event, faster, 100*bench.Share(limits, threads, c.Additions())))
		if c.Matmul > 0 {
			macs = max(macs, c.MACs/c.Matmul)
		}
	}
	table(a.out, rows...)
	fmt.Fprintf(a.out, "\nThe event engine is the fastest in %d of %d cells; minimum of the runs, one network of one dense layer.\n", won, len(cells))
	for _, l := range limits {
		if l.Name == "L2" && l.Cores == threads {
			fmt.Fprintf(a.out, "The limit is what %d cores add from arrays in L2: %sadditions/s, %s/s of weights (dvsim bench machine).\n", threads, rate(l.Additions), bytesText(int64(l.Bandwidth)))
		}
	}
	if macs > 0 {
		fmt.Fprintf(a.out, "matmul multiplies the zeros too, in plain Go: %smultiply-adds/s at best. A tuned matrix library does tens of times as many.\n", rate(macs))
	}
}

func secondsText(s float64) string {
	if s == 0 {
		return "–"
	}
	if s < 0.1 {
		return fmt.Sprintf("%.3g ms", 1000*s)
	}
	return fmt.Sprintf("%.3g s", s)
}

// heatMaps draws the cells of each step as a map: activity to the right, size
// upwards. With several steps each has its own file, the step in its name.
func (a *app) heatMaps(cells []bench.Cell, name string) error {
	for _, m := range bench.Maps(cells) {
		path := name
		if m.Several {
			ext := filepath.Ext(name)
			path = strings.TrimSuffix(name, ext) + "-" + (time.Duration(m.StepUS) * time.Microsecond).String() + ext
		}
		picture := &render.HeatMap{
			Title:  "Sparse against dense stepping, step " + span(m.StepUS) + " — " + bench.Machine(),
			XLabel: "inputs that spike in a step", YLabel: "neurons of the layer",
			First: "event-driven", Second: "dense",
			Ratio: m.Ratio,
		}
		for _, p := range m.Activity {
			picture.X = append(picture.X, fmt.Sprintf("%.3g %%", 100*p))
		}
		for _, n := range m.Size {
			picture.Y = append(picture.Y, count(int64(n)))
		}
		if err := render.Save(path, picture); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if !a.json {
			fmt.Fprintln(a.out, path)
		}
	}
	return nil
}
