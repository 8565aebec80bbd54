package sim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"dvsim/events"
	"dvsim/trace"
)

// Engine runs one network over one recording. It is made by [NewEvent],
// [NewDense] or [NewAuto] and used by one goroutine.
type Engine interface {
	// Feed hands over events in the order of the recording, any number at a time: the
	// result does not depend on how they are cut into calls. Errors are sticky.
	Feed(ev []events.Event) error
	// Finish runs to the end of the recording and closes the trace. Feed fails after
	// it; a second Finish returns the same again.
	Finish() (Stats, error)
	// Stats tells how far the run is. Counts of work that waits for its window are
	// not in it yet.
	Stats() Stats
}

// Options steers a run. The zero value is a run on one core that records nothing.
type Options struct {
	// Workers is how many goroutines share the work; 0 and 1 are the caller alone.
	// Results are equal for any number. The dense engine and continuous networks use one.
	Workers int
	// Record receives all spikes; nil records nothing.
	Record trace.Recorder
	// Source names the recording in the trace.
	Source string
	// T0 is the time of the recording that is time 0 of the run, µs; nil takes the
	// time of the first event.
	T0 *int64
	// DurationUS is how long the run lasts at least, in µs; it lasts at least to the last event.
	DurationUS int64
	// DtUS lets the dense engine run a continuous network, as an approximation, with
	// a step of so many µs. It has no effect on clocked networks.
	DtUS int64
	// Matmul lets the dense engine multiply the zeros too, as a matrix product does,
	// in dense and convolutional connections. The spikes are the same.
	Matmul bool
	// Window is how many input spikes the event engine collects before it runs their
	// steps through the network; 0 is 8192. Smaller means earlier, larger means
	// faster; the spikes are the same.
	Window int
	// LatencyUS bounds how long a step waits for its window, in µs of the recording
	// after its end; nil does not. With 0 every step is run as soon as it is over, which
	// is when an event of a later one comes: for live input. The spikes are the same.
	LatencyUS *int64
	// Progress is called now and then, every 0.1 s or so, from within Feed and Finish.
	Progress func(Stats)
}

// Stats tells what a run has done.
type Stats struct {
	// Events were fed. Of these, Outside lay beyond the sensor that the network is
	// made for and Ignored had a polarity that it does not look at; all others became
	// input spikes.
	Events, Outside, Ignored int64
	// InputSpikes are the input spikes, each count counted.
	InputSpikes int64
	// Late are events older than the step (µs in a continuous network) that was under
	// way when they came; they were delivered in that step.
	Late int64
	// Clipped are events beyond the 65,535th of one input in one step.
	Clipped int64
	// T0 is the time of the recording that is time 0, µs.
	T0 int64
	// DurationUS is the time from T0 to the last event, or Options.DurationUS if that is longer.
	DurationUS int64
	// Steps of a clocked network that were run, idle ones included; 0 in a continuous one.
	Steps int64
	// LayerNames are the names of the layers that have neurons, Spikes how often their
	// neurons spiked.
	LayerNames []string
	Spikes     []int64
	// SynapticEvents is the sum over the spikes that arrived at neurons (each count
	// counted) of the synapses that they went through. Connections to relays, which
	// have no neurons, do not count.
	SynapticEvents int64
	// NeuronUpdates is how often a neuron was brought up to date. DenseUpdates is how
	// often stepping everything would have done it: neurons × steps; in a continuous
	// network neurons × ms.
	NeuronUpdates, DenseUpdates int64
	// Choices tells what NewAuto has chosen, for each of LayerNames; nil for other engines.
	Choices []Choice
	// Seconds is the time spent within Feed and Finish.
	Seconds float64
}

// Run feeds a whole recording to an engine and finishes it. When ctx ends, what
// was read up to then is finished and returned with ctx.Err(). An error of the
// reader is returned the same way, with what came before it.
func Run(ctx context.Context, eng Engine, r events.Reader) (Stats, error) {
	if c, ok := eng.(interface{ watch(context.Context) }); ok {
		c.watch(ctx)
	}
	buf := make([]events.Event, events.BatchSize)
	var err error
	for err == nil {
		if err = ctx.Err(); err != nil {
			break
		}
		var n int
		n, err = r.Read(buf)
		if ferr := eng.Feed(buf[:n]); ferr != nil {
			err = ferr
		}
	}
	stats, ferr := eng.Finish()
	switch {
	case !errors.Is(err, io.EOF):
		return stats, err
	case ferr != nil:
		return stats, ferr
	}
	return stats, nil
}

// errFinished is the error of Feed after Finish.
var errFinished = errors.New("sim: Feed after Finish")

// progressEvery is the time between two calls of Options.Progress.
const progressEvery = 100 * time.Millisecond

// Speed is how many times faster than the recording the run was; 0 when it took no time.
func (s Stats) Speed() float64 {
	if s.Seconds == 0 {
		return 0
	}
	return float64(s.DurationUS) / 1e6 / s.Seconds
}

// String is one line for people.
func (s Stats) String() string {
	return fmt.Sprintf("%s events, %s synaptic events, %s neuron updates (stepping everything: %s), %.3g s",
		events.Thousands(s.Events), events.Thousands(s.SynapticEvents), events.Thousands(s.NeuronUpdates), events.Thousands(s.DenseUpdates), s.Seconds)
}
