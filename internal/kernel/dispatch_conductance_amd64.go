//go:build amd64 && !noasm && !race

package kernel

func sweepConductance(v, total, pull []float32, h, theta float32, spikes []uint64) {
	if active == generic {
		sweepConductanceGeneric(v, total, pull, h, theta, spikes)
		return
	}
	for len(v) > callNeurons {
		sweepConductance(v[:callNeurons], total, pull, h, theta, spikes)
		v, total, pull, spikes = v[callNeurons:], total[callNeurons:], pull[callNeurons:], spikes[callNeurons/64:]
	}
	if active == avx512 {
		sweepConductanceAVX512(v, total, pull, h, theta, spikes)
	} else {
		sweepConductanceAVX2(v, total, pull, h, theta, spikes)
	}
}
