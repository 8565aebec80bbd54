//go:build amd64 && !noasm && !race

package kernel

import "golang.org/x/sys/cpu"

// The functions of this file stand between the exported ones and the assembly.
// They cut the work into calls that end soon and pick the implementation. The
// choice is a comparison of one byte, not a function variable: what is handed to an
// unknown function escapes to the heap. The assembly trusts the lengths that the
// exported functions have checked.

// callElements is how many float32 of a matrix, or elements of a slice, one call
// of assembly handles: such a call cannot be interrupted, and the garbage
// collector waits for it. From main memory this is some 20 µs of work.
const callElements = 1 << 15

// available lists what this processor can run, the best last.
func available() []path {
	have := []path{generic}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		have = append(have, avx2)
	}
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VL {
		have = append(have, avx512)
	}
	return have
}

func missing(path) string { return "this processor lacks it" }

func addRow(acc, w []float32) {
	if active == generic {
		addRowGeneric(acc, w)
		return
	}
	for len(w) > callElements {
		addRow(acc[:callElements], w[:callElements])
		acc, w = acc[callElements:], w[callElements:]
	}
	if active == avx512 {
		addRowAVX512(acc, w)
	} else {
		addRowAVX2(acc, w)
	}
}

func axpyRow(acc, w []float32, x float32) {
	if active == generic {
		axpyRowGeneric(acc, w, x)
		return
	}
	for len(w) > callElements {
		axpyRow(acc[:callElements], w[:callElements], x)
		acc, w = acc[callElements:], w[callElements:]
	}
	if active == avx512 {
		axpyRowAVX512(acc, w, x)
	} else {
		axpyRowAVX2(acc, w, x)
	}
}
