//go:build !amd64 || noasm || race

package kernel

func sweepConductance(v, total, pull []float32, h, theta float32, spikes []uint64) {
	sweepConductanceGeneric(v, total, pull, h, theta, spikes)
}
