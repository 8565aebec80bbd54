// Package filter holds what stands between a recording and a network: cutting,
// cleaning, turning. Every filter is an [events.Reader] that wraps a Reader, so
// filters chain:
//
//	r, err := filter.Slice(rec, 200_000, 1_000_000)            // 0.2 s to 1 s
//	r, err = filter.Crop(r, events.Rect{X: 109, Y: 66, Width: 128, Height: 128})
//	r, err = filter.Correlation(r, filter.STCF(2000))          // noise
//	for e, err := range events.All(r) { ... }
//
// # What they have in common
//
// A filter asks the Reader below for events straight into the caller's batch and
// compacts that batch in place: Read allocates nothing and copies nothing twice.
// It keeps the order of the events, passes errors on, and describes in its Header
// what it changed: the geometry after a crop, a scale or a turn.
//
// Filters that remember something of each pixel need the size of the sensor. It
// comes from the header, never from the data, and it must be known and at most
// [MaxPixels]; an event outside of it leaves no trace and passes.
//
// # Noise
//
// A sensor of this kind fires without cause: thermal noise and leak give events
// that are alone in space and time, and broken pixels fire all the time. Two
// remedies are old and good. [Correlation] keeps an event when enough pixels
// nearby have fired a short while before; background activity filter, STCF and
// Tonic's Denoise are settings of it. [Refractory] drops an event that follows
// too closely on the one before at the same pixel. [Masked] removes pixels that
// [HotPixels] found. The peers differ in details that matter for the first
// milliseconds and at the borders, so presets carry their names, and tests hold
// each of them to the results of the original.
//
// # Disorder
//
// Decoders give the order of the file. [Reorder] sorts within a horizon, and
// says so when that was not enough. All other filters take a step back in time
// as a distance: an event 5 µs older than its neighbour supports it and is
// supported by it.
//
// # Costs
//
// An event costs 1 to 2 ns in the filters without memory, 7 ns in Refractory, 15
// to 30 ns in Correlation (it asks all neighbours, and most of the time waits for
// the cache), and 5 ns in Reorder while the stream is nearly in order.
//
// # References
//
// T. Delbruck, "Frame-free dynamic digital vision" (2008): the background
// activity filter. S. Guo, T. Delbruck, "Low cost and latency event camera
// background activity denoising", IEEE TPAMI 45 (2023): STCF.
package filter
