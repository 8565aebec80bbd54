// Package eventstest checks that a codec or a filter keeps the rules of package
// events, as testing/iotest and testing/fstest do for theirs.
//
// A codec's own test says what the bytes mean; these functions say how a Reader
// behaves:
//
//	func TestConformance(t *testing.T) {
//		ev := eventstest.Sample(10_000, events.Geometry{Width: 346, Height: 260}, 1)
//		h := events.Header{Geometry: events.Geometry{Width: 346, Height: 260}}
//		eventstest.TestRoundTrip(t, "aedat4", ev, h)
//		eventstest.TestSalvage(t, encoded, overwrite16Bytes, "aedat4", 334)
//	}
//
// [TestReader] checks one Reader: any size of buffer, n before err, sticky
// errors, stable header. [TestRoundTrip] writes a recording with a registered
// format and reads it back from a pipe, from a file and from a source that
// breaks. [TestSalvage] damages a recording and checks what strict and salvaging
// decoding make of it. [Sample] is the one recording that every codec is tried on.
//
// The codec must be linked into the test (package dvsim/formats/all, or the
// codec's own package).
package eventstest
