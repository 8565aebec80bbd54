package trace

// Info describes what is recorded.
type Info struct {
	// Network and Source name the network and the recording.
	Network, Source string
	// T0 is the time of the recording that is time 0 of the trace, µs.
	T0 int64
	// DtUS is the step of a clocked network in µs: times in the trace are steps then.
	// 0 for a continuous network: times in the trace are µs since T0.
	DtUS int64
	// Layers: the input first (index 0), then each layer that has neurons, in order.
	Layers []Layer
}

// Layer describes one recorded layer.
type Layer struct {
	Name    string
	H, W, C int // shape; index = (y·W + x)·C + c
	Labels  []string
}

// Len is the number of neurons.
func (l Layer) Len() int { return l.H * l.W * l.C }

// Recorder receives the spikes of a run. An engine calls Begin once, then Spikes
// any number of times, then End once; from one goroutine at a time.
type Recorder interface {
	Begin(Info) error
	// Spikes tells that neurons of one layer spiked at time t (a step, or µs: see
	// Info.DtUS). Calls for one layer come in strictly ascending t with index ascending;
	// calls for different layers may be interleaved in any order. counts is nil when
	// every count is 1 (always so for layers other than the input). The slices belong
	// to the caller and are valid only during the call.
	Spikes(layer int, t int64, index []uint32, counts []uint16) error
	// End tells how long the run was, in the unit of t.
	End(duration int64) error
}
