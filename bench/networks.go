package bench

import (
	"context"
	"embed"
	"fmt"
	"regexp"
	"slices"
	"time"

	"dvsim/events"
	"dvsim/network"
	"dvsim/sim"
)

//go:embed nets/*.toml
var nets embed.FS

// NetworkJob is one job of [Networks]: a network, and what runs through it.
type NetworkJob struct {
	Name string
	// What it is, in one line.
	What string
	file string // in nets
	// StepUS is its step, µs; 0 where it is continuous or the file says it.
	StepUS int64
	binary bool // an input spikes at most once a step, as for the peers' generators
	// Recording tells whether it runs on a recording; the others run by themselves.
	Recording bool
	// Peers that can do it.
	Peers []string
}

// NetworkJobs lists the jobs. The networks lie in bench/nets and in the program.
var NetworkJobs = []NetworkJob{
	{Name: "conv346", What: "conv 2→16→32 with pools, dense 10, whole recording, 1 ms", file: "conv346", StepUS: 1000, Recording: true, Peers: []string{"sinabs", "snntorch"}},
	{Name: "dense", What: "recording pooled to 2312 inputs, 1000 and 10 LIF neurons, 1 ms", file: "dense", StepUS: 1000, Recording: true, Peers: []string{"sinabs", "snntorch", "snntorch-layerwise"}},
	{Name: "dense-grid", What: "the same on a 0.1 ms grid", file: "dense", StepUS: 100, binary: true, Recording: true, Peers: []string{"brian2", "nest"}},
	{Name: "dense-continuous", What: "the same in continuous time; peers as in dense-grid, which merges events", file: "dense", Recording: true, Peers: []string{"brian2", "nest"}},
	{Name: "vjump", What: "Brette 2007 benchmark 4, 4,000 LIF neurons, voltage jumps", file: "vjump", StepUS: 100, Peers: []string{"brian2", "nest"}},
	{Name: "cuba", What: "Brette 2007 benchmark 2, 4,000 LIF neurons, exponential currents", file: "cuba", StepUS: 100, Peers: []string{"brian2", "nest"}},
	{Name: "coba", What: "Brette 2007 benchmark 1, 4,000 LIF neurons, exponential conductances", file: "coba", StepUS: 100, Peers: []string{"brian2", "nest"}},
	{Name: "brunel", What: "Brunel 2000, 12,500 LIF neurons, 15.6 M synapses", file: "brunel", StepUS: 100, Peers: []string{"brian2", "nest"}},
	{Name: "microcircuit", What: "Potjans and Diesmann 2014, a tenth of its neurons", file: "microcircuit", StepUS: 100, Peers: []string{"nest"}},
}

// NetworkPeers are all peers of [NetworkJobs].
var NetworkPeers = []string{"sinabs", "snntorch", "snntorch-layerwise", "brian2", "nest"}

// FindNetworkJob finds a job by its name.
func FindNetworkJob(name string) (NetworkJob, bool) {
	i := slices.IndexFunc(NetworkJobs, func(j NetworkJob) bool { return j.Name == name })
	if i < 0 {
		return NetworkJob{}, false
	}
	return NetworkJobs[i], true
}

// NetworkOptions steers a job.
type NetworkOptions struct {
	// Recording is the file of jobs that need one.
	Recording string
	// Weights (.npz) of conv346; "" draws them, and the network takes the recording's size.
	Weights string
	// DurationUS of jobs without recording; 1 s when 0.
	DurationUS int64
	// Workers of the engine.
	Workers int
}

// NetworkRun is what one program needed for a job.
type NetworkRun struct {
	Job     string `json:"job"`
	Who     string `json:"who"`
	Version string `json:"version,omitempty"`
	// Seconds of the simulation alone, of each run.
	Seconds []float64 `json:"seconds"`
	// Build is what came before: reading, connecting, and for some generating and
	// compiling code.
	Build      float64  `json:"build_seconds"`
	Layers     []string `json:"layers"`
	Neurons    []int    `json:"neurons"`
	Spikes     []int64  `json:"spikes"`
	DurationUS int64    `json:"duration_us"`
	// SynapticEvents, ours only: a spike that arrives over a synapse.
	SynapticEvents int64  `json:"synaptic_events,omitempty"`
	PeakBytes      int64  `json:"peak_bytes"`
	Threads        int    `json:"threads"`
	Error          string `json:"error,omitempty"`
}

// Best is the fastest run.
func (r *NetworkRun) Best() float64 {
	if len(r.Seconds) == 0 {
		return 0
	}
	return slices.Min(r.Seconds)
}

// Median of the runs.
func (r *NetworkRun) Median() float64 {
	if len(r.Seconds) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(r.Seconds))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

// Rate is the mean rate of all neurons, in Hz.
func (r *NetworkRun) Rate() float64 {
	n, all := 0, int64(0)
	for i, s := range r.Spikes {
		all += s
		n += r.Neurons[i]
	}
	if n == 0 || r.DurationUS == 0 {
		return 0
	}
	return float64(all) / float64(n) / (float64(r.DurationUS) / 1e6)
}

// Add takes over the runs of a further round.
func (r *NetworkRun) Add(other *NetworkRun) {
	r.Seconds = append(r.Seconds, other.Seconds...)
	r.Build = min(r.Build, other.Build)
	r.PeakBytes = max(r.PeakBytes, other.PeakBytes)
}

// A process repeats a short job: up to enough runs, but none after a while. The
// script of the peers does the same.
const (
	runsEnough = 3
	runsWhile  = 3 * time.Second
)

// prepared is a job ready to run: its network, and the events in memory.
type prepared struct {
	net      *network.Network
	events   []events.Event
	geometry events.Geometry
	duration int64 // µs
}

// RunNetwork does a job in this process. The events are in memory before, as they
// are for the peers, and making the engine counts as building.
func RunNetwork(ctx context.Context, job NetworkJob, o *NetworkOptions) (*NetworkRun, error) {
	began := time.Now()
	p, err := job.prepare(o)
	if err != nil {
		return nil, err
	}
	r := &NetworkRun{Job: job.Name, Who: "dvsim", Threads: o.Workers}
	for _, at := range p.net.NeuronLayers() {
		r.Neurons = append(r.Neurons, p.net.Layers[at].Shape.Len())
	}
	for start := time.Now(); len(r.Seconds) < runsEnough && (len(r.Seconds) == 0 || time.Since(start) < runsWhile); {
		eng := sim.NewEvent(p.net, &sim.Options{Workers: o.Workers, DurationUS: p.duration})
		if r.Build == 0 {
			r.Build = time.Since(began).Seconds()
		}
		run := time.Now()
		st, err := sim.Run(ctx, eng, events.FromSlice(events.Header{Geometry: p.geometry}, p.events))
		if err != nil {
			return nil, err
		}
		r.Seconds = append(r.Seconds, time.Since(run).Seconds())
		r.Layers, r.Spikes, r.SynapticEvents, r.DurationUS = st.LayerNames, st.Spikes, st.SynapticEvents, st.DurationUS
	}
	return r, nil
}

func (j *NetworkJob) prepare(o *NetworkOptions) (*prepared, error) {
	p := &prepared{duration: o.DurationUS}
	if !j.Recording {
		if p.duration == 0 {
			p.duration = 1_000_000
		}
	} else {
		p.duration = 0
		rec, err := events.Open(o.Recording, nil)
		if err != nil {
			return nil, err
		}
		defer rec.Close()
		if p.events, err = events.Collect(rec); err != nil {
			return nil, err
		}
		p.geometry = rec.Header().Geometry
	}
	text, err := j.text(o)
	if err != nil {
		return nil, err
	}
	opt := network.Options{Geometry: p.geometry, Seed: 1, DtUS: j.StepUS}
	if j.file == "conv346" {
		opt.Weights = o.Weights
	}
	if p.net, err = network.Parse(text, opt); err != nil {
		return nil, err
	}
	p.net.Input.Binary = j.binary
	if !j.Recording {
		p.geometry = p.net.Input.Geometry()
		return p, nil
	}
	mode := network.FitNone
	if j.file == "dense" {
		mode = network.FitScale
	}
	p.net, _, err = p.net.Fit(p.geometry, mode)
	return p, err
}

// Where a job draws the weights that its file names, and takes the recording's size.
var (
	namedWeights = regexp.MustCompile(`(?m)^weights\s*=\s*"w(\d)"`)
	fixedSize    = regexp.MustCompile(`(?m)^(width|height)\s*=.*$`)
	drawnStd     = map[string]string{"0": "0.45", "1": "0.16", "2": "0.02"}
)

// text is the network file of the job.
func (j *NetworkJob) text(o *NetworkOptions) ([]byte, error) {
	text, err := nets.ReadFile("nets/" + j.file + ".toml")
	if err != nil {
		return nil, fmt.Errorf("job %s: %w", j.Name, err)
	}
	if j.file != "conv346" || o.Weights != "" {
		return text, nil
	}
	text = fixedSize.ReplaceAll(text, nil)
	return namedWeights.ReplaceAllFunc(text, func(m []byte) []byte {
		std := drawnStd[string(namedWeights.FindSubmatch(m)[1])]
		return []byte(`init = { kind = "normal", std = ` + std + ` }`)
	}), nil
}

// NetworkLine is a run as bench networks --json prints it: one line of
// bench/results/networks.jsonl, from which docs/benchmarks.md is made.
type NetworkLine struct {
	*NetworkRun
	Best   float64 `json:"best_s"`
	Median float64 `json:"median_s"`
	RateHz float64 `json:"rate_hz"`
	Ratio  float64 `json:"ratio"` // its time over ours
	// Of ours: additions a second, each of a weight of 4 bytes, and what share that is
	// of what the cores add from arrays in L2 (see [Limits]).
	Additions float64 `json:"additions_per_second,omitempty"`
	L2Share   float64 `json:"l2_share,omitempty"`
	Machine   string  `json:"machine"`
}

// Line is the line of a run beside ours.
func Line(r, ours *NetworkRun, limits []Limit) NetworkLine {
	l := NetworkLine{NetworkRun: r, Best: r.Best(), Median: r.Median(), RateHz: r.Rate(), Machine: Machine()}
	if ours.Best() > 0 {
		l.Ratio = r.Best() / ours.Best()
	}
	if r.SynapticEvents > 0 && r.Best() > 0 {
		l.Additions = float64(r.SynapticEvents) / r.Best()
		l.L2Share = Share(limits, r.Threads, l.Additions)
	}
	return l
}
