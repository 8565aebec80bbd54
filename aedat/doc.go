// Package aedat reads and writes AEDAT, the formats of the event cameras of iniVation
// and of the Institute of Neuroinformatics, in all their versions. Import it for its
// side effect: each version registers itself with package events.
//
//	import _ "dvsim/aedat"
//
//	rec, err := events.Open("recording.aedat4", nil) // or .aedat: the version is found by content
//
// # Versions
//
//	name     header                     data
//	aedat1   none, or lines of #        6 bytes an event, big-endian: u16 address, i32 time
//	aedat2   lines of #                 8 bytes an event, big-endian: u32 address, i32 time;
//	                                    APS samples and IMU words among the events
//	aedat3   lines of #, #!END-HEADER   packets, little-endian: 28 bytes, then events of one type
//	aedat4   #!AER-DAT4.0, FlatBuffer   packets, each a FlatBuffer, compressed on its own; table at the end
//
// In versions 1 and 2 the address is the camera's own: which bits are x, y and
// polarity depends on the chip that the header names. Formats aer16 and aer32 are the
// same bytes without any camera: the whole address is x.
//
// The files are cut as the formats are: v1, v2, v3 and v4 for reading, write_v2 and so
// on for writing, header for the lines of #, flatbuf, lz4 and compress for what
// version 4 is built of. One page a version lies in docs/formats.
//
// # More than events
//
// Frames, IMU readings and triggers come through [events.Tap], in the order of the
// file. Writers of versions 3 and 4 are [events.RecordWriter] too.
//
// # Version 4 in parallel
//
// Runs of packets, 64 to 256 KiB of the file, are decompressed and checked by
// [events.Options].Workers goroutines and handed out in the order of the file. Memory
// is bounded by workers + 2 such runs, whatever the size of the recording. An
// uncompressed event costs about 4 ns of one core, of which most is reading the file;
// LZ4 about 10 ns and Zstd about 20 ns.
//
// # Damage
//
// Strict reading stops at the damage with its place; [events.Options].Salvage leaves
// out the damaged packet (version 1 and 2: record), finds the way back, and reports
// what was lost. docs/formats tells how damage is recognised.
//
// # References
//
// jAER (readers of AEDAT 1 and 2, schemas of AEDAT 4), libcaer (events/*.h, AEDAT 3),
// dv-processing (schemas of AEDAT 4).
package aedat
