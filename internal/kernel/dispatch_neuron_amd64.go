//go:build amd64 && !noasm && !race

package kernel

// callNeurons is how many neurons, or weights under Adam, one call handles; a
// multiple of 64, so that no word of spikes is split.
const callNeurons = 1 << 13

func leakyStep(dst, v, in, bias, beta, theta []float32, reset Reset, spikes []uint64) {
	if active == generic {
		leakyStepGeneric(dst, v, in, bias, beta, theta, reset, spikes)
		return
	}
	for len(dst) > callNeurons {
		leakyStep(dst[:callNeurons], v, in, bias, beta, theta, reset, spikes)
		dst, v, in, bias = dst[callNeurons:], v[callNeurons:], in[callNeurons:], bias[callNeurons:]
		beta, theta, spikes = beta[callNeurons:], theta[callNeurons:], spikes[callNeurons/64:]
	}
	if active == avx512 {
		leakyStepAVX512(dst, v, in, bias, beta, theta, uint8(reset), spikes)
	} else {
		leakyStepAVX2(dst, v, in, bias, beta, theta, uint8(reset), spikes)
	}
}

func fastSigmoidBack(u, ds, next, beta, theta []float32, k float32, zero bool) {
	if active == generic {
		fastSigmoidBackGeneric(u, ds, next, beta, theta, k, zero)
		return
	}
	for len(u) > callNeurons {
		fastSigmoidBack(u[:callNeurons], ds, next, beta, theta, k, zero)
		u, ds, next, beta, theta = u[callNeurons:], ds[callNeurons:], next[callNeurons:], beta[callNeurons:], theta[callNeurons:]
	}
	if active == avx512 {
		fastSigmoidBackAVX512(u, ds, next, beta, theta, k, zero)
	} else {
		fastSigmoidBackAVX2(u, ds, next, beta, theta, k, zero)
	}
}

func atanBack(u, ds, next, beta, theta []float32, half, c float32, zero bool) {
	if active == generic {
		atanBackGeneric(u, ds, next, beta, theta, half, c, zero)
		return
	}
	for len(u) > callNeurons {
		atanBack(u[:callNeurons], ds, next, beta, theta, half, c, zero)
		u, ds, next, beta, theta = u[callNeurons:], ds[callNeurons:], next[callNeurons:], beta[callNeurons:], theta[callNeurons:]
	}
	if active == avx512 {
		atanBackAVX512(u, ds, next, beta, theta, half, c, zero)
	} else {
		atanBackAVX2(u, ds, next, beta, theta, half, c, zero)
	}
}

func adam(w, m, v, g []float32, s *AdamStep) {
	if active == generic {
		adamGeneric(w, m, v, g, s)
		return
	}
	for len(w) > callNeurons {
		adam(w[:callNeurons], m, v, g, s)
		w, m, v, g = w[callNeurons:], m[callNeurons:], v[callNeurons:], g[callNeurons:]
	}
	if active == avx512 {
		adamAVX512(w, m, v, g, s.OneMinusBeta1, s.Beta2, s.OneMinusBeta2, s.InvRoot2, s.Eps, s.Rate, s.L2, s.Decay)
	} else {
		adamAVX2(w, m, v, g, s.OneMinusBeta1, s.Beta2, s.OneMinusBeta2, s.InvRoot2, s.Eps, s.Rate, s.L2, s.Decay)
	}
}

// leakyRun has assembly for whole vectors of neurons.
func leakyRun(u, v, in, bias, beta, theta []float32, reset Reset, spikes []uint64) {
	n, w := len(v), words(len(v))
	if active == generic || n%16 != 0 || n > callNeurons {
		leakyRunGeneric(u, v, in, bias, beta, theta, reset, spikes)
		return
	}
	if n%64 != 0 { // the bits of the last word that no neuron has
		clear(spikes[:len(u)/n*w])
	}
	for len(u) > 0 {
		k := min(len(u)/n, callNeurons/n) * n
		if active == avx512 {
			leakyRunAVX512(u[:k], v, in, bias, beta, theta, uint8(reset), spikes, 8*w)
		} else {
			leakyRunAVX2(u[:k], v, in, bias, beta, theta, uint8(reset), spikes, 8*w)
		}
		v, u, spikes = u[k-n:k], u[k:], spikes[k/n*w:]
	}
}
