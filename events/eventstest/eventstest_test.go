package eventstest

import (
	"errors"
	"io"
	"strings"
	"testing"

	"dvsim/events"

	"pgregory.net/rapid"
)

var size = events.Geometry{Width: 34, Height: 30}

func TestSampleSuitsEveryFormat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 3000).Draw(t, "n")
		g := events.Geometry{Width: rapid.IntRange(1, 700).Draw(t, "w"), Height: rapid.IntRange(1, 700).Draw(t, "h")}
		seed := rapid.Uint64().Draw(t, "seed")
		ev := Sample(n, g, seed)
		if len(ev) != n {
			t.Fatalf("%d events, want %d", len(ev), n)
		}
		last := int64(1)
		for i, e := range ev {
			if e.T < last || e.T >= sampleSpan || !g.Contains(e.X, e.Y) || e.P > events.On || e.Src != 0 {
				t.Fatalf("event %d is [%v], the time before was %d", i, e, last)
			}
			last = e.T
		}
		if err := Diff(Sample(n, g, seed), ev); err != nil {
			t.Fatalf("a second time: %v", err)
		}
	})
}

func TestSampleHasBothPolaritiesAndTies(t *testing.T) {
	var on, ties int
	ev := Sample(1000, size, 3)
	for i, e := range ev {
		on += int(e.P)
		if i > 0 && e.T == ev[i-1].T {
			ties++
		}
	}
	if on < 300 || on > 700 || ties < 100 {
		t.Errorf("%d of 1000 on, %d equal times", on, ties)
	}
}

func TestReaderAcceptsTheReferenceReader(t *testing.T) {
	ev := Sample(2*events.BatchSize+5, size, 1)
	TestReader(t, func() (events.Reader, error) { return events.FromSlice(events.Header{}, ev), nil }, ev)
	TestReader(t, func() (events.Reader, error) { return events.FromSlice(events.Header{}, nil), nil }, nil)
}

// broken is a Reader with one fault.
type broken struct {
	events.Reader
	fault  string
	header events.Header
	reads  int
}

func (b *broken) Header() *events.Header { return &b.header }

func (b *broken) Read(dst []events.Event) (int, error) {
	b.reads++
	n, err := b.Reader.Read(dst)
	switch {
	case b.fault == "n too large" && n > 0:
		n = len(dst) + 1
	case b.fault == "zero without error" && b.reads == 2:
		return 0, nil
	case b.fault == "end is not io.EOF" && err != nil:
		err = io.ErrUnexpectedEOF
	case b.fault == "error does not repeat" && err != nil && b.reads%2 == 0:
		err = errors.New("another")
	case b.fault == "header changes":
		b.header.Version = "2"
	case b.fault == "event lost" && b.reads == 2 && n > 0:
		n--
	}
	return n, err
}

func TestReaderFindsFaults(t *testing.T) {
	ev := Sample(100, size, 1)
	for _, fault := range []string{"n too large", "zero without error", "end is not io.EOF", "error does not repeat", "header changes", "event lost"} {
		failed := false
		for _, n := range bufferSizes[:3] {
			if checkReader(&broken{Reader: events.FromSlice(events.Header{}, ev), fault: fault}, n, ev) != nil {
				failed = true
			}
		}
		if !failed {
			t.Errorf("%s: not found", fault)
		}
	}
	if err := checkReader(&broken{Reader: events.FromSlice(events.Header{}, ev)}, 7, ev); err != nil {
		t.Errorf("without a fault: %v", err)
	}
	hungry := &broken{Reader: events.FromSlice(events.Header{}, ev[1:])}
	if checkEmptyBuffer(hungry, ev) == nil {
		t.Error("a Read(nil) that consumes: not found")
	}
}

// badDecoder gives its events with a report of its own.
type badDecoder struct {
	events.Reader
	report events.Report
	closed bool
	deaf   bool // Close has no effect
}

func (d *badDecoder) Read(dst []events.Event) (int, error) {
	if d.closed && !d.deaf {
		return 0, events.ErrClosed
	}
	return d.Reader.Read(dst)
}
func (d *badDecoder) Report() events.Report { return d.report }
func (d *badDecoder) Close() error          { d.closed = true; return nil }

func TestDecoderFaults(t *testing.T) {
	ev := []events.Event{{T: 5}, {T: 3}, {T: 9}}
	right := events.Report{Backward: 1, Streams: []events.StreamReport{{Stream: events.Stream{Kind: events.KindEvents}, Records: 3}}}
	decoder := func() *badDecoder {
		return &badDecoder{Reader: events.FromSlice(events.Header{}, ev), report: right}
	}
	if err := checkReader(decoder(), 2, ev); err != nil {
		t.Errorf("a right decoder: %v", err)
	}
	d := decoder()
	d.report.Backward = 0
	if err := checkReader(d, 2, ev); err == nil || !strings.Contains(err.Error(), "Backward") {
		t.Errorf("a wrong count of backward steps: %v", err)
	}
	d = decoder()
	d.report.Streams = nil
	if checkReader(d, 2, ev) == nil {
		t.Error("a report without events: not found")
	}
	d = decoder()
	d.deaf = true
	if checkClosedEarly(d) == nil {
		t.Error("Read goes on after Close: not found")
	}
}

func TestDiffNamesTheFirstDifference(t *testing.T) {
	a := []events.Event{{T: 1, X: 2, Y: 3}, {T: 4, X: 5, Y: 6}}
	b := []events.Event{{T: 1, X: 2, Y: 3}, {T: 4, X: 5, Y: 7}}
	if err := Diff(a, b); err == nil || !strings.Contains(err.Error(), "event 1 of 2 is [4 5 6 off") {
		t.Errorf("%v", err)
	}
	if Diff(a, a[:1]) == nil || Diff(a[:1], a) == nil || Diff(a, a) != nil {
		t.Error("lengths")
	}
}

func TestSubsequence(t *testing.T) {
	ev := Sample(50, size, 2)
	if err := subsequence(append(ev[:10:10], ev[20:]...), ev); err != nil {
		t.Error(err)
	}
	if subsequence([]events.Event{ev[3], ev[2]}, []events.Event{{T: 2}, {T: 3}}) == nil {
		t.Error("foreign events: not found")
	}
	if subsequence([]events.Event{{T: 3}, {T: 2}}, []events.Event{{T: 2}, {T: 3}}) == nil {
		t.Error("wrong order: not found")
	}
}

func TestGapsMustAddUp(t *testing.T) {
	cause := &events.FormatError{Format: "toy", Err: events.ErrCorrupt}
	var loss events.Loss
	loss.Add(events.Gap{Offset: 10, Bytes: 5, Packets: 1, MaxEvents: 2, Err: cause})
	loss.Add(events.Gap{Offset: 20, Bytes: 5, Packets: 1, MaxEvents: 2, Err: cause})
	if err := checkGaps(loss, 25); err != nil {
		t.Error(err)
	}
	if checkGaps(loss, 24) == nil {
		t.Error("a gap beyond the file: not found")
	}
	loss.Bytes++
	if checkGaps(loss, 25) == nil {
		t.Error("a wrong total: not found")
	}
	loss.Bytes--
	loss.Gaps[1].Offset = 12
	if checkGaps(loss, 25) == nil {
		t.Error("overlapping gaps: not found")
	}
	loss.Gaps[1] = events.Gap{Offset: 20, Bytes: 5, Packets: 1, MaxEvents: 2, Err: io.EOF}
	if checkGaps(loss, 25) == nil {
		t.Error("a gap without a FormatError: not found")
	}
}
