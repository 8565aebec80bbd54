// Package dvsim is the root of an event-driven neuromorphic simulator: it reads
// recordings of event cameras (DVS), runs spiking networks on them only where
// events arrive, and records what happened. It holds no code; the work is done
// by the packages below, in the order of the data:
//
//	bytes → events → filters → input spikes → queue → neurons → trace → pictures, numbers
//
//	events           event, Reader, registry of formats, errors, digest, statistics
//	events/filter    one file a filter; each is a Reader around a Reader
//	events/dvs       the simulated sensor: pictures in, events out
//	aedat, formats/  the codecs; import dvsim/formats/all for all of them
//	queue            the priority queue of spikes in flight
//	neuron           the arithmetic of one neuron
//	network          layers, connections, network files, built-in networks
//	sim              the two engines: event and dense, equal bit for bit
//	trace            spikes in memory, as a hash, in a file
//	render           rasters, event images, curves, heat maps
//	datasets         labelled recordings, traces and pictures; encoding for training
//	datasets/sample  the recording that dvsim carries with it
//
// The example of this package is a whole program: a recording through a network,
// and how often each layer spiked. The command is dvsim/cmd/dvsim; the map with
// its reasons is docs/architecture.md.
package dvsim
