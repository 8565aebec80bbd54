//go:build amd64 && !noasm && !race

package kernel

// The assembly of the functions below compares every group with the number of
// whole ones and stops at a wrong one; the plain twin then meets the same group and
// panics as Go does.

// groupsPerCall is how many groups one call handles.
func groupsPerCall(unit int) int { return max(1, callNeurons/unit) }

func sweep(v, acc []float32, unit int, groups []uint32, p []float32, theta float32, reset Reset, spikes []uint64) {
	if active == generic {
		sweepGeneric(v, acc, unit, groups, p, theta, reset, spikes)
		return
	}
	n := words(unit)
	if unit > callNeurons {
		for k, g := range groups {
			sweepLong(group(v, unit, g), group(acc, unit, g), p[k:k+1], theta, reset, spikes[k*n:])
		}
		return
	}
	for per := groupsPerCall(unit); len(groups) > per; {
		sweepOnce(v, acc, unit, groups[:per], p, theta, reset, spikes)
		groups, p, spikes = groups[per:], p[per:], spikes[per*n:]
	}
	sweepOnce(v, acc, unit, groups, p, theta, reset, spikes)
}

func sweepOnce(v, acc []float32, unit int, groups []uint32, p []float32, theta float32, reset Reset, spikes []uint64) {
	var done int
	if active == avx512 {
		done = sweepAVX512(v, acc, unit, len(v)/unit, groups, p, theta, uint8(reset), spikes)
	} else {
		done = sweepAVX2(v, acc, unit, len(v)/unit, groups, p, theta, uint8(reset), spikes)
	}
	if done != len(groups) {
		sweepGeneric(v, acc, unit, groups, p, theta, reset, spikes)
	}
}

// sweepLong is sweep for one group that is too long for one call.
func sweepLong(v, acc, p []float32, theta float32, reset Reset, spikes []uint64) {
	for len(v) > 0 {
		n := min(len(v), callNeurons)
		sweepOnce(v[:n], acc[:n], n, first, p, theta, reset, spikes)
		v, acc, spikes = v[n:], acc[n:], spikes[words(n):]
	}
}

func sweepBias(v, acc, bias []float32, unit int, groups []uint32, p []float32, theta float32, reset Reset, spikes []uint64, moved []bool) {
	if active == generic {
		sweepBiasGeneric(v, acc, bias, unit, groups, p, theta, reset, spikes, moved)
		return
	}
	n := words(unit)
	if unit > callNeurons {
		for k, g := range groups {
			moved[k] = sweepBiasLong(group(v, unit, g), group(acc, unit, g), group(bias, unit, g), p[k:k+1], theta, reset, spikes[k*n:])
		}
		return
	}
	for per := groupsPerCall(unit); len(groups) > per; {
		sweepBiasOnce(v, acc, bias, unit, groups[:per], p, theta, reset, spikes, moved)
		groups, p, spikes, moved = groups[per:], p[per:], spikes[per*n:], moved[per:]
	}
	sweepBiasOnce(v, acc, bias, unit, groups, p, theta, reset, spikes, moved)
}

func sweepBiasOnce(v, acc, bias []float32, unit int, groups []uint32, p []float32, theta float32, reset Reset, spikes []uint64, moved []bool) {
	var done int
	if active == avx512 {
		done = sweepBiasAVX512(v, acc, bias, unit, len(v)/unit, groups, p, theta, uint8(reset), spikes, moved)
	} else {
		done = sweepBiasAVX2(v, acc, bias, unit, len(v)/unit, groups, p, theta, uint8(reset), spikes, moved)
	}
	if done != len(groups) {
		sweepBiasGeneric(v, acc, bias, unit, groups, p, theta, reset, spikes, moved)
	}
}

func sweepBiasLong(v, acc, bias, p []float32, theta float32, reset Reset, spikes []uint64) (moved bool) {
	for len(v) > 0 {
		n := min(len(v), callNeurons)
		var one [1]bool
		sweepBiasOnce(v[:n], acc[:n], bias[:n], n, first, p, theta, reset, spikes, one[:])
		moved = moved || one[0]
		v, acc, bias, spikes = v[n:], acc[n:], bias[n:], spikes[words(n):]
	}
	return moved
}

// group is group g of a slice.
func group(s []float32, unit int, g uint32) []float32 { return s[:len(s):len(s)][int(g)*unit:][:unit] }
