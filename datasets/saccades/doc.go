// Package saccades makes recordings of pictures as N-MNIST was made: each picture
// is shown to a sensor of 34 × 34 pixels that moves in three saccades. The sensor is
// the simulated one of [dvsim/events/dvs], preset "nmnist", which a test holds to
// the real recordings of the same pictures.
//
//	train, test := saccades.Strokes(1, 6000, 1000)
//	m, err := saccades.Write(ctx, "digits", saccades.Options{Seed: 1}, train, test)
//
// or in memory, one Recorder a goroutine:
//
//	rec := train.Recorder(1)
//	for i := range train.Len() {
//		ev = rec.Events(ev[:0], i) // a recording of train.Label(i)
//	}
//
// # Pictures
//
// [Strokes] are our own, in any number; [MNIST] takes those of an idx file. A [Part]
// is a selection of them: [Part.First] shortens it, and [Part.Without] leaves out
// pictures of which there are real recordings, so that a network that has learned
// from simulated ones can be tested on these honestly.
//
// # Layout
//
// [Write] lays the recordings out as N-MNIST lies on disk, so whatever reads the one
// reads the other:
//
//	digits/Train/5/00001.bin
//	digits/Train/0/00002.bin
//	...
//	digits/Test/7/00001.bin
//	digits/manifest.json
//
// Folders are named for the class, files for the number of the picture in its part,
// counted from 1; a file holds the 5-byte events of package formats/nmnist, with times
// of 0 to 310 ms. The manifest says how the set was made and what is in it; it is
// written last, so a set without one is not complete.
//
// # Random numbers
//
// The pattern of the sensor's pixels comes from the seed, jitter and noise from
// the seed, the part and the number of the picture. So a recording is the same
// whatever else is in the set, and for any number of workers.
//
// # Costs
//
// A recording takes 1.5 ms of a core and 20 kB: MNIST, 60,000 and 10,000, one minute on
// two cores and 1.4 GB. A Recorder has about 0.4 MB.
//
// # References
//
// G. Orchard, A. Jayawant, G. K. Cohen, N. Thakor: Converting Static Image Datasets to
// Spiking Neuromorphic Datasets Using Saccades. Frontiers in Neuroscience 9 (2015) 437.
package saccades
