package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dvsim/datasets/sample"
	"dvsim/effort"
	"dvsim/events"
	"dvsim/network"
	"dvsim/render"
	"dvsim/sim"
	"dvsim/trace"
)

// runFlags are the flags of dvsim run.
type runFlags struct {
	inputFlags
	net, weights   string
	engine         string
	latency        time.Duration
	latencyUS      *int64 // nil: no bound
	dt             time.Duration
	duration       time.Duration
	raster, record string
	fit            string
	effort         bool
	alone          *network.Network // a network without input, when there is no FILE
}

func (a *app) runCommand() *cobra.Command {
	f := &runFlags{}
	cmd := &cobra.Command{
		Use:   "run [FILE...]",
		Short: "Run a network on recordings",
		Long: `Run a spiking network on recordings and print what happened: spikes a layer,
synaptic events, and how many neuron updates that took against stepping
everything. A picture of it (raster) is written, its path printed.

Without FILE the built-in recording, a sequence of handwritten digits, runs through
the built-in network "digits", which tells which ones it sees, and when. For
recordings of your own the network is "edges", which tells where it sees edges of
which orientation, and when, unless --net names another: "digits" for those that
look as N-MNIST does. A network of populations that takes no input runs by itself,
for --duration.
FILE may be - (standard input), a quoted glob or a folder.`,
		Example: `  dvsim run
  dvsim run recording.aedat4
  dvsim run Test/7/00001.bin --net digits
  dvsim run recording.aedat4 --net net.toml --engine dense
  dvsim run recording.aedat4 --from 200ms --to 1s --raster out.png --record out.dvt
  dvsim run --net bench/nets/brunel.toml --duration 1s
  dvsim run recording.aedat4 --effort
  dvsim run 'recordings/*.aedat4' --json
  cat recording.aedat4 | dvsim run -`,
		RunE: func(cmd *cobra.Command, args []string) error { return a.run(cmd, f, args) },
	}
	f.register(cmd)
	fl := cmd.Flags()
	fl.StringVar(&f.net, "net", "", "network: a built-in name, a network file (.toml) or a run folder; default: edges, and digits for the built-in recording")
	fl.StringVar(&f.weights, "weights", "", "weights (.npz) in place of those that the network file names")
	fl.StringVar(&f.engine, "engine", "event", engineUsage)
	fl.DurationVar(&f.latency, "latency", 0, "let no step wait longer than this before it is run, for live input: 0s runs each as soon as it is over; default: steps are run many at a time, as is fastest")
	fl.DurationVar(&f.dt, "dt", 0, "step (1ms); overrules the network's, and lets the dense engine approximate a continuous one")
	fl.DurationVar(&f.duration, "duration", 0, "run at least this long (1s); default: to the last event, and 1s for a network without input")
	fl.StringVar(&f.raster, "raster", "", `picture to write; default raster.png for one recording, none for several; "none" for none; a folder for several`)
	fl.StringVar(&f.record, "record", "", "trace to write (.dvt); a folder for several recordings, which keep their own folders in it")
	fl.BoolVar(&f.effort, "effort", false, "print operations, sparsity and energy, layer by layer, against stepping everything (in --json always)")
	fl.StringVar(&f.fit, "fit", "", "when network and recording differ in size: crop or scale")
	return cmd
}

// runResult is what dvsim run tells of one recording; --json prints it.
type runResult struct {
	File           string         `json:"file"`
	Error          string         `json:"error,omitempty"`
	Network        string         `json:"network"`
	Engine         string         `json:"engine"`
	Events         int64          `json:"events"`
	DurationUS     int64          `json:"duration_us"`
	Layers         []string       `json:"layers"`
	Spikes         []int64        `json:"spikes"`
	SynapticEvents int64          `json:"synaptic_events"`
	NeuronUpdates  int64          `json:"neuron_updates"`
	DenseUpdates   int64          `json:"dense_updates"`
	Late           int64          `json:"late_events"`
	Outside        int64          `json:"outside_events"`
	Seconds        float64        `json:"seconds"`
	RealTime       float64        `json:"real_time_factor"`
	PeakMemory     int64          `json:"peak_memory_bytes"`
	TraceHash      string         `json:"trace_hash"`
	Raster         *string        `json:"raster"`
	Record         string         `json:"record,omitempty"`
	Seen           []seen         `json:"seen,omitempty"`
	Choices        []choice       `json:"choices,omitempty"`
	Effort         *effort.Effort `json:"effort,omitempty"`
	LostPackets    int64          `json:"lost_packets"`
	LostBytes      int64          `json:"lost_bytes"`
	Interrupted    bool           `json:"interrupted,omitempty"`
	seenBy         string         // the layer
	flat           bool           // what it saw has no place
}

func (a *app) run(cmd *cobra.Command, f *runFlags, args []string) error {
	if err := errors.Join(checkEngine(f.engine), f.setLatency(cmd.Flags().Changed("latency"))); err != nil {
		return err
	}
	if f.fit != "" && f.fit != "crop" && f.fit != "scale" {
		return usagef("--fit %q: it is crop or scale", f.fit)
	}
	if f.duration < 0 {
		return usagef("--duration %v: a run cannot be that short", f.duration)
	}
	if len(args) == 0 && f.net != "" {
		f.loadAlone()
	}
	if f.net == "" {
		f.net = "edges"
		if len(args) == 0 {
			f.net = "digits"
		}
	}
	if len(args) == 0 {
		return a.runOne(cmd.Context(), f, "", &outputs{})
	}
	files, err := expand(args)
	if err != nil {
		return err
	}
	places := newOutputs(args, files)
	return a.eachFile(files, func(file string) error {
		return a.runOne(cmd.Context(), f, file, places)
	}, func(file string, err error) any {
		return runResult{File: displayName(file), Error: err.Error(), Network: f.net, Engine: f.engine}
	})
}

// runOne runs the network on one recording; file "" is the built-in one.
func (a *app) runOne(ctx context.Context, f *runFlags, file string, places *outputs) error {
	rasterPath, err := places.path(f.raster, file, "raster.png", ".raster.png")
	if err != nil {
		return err
	}
	recordPath, err := places.path(f.record, file, "", ".dvt")
	if err != nil {
		return err
	}
	var o *opened
	name := displayName(file)
	switch {
	case f.alone != nil:
		name = noRecording
		o = openAlone(f.alone)
	case file == "":
		name = "built-in sample"
		var rec events.Recording
		if rec, err = sample.Open(); err == nil {
			o, err = wrap(rec, &f.inputFlags)
		}
	default:
		o, err = a.open(file, &f.inputFlags, events.Tap{})
	}
	if err != nil {
		return err
	}
	defer o.Close()
	net, err := loadNetwork(f, o, name)
	if err != nil {
		return err
	}

	hash := &trace.Hash{}
	recorders := []trace.Recorder{hash}
	read := newReadout()
	recorders = append(recorders, read)
	var counter *effort.Counter
	if a.json || f.effort {
		counter = effort.NewCounter(net)
		recorders = append(recorders, counter)
	}
	var raster *render.Raster
	if rasterPath != "" {
		if err := writable(rasterPath); err != nil {
			return err
		}
		raster = render.NewRaster(render.Options{Geometry: o.Header().Geometry})
		recorders = append(recorders, raster)
	}
	var record *trace.FileWriter
	if recordPath != "" {
		if err := writable(recordPath); err != nil {
			return err
		}
		if record, err = trace.Create(recordPath); err != nil {
			return friendly(err)
		}
		defer record.Abort()
		recorders = append(recorders, record)
	}

	opt := &sim.Options{Workers: f.goroutines(), Record: trace.Tee(recorders...), Source: filepath.Base(name), DtUS: f.dt.Microseconds(), DurationUS: f.duration.Microseconds()}
	if f.alone != nil {
		opt.T0 = new(int64) // its times count from the start
	}
	var eng sim.Engine
	switch f.engine {
	case "dense":
		eng = sim.NewDense(net, opt)
	case "auto":
		opt.LatencyUS = f.latencyUS
		eng = sim.NewAuto(net, opt)
	default:
		opt.LatencyUS = f.latencyUS
		eng = sim.NewEvent(net, opt)
	}
	bar := a.progress(name, o)
	start := time.Now()
	stats, runErr := sim.Run(ctx, eng, &watched{Reader: o.Reader, batch: func(ev []events.Event) {
		if raster != nil {
			raster.Events(ev)
		}
		bar.tick()
	}})
	seconds := time.Since(start).Seconds()
	bar.done()
	interrupted := errors.Is(runErr, context.Canceled)
	if runErr != nil && !interrupted {
		return runErr
	}

	res := runResult{
		File: name, Network: net.Name, Engine: f.engine, Events: stats.Events, DurationUS: stats.DurationUS,
		Layers: stats.LayerNames, Spikes: stats.Spikes, SynapticEvents: stats.SynapticEvents,
		NeuronUpdates: stats.NeuronUpdates, DenseUpdates: stats.DenseUpdates, Late: stats.Late, Outside: stats.Outside,
		Seconds: seconds, TraceHash: hash.Sum(), Interrupted: interrupted,
	}
	read.report(&res)
	res.Choices = choices(stats.Choices)
	if counter != nil {
		e := counter.Effort(stats.NeuronUpdates)
		res.Effort = &e
	}
	if seconds > 0 {
		res.RealTime = float64(stats.DurationUS) / 1e6 / seconds
	}
	// A full disk costs the files, not the numbers.
	var saveErr error
	if record != nil {
		if err := record.Close(); err != nil {
			saveErr = fmt.Errorf("%s: %w", recordPath, err)
		} else {
			res.Record = recordPath
		}
	}
	if raster != nil {
		if err := render.Save(rasterPath, raster); err != nil {
			saveErr = errors.Join(saveErr, fmt.Errorf("%s: %w", rasterPath, err))
		} else {
			res.Raster = &rasterPath
		}
	}
	loss := o.rec.Report().Loss
	res.LostPackets, res.LostBytes = loss.Packets, loss.Bytes
	res.PeakMemory = peakMemory()
	if loss.Any() {
		a.salvaged()
	}
	if a.json {
		if err := a.printJSON(res); err != nil {
			return err
		}
	} else {
		a.printRun(&res, net, o, loss)
	}
	if interrupted {
		return runErr
	}
	return saveErr
}

// loadNetwork loads the network for a recording and makes the two fit.
func loadNetwork(f *runFlags, o *opened, name string) (*network.Network, error) {
	if f.alone != nil {
		return f.alone, nil
	}
	g := o.Header().Geometry
	net, err := network.Load(f.net, network.Options{Geometry: g, Weights: f.weights, DtUS: f.dt.Microseconds()})
	if err != nil {
		return nil, friendly(err)
	}
	net, part, err := net.Fit(g, network.FitMode(f.fit))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if part != (events.Rect{Width: g.Width, Height: g.Height}) {
		return net, o.crop(part)
	}
	return net, nil
}

// watched shows each batch of a Reader to a function.
type watched struct {
	events.Reader
	batch func([]events.Event)
}

func (w *watched) Read(dst []events.Event) (int, error) {
	n, err := w.Reader.Read(dst)
	w.batch(dst[:n])
	return n, err
}

// writable finds out before a long run whether its output can be written.
func writable(path string) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".dvsim-*.tmp")
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", path, errors.Unwrap(err))
	}
	f.Close()
	return os.Remove(f.Name())
}

func (a *app) printJSON(v any) error {
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

func (a *app) printRun(r *runResult, net *network.Network, o *opened, loss events.Loss) {
	var rows []string
	if r.File == noRecording {
		fmt.Fprintf(a.out, "%s by itself, %s, %s engine\n\n", a.bold(net.Name), span(r.DurationUS), r.Engine)
	} else {
		h := o.Header()
		fmt.Fprintf(a.out, "%s  %s, %s, through network %s, %s engine\n\n", a.bold(r.File), strings.TrimSpace(h.Format+" "+h.Version), h.Geometry, a.bold(net.Name), r.Engine)
		rows = append(rows, fmt.Sprintf("  events\t%s in %s (%s/s)", count(r.Events), span(r.DurationUS), rate(perSecond(r.Events, r.DurationUS))))
	}
	neurons := net.NeuronLayers()
	for i, at := range neurons {
		l := net.Layers[at]
		rows = append(rows, fmt.Sprintf("  spikes of %s\t%s from %s neurons (%.3g Hz each)", l.Name, count(r.Spikes[i]), count(int64(l.Shape.Len())), perSecond(r.Spikes[i], r.DurationUS)/float64(max(1, l.Shape.Len()))))
	}
	rows = append(rows, fmt.Sprintf("  synaptic events\t%s", count(r.SynapticEvents)))
	saved := ""
	if r.NeuronUpdates > 0 && r.NeuronUpdates < r.DenseUpdates {
		saved = fmt.Sprintf(": %.3g times fewer", float64(r.DenseUpdates)/float64(r.NeuronUpdates))
	}
	rows = append(rows,
		fmt.Sprintf("  neuron updates\t%s where dense stepping takes %s%s", count(r.NeuronUpdates), count(r.DenseUpdates), saved),
		fmt.Sprintf("  time\t%.3f s, %.3g × real time", r.Seconds, r.RealTime),
		fmt.Sprintf("  peak memory\t%s", bytesText(r.PeakMemory)),
		fmt.Sprintf("  trace hash\t%s", r.TraceHash))
	table(a.out, rows...)
	printChoices(a.out, r.Choices)
	if len(r.Seen) > 0 {
		a.printSeen(r)
	}
	if r.Effort != nil {
		a.printEffort(r.Effort, "the run")
	}
	if r.Late > 0 {
		fmt.Fprintf(a.err, "dvsim: %s events were older than the step being run and were delivered late; --reorder 10ms sorts them\n", count(r.Late))
	}
	if r.Outside > 0 {
		fmt.Fprintf(a.err, "dvsim: %s events lie outside the sensor and were left out\n", count(r.Outside))
	}
	a.printLoss(loss)
	if r.Record != "" {
		fmt.Fprintf(a.out, "\n%s\n", r.Record)
	}
	if r.Raster != nil {
		fmt.Fprintf(a.out, "\n%s\n", *r.Raster)
	}
}

func (a *app) printLoss(l events.Loss) {
	if l.Any() {
		fmt.Fprintf(a.err, "dvsim: salvaged: %s\n", lossText(l))
	}
}

func perSecond(n, us int64) float64 {
	if us <= 0 {
		return 0
	}
	return float64(n) / (float64(us) / 1e6)
}
