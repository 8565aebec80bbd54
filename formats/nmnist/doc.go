// Package nmnist reads and writes the 5-byte events of N-MNIST and N-Caltech101
// (.bin) and of SLAYER (.bs2).
//
// There is no header. Every event has five bytes:
//
//	byte 0   x
//	byte 1   y, downwards
//	byte 2   bit 7 polarity (1 is On), bits 6..0 time, bits 22..16
//	byte 3   time, bits 15..8
//	byte 4   time, bits 7..0; microseconds
//
// Importing the package registers the format "nmnist":
//
//	import _ "dvsim/formats/nmnist"
//	...
//	rec, err := events.Open("Train/3/00042.bin", nil)
//
// # Time
//
// The 23 bits turn every 8.39 s: a step backwards by more than half of that is
// taken as a turn, a smaller one is kept and counted. An event with y = 240 is
// none but a mark of the ATIS software: it and all later times are 8,192 µs later.
// Marks are counted (Report.Special) and not given out. Where the sensor is known,
// or seen, to have more than 240 rows, y = 240 is a row like others.
//
// # Size
//
// The file does not tell the size of the sensor. It is taken as 34x34 (.bs2:
// 128x128), or as the next usual size that holds all pixels: those of the whole
// file where it is a file of up to 16 MiB, of its beginning otherwise.
// Options.Geometry overrules it.
//
// # Costs
//
// About a nanosecond and a half an event, no allocation while reading. A small
// file needs a buffer of its own size only.
//
// # References
//
// G. Orchard, A. Jayawant, G. K. Cohen, N. Thakor: Converting Static Image Datasets to
// Spiking Neuromorphic Datasets Using Saccades. Frontiers in Neuroscience 9 (2015) 437,
// and the readers published with it, which differ on the mark y = 240: the
// one in Python applies it, the one in Matlab does not.
package nmnist
