// Package dvs is a simulated event camera: pictures or video in, events out. A
// sensor is an [events.Reader], so what it sees goes down the same road as a
// recording.
//
//	p, err := dvs.Preset("default")
//	cam, err := dvs.Watch(scene, dvs.Options{Params: p, Duration: 2_000_000})
//	for e, err := range events.All(cam) { ... }
//
// # The pixel
//
// For each pixel, in this order:
//
//  1. Luminance I, linear, 0 for black and 1 for white, comes from a [Scene] that
//     can be drawn for any moment, or from stamped pictures ([FrameSource]).
//  2. Its logarithm L, by one of two curves that stay finite at black ([LogCurve]).
//  3. The photoreceptor, a low-pass of first order that is slower in the dark:
//     V += (L − V)·(1 − exp(−dt/τ)), τ = 1/(2π·Cutoff·w), w = (255·I + 20)/275.
//  4. A leak: the signal is S(t) = V(t) + r·θ·t, so a still pixel fires ON at rate r.
//  5. The comparator: ON when S − R ≥ θon, OFF when S − R ≤ −θoff, with thresholds
//     that differ from pixel to pixel.
//  6. The dead time: the pixel holds, or the reference advances ([RefractoryRule]).
//  7. Shot noise: a Poisson process for each polarity, of rate ½·Shot·(1 − ¾w)·θ/θ_pixel.
//
// The pattern of thresholds and leaks belongs to the sensor (Seed) and is the
// same in all its recordings; noise, and the phase in which each pixel starts,
// belong to the recording.
//
// # Time
//
// Between two samples the signal is straight, and events get the exact moment of
// the crossing, rounded down to the µs; so neither times nor counts hang on the
// rate of the samples. A scene is sampled often enough by itself: every half
// pixel of motion where it knows its speed ([Mover]), else every half threshold
// of change. State is float64. The order of events is total, (t, y, x, polarity),
// and random numbers depend only on what they are for, so the bytes are the same
// for any number of workers and any way of reading.
//
// # N-MNIST
//
// [NMNIST] makes recordings from the pictures of MNIST that stand in for real
// N-MNIST. A test holds 400 of them to the real recordings of the same pictures:
// counts (correlated 0.995, 4 % apart), shares and times of the saccades, gaps,
// runs and noise.
//
// # Costs
//
// A pixel that does not change costs about 1 ns a sample, one that does 30 ns,
// most of it the logarithm, and 80 ns with a low-pass, which takes an exponential
// too; the drawing of the scene comes on top. [NMNIST] has its logarithm from a
// table and takes about 1.5 ms a recording. With a low-pass, pictures far apart in
// time cost a small step each quarter of its time constant (130 µs at 300 Hz).
//
// # Not modelled
//
// Hot and dead pixels, latency and its jitter, the limit of the readout bus,
// noise of the photoreceptor before the low-pass.
//
// # References
//
// Y. Hu, S.-C. Liu, T. Delbruck, "v2e: From Video Frames to Realistic DVS Events"
// (2021); H. Rebecq, D. Gehrig, D. Scaramuzza, "ESIM: an Open Event Camera
// Simulator" (2018); G. Orchard et al., "Converting Static Image Datasets to
// Spiking Neuromorphic Datasets Using Saccades" (2015).
package dvs
