// Package events is the vocabulary of dvsim: what an event is, how a stream of
// events is read and written, and how a recording is opened by its content.
//
// # The road
//
// Everything dvsim does is a stretch of one road:
//
//	bytes → events → filters → input spikes → queue → neurons → trace → pictures, numbers
//
// This package is its first station. It knows no neuron and no network, and it
// imports only the standard library. Codecs (packages aedat and formats/...)
// register themselves with [Register]; filters (package events/filter) wrap a
// [Reader] and are Readers again.
//
// # Reading
//
//	rec, err := events.Open("recording.aedat4", nil) // format found by content
//	if err != nil { ... }
//	defer rec.Close()
//	for e, err := range events.All(rec) {
//		if err != nil { ... }
//		fmt.Println(e.T, e.X, e.Y, e.P)
//	}
//
// All is the convenient way (about 1 ns an event more). Hot loops call
// [Reader.Read] with a batch of a few thousand events and allocate nothing.
//
// # Rules of a Reader
//
// They are those of io.Reader: n events come before the error, io.EOF ends the
// stream and is repeated, errors are sticky. Package events/eventstest checks
// them for every codec.
//
// # Damage
//
// By default a decoder is strict: it stops at the first damaged byte with a
// [FormatError] that says file, format, byte offset, part, cause and way out.
// With [Options].Salvage it skips the damaged packet, goes on, and tells in
// [Report].Loss what was lost. Nothing is ever dropped in silence.
//
// # Codecs import this package
//
// Opening a recording needs its codec linked in; a program that wants all of
// them imports dvsim/formats/all for its side effect.
package events
