// Package render draws what was recorded: spikes over time, a recording at a
// glance, a table of speeds, how a training went. It stands at the end of the road and computes nothing
// that is not in its input.
//
// # What there is
//
//   - [Raster]: the events on top and each layer of the network below, on one time axis;
//   - [EventImage]: ON and OFF events accumulated by pixel;
//   - [Overview]: event image, events over time, and rate of a recording on one page;
//   - [HeatMap]: how many times faster one way is than another, with the line where
//     both are equal;
//   - [Curves]: loss and accuracy of a training run over its epochs;
//   - [Confusion]: which class was taken for which.
//
// The first three are fed as the run goes on, and their memory is bounded whatever
// its length: they count in bins of time, and when time outgrows the bins,
// neighbours are merged. Draw may be called at any time; [WritePNG] and [Save] write
// the picture.
//
//	pic := render.NewRaster(render.Options{Geometry: rec.Header().Geometry})
//	... // Options.Record of an engine takes pic; pic.Events takes batches of events
//	err := render.Save("raster.png", pic)
//
// # How it is drawn
//
// Axes, letters and curves are gonum/plot's. Dots are not: there may be millions,
// and a vector library draws each as a path. We add what falls on each pixel, by
// area, turn the sum into strength of colour on a logarithmic scale, and place
// the result on the plot as one image of exactly the pixels of its data area. Where few
// spikes came a mark is at least 2 or 3 pixels large; up to 60 neurons have a line
// each, with their names.
//
// Colours are fixed: ON blue, OFF vermilion, both together grey in between; layers
// take turns of five others. All can be told apart with any kind of colour vision
// (Okabe and Ito, Color Universal Design, 2008). The font comes with the library;
// equal input gives equal bytes.
//
// # Costs
//
// Taking an event costs a few cache misses. A page with a few hundred thousand dots
// takes a few times as long to compress as to draw, and both together less than half a second.
// Events need 5 MiB, a layer at most 5 MiB. To measure: go test -bench . ./render
package render
