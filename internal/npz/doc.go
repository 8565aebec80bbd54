// Package npz reads and writes NumPy's array files: .npz (a zip of arrays, as
// numpy.savez and savez_compressed write it) and .npy (one array).
//
//	f, err := npz.Open("weights.npz")
//	if err != nil { ... }
//	defer f.Close()
//	w, shape, err := f.Float32s("w0") // row-major (C order), whatever the file has
//
// # What is read
//
// Booleans, integers of 1 to 8 bytes, floats of 2 to 8 bytes, byte strings and
// unicode strings ('<U12'); little and big endian; C and Fortran order; format
// versions 1.0, 2.0 and 3.0; stored or deflated members. Structured types,
// complex numbers and pickled objects are refused by name.
//
// # What is written
//
// The numeric types of [Array], little endian, C order, version 1.0, data at a
// multiple of 64 bytes, members stored (or deflated on request), with no times
// in the zip: the same arrays give the same bytes. numpy.load opens it, also
// with mmap_mode on a .npy.
//
// # Hostile input
//
// A size in a header never drives an allocation: it must agree with the size of
// the zip member, that one with what deflate can reach, and memory grows with
// the bytes that really come. Errors are an [Error] with file, array and byte.
//
// References: NEP 1 (https://numpy.org/neps/nep-0001-npy-format.html) and
// numpy.lib.format for versions 2.0 and 3.0.
package npz
