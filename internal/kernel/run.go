package kernel

// LeakyRun is [LeakyStep] over many steps with the same input: u holds rows of
// len(v) potentials, a row a step, of which the first follows from v and each other
// from the one before. spikes has words(len(v)) = ⌈len(v)/64⌉ words for each row. in,
// bias, beta and theta have the length of v. The bits are those of one LeakyStep
// after the other.
func LeakyRun(u, v, in, bias, beta, theta []float32, reset Reset, spikes []uint64) {
	n := len(v)
	if n == 0 {
		return
	}
	rows := len(u) / n
	u = u[:rows*n]
	enough(min(len(in), len(bias), len(beta), len(theta)), n)
	enough(len(spikes), rows*words(n))
	leakyRun(u, v, in[:n], bias[:n], beta[:n], theta[:n], reset, spikes)
}

// leakyRunGeneric makes one step after the other.
func leakyRunGeneric(u, v, in, bias, beta, theta []float32, reset Reset, spikes []uint64) {
	n, w := len(v), words(len(v))
	for ; len(u) > 0; u, spikes = u[n:], spikes[w:] {
		leakyStep(u[:n], v, in, bias, beta, theta, reset, spikes)
		v = u[:n]
	}
}
