// Package datasets finds labelled recordings, traces and pictures, and turns
// them into what a network is trained on.
//
//	l, err := datasets.Find("N-MNIST.zip", datasets.FindOptions{})
//	if err != nil { ... }
//	defer l.Close()
//	set, report, err := datasets.Encode(ctx, l.Train, datasets.Encoding{
//		Input: &net.Input, Bins: 25, Classes: l.Classes,
//	})
//	if err != nil { ... }
//	fmt.Print(&report) // empty, damaged, cut off: whatever is out of the ordinary
//
// # Model
//
// [Find] makes a [Listing]: the classes, and for each part of the set its
// [Recording]s with their labels. It understands folders as N-MNIST has them, the same
// unread in archives, any folder of class folders, and tables of paths and labels.
// Recordings may be in any format that the program has registered (import
// dvsim/formats/all); nothing is read before [Recording.Open].
// [Listing.Split] takes a part for validation, class by class, by a seed.
//
// [Encode] decodes recordings and counts their events into steps: a [trace.Set], with
// one sample for each recording. [FromTraces] makes the same of recorded spikes, of
// the input or of a layer of a frozen network. [Cache] keeps sets on disk and serves them
// as long as not a byte of what they were made of has changed.
//
// [OpenMNIST] reads the pictures of MNIST, or of a set of its form.
//
// # Steps
//
// With Encoding.DtUS an event at t belongs to step (t − t0)/DtUS, where t0 is the time of
// the first event. An event that is older than the step under way counts in that
// step. Both are the rules of package sim, so that a network is trained on the input
// that it sees when it runs.
//
// With Encoding.Bins a recording is cut into so many steps of equal length, whatever its
// duration: those of [BinWidth] µs. An engine with that step sees the same input, up to the
// last bin; the few events after it are left out, as in tonic.
//
// Counts add up, as many as 65,535 for an input and step, unless Input.Binary
// makes them 1.
//
// # What goes wrong
//
// Errors name the file, the place and the way out, and are told all at once: every
// bad line of a table, every recording that cannot be decoded (the first twenty are
// printed). Empty recordings are no error but silent samples. The [Report] counts
// them, and the events that became no spikes, with the first names of each.
// Nothing that a file declares (sizes in headers, in archives) drives an allocation.
//
// # Costs
//
// Binning costs 3 to 5 ns an event on one core, beside decoding, and opening a small
// file about 10 µs, nearly all of it in the system. The MNIST files (55 MB unpacked) take
// 0.2 s on two cores. A set from the cache costs reading and hashing all recordings and some
// ns an entry: as much as encoding plain files of N-MNIST, and a quarter or a fifth of
// it where they are packed in a .zip.
//
// Memory: the set (4 bytes for each input and step that spiked, 4 a step), and for each worker the largest
// recording up to 4 MB, and up to a million events; longer ones are streamed.
//
// # References
//
// idx, the format of MNIST: Y. LeCun, C. Cortes, C. J. C. Burges, The MNIST database of
// handwritten digits. N-MNIST: G. Orchard, A. Jayawant, G. K. Cohen, N. Thakor, Frontiers in
// Neuroscience 9 (2015) 437. Bins: tonic 1.7.0, SliceByTimeBins.
package datasets
