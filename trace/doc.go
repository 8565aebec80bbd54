// Package trace records what a network did: which neuron of which layer spiked
// when. It is the station between the engines and everything that looks at their
// work: pictures, training, comparison of engines.
//
// # Model
//
// A [Recorder] is told of spikes as they happen, layer by layer and time by time. The
// recorders of this package are
//
//   - [Memory]: columns in memory, to be counted, iterated, compared with [Diff];
//   - [Hash]: one number for the whole run, by which runs are compared;
//   - [FileWriter]: a compressed file (.dvt, docs/formats/dvt.md), written as the
//     run goes on, read again by [Open];
//   - [Tee]: several of them at once.
//
// A recorded trace is a [Source]: it can be told again to any Recorder, which
// is how pictures are drawn and read-outs are trained from a file.
//
//	f, err := trace.Create("run.dvt")
//	if err != nil { ... }
//	defer f.Abort() // does nothing after Close
//	var hash trace.Hash
//	rec := trace.Tee(f, &hash)
//	... // an engine calls rec.Begin, rec.Spikes and rec.End
//	err = f.Close()
//	fmt.Println(hash.Sum())
//
// # Data sets
//
// A [Set] is the spikes of one layer in many short runs with labels, packed for
// training. [WriteSet] and [OpenSet] keep it in a file (.dvset,
// docs/formats/dvset.md); package datasets makes it of recordings and of traces.
//
// # Times
//
// Times count from the start of the run: steps of [Info].DtUS µs in a clocked
// network, µs in a continuous one (DtUS = 0). Info.T0 is where on the recording's clock
// that is.
//
// # Costs
//
// Memory takes 4 to 6 bytes a spike and 16 a (layer, time). A file takes 1 to 3
// bytes a spike before compression, and its reader and writer need a few hundred
// kilobytes a layer whatever the length of the run. The hash costs about as much as a copy.
//
// # References
//
// xxHash64: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md.
// Zstandard: RFC 8878.
package trace
