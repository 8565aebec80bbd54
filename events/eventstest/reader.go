package eventstest

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"testing"

	"dvsim/events"
)

// bufferSizes are the sizes of destination that a Reader must serve alike.
var bufferSizes = []int{1, 3, 7, events.BatchSize, 3*events.BatchSize + 1}

// TestReader checks the rules of [events.Reader]. open must return a new Reader
// over the same stream at every call, and want is the whole stream, which must
// end in io.EOF. Where the Reader is an [events.Decoder] its Report and Close
// are checked too.
func TestReader(t *testing.T, open func() (events.Reader, error), want []events.Event) {
	t.Helper()
	for _, size := range bufferSizes {
		if err := withReader(open, func(r events.Reader) error { return checkReader(r, size, want) }); err != nil {
			t.Errorf("buffer of %d events: %v", size, err)
		}
	}
	if err := withReader(open, func(r events.Reader) error { return checkEmptyBuffer(r, want) }); err != nil {
		t.Errorf("buffer of 0 events: %v", err)
	}
	if err := withReader(open, checkClosedEarly); err != nil {
		t.Errorf("closed after the first event: %v", err)
	}
}

// withReader opens a Reader, hands it to f and closes it.
func withReader(open func() (events.Reader, error), f func(events.Reader) error) error {
	r, err := open()
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	if d, ok := r.(events.Decoder); ok {
		defer d.Close()
	}
	return f(r)
}

// checkReader reads the whole stream in steps of size events.
func checkReader(r events.Reader, size int, want []events.Event) error {
	before := r.Header().Clone()
	got, err := readSteps(r, size)
	if !errors.Is(err, io.EOF) {
		return fmt.Errorf("after %d of %d events: %w; want io.EOF", len(got), len(want), err)
	}
	if err := Diff(got, want); err != nil {
		return err
	}
	if err := checkSticky(r, err); err != nil {
		return err
	}
	if after := r.Header(); !reflect.DeepEqual(before, after.Clone()) {
		return fmt.Errorf("the header changed while reading: %+v, before %+v", after, before)
	}
	if d, ok := r.(events.Decoder); ok {
		return checkDecoder(d, want)
	}
	return nil
}

// readSteps reads until an error and checks n on the way. Events before the
// error are returned with it.
func readSteps(r events.Reader, size int) ([]events.Event, error) {
	const guard = 4
	mark := events.Event{T: -1 << 62, X: 0xdead, Y: 0xbeef, P: 77, Src: 77}
	buf := make([]events.Event, size+guard)
	var got []events.Event
	for {
		for i := range buf {
			buf[i] = mark
		}
		n, err := r.Read(buf[:size:size])
		if n < 0 || n > size {
			return got, fmt.Errorf("a call of Read returned n = %d for a buffer of %d", n, size)
		}
		for i := size; i < len(buf); i++ {
			if buf[i] != mark {
				return got, errors.New("a call of Read wrote behind the end of its buffer")
			}
		}
		got = append(got, buf[:n]...)
		if err != nil {
			return got, err
		}
		if n == 0 {
			return got, errors.New("a call of Read returned 0 events without an error")
		}
	}
}

// checkSticky reads on after err.
func checkSticky(r events.Reader, err error) error {
	buf := make([]events.Event, 3)
	for range 3 {
		n, again := r.Read(buf)
		if n != 0 || again == nil || again.Error() != err.Error() {
			return fmt.Errorf("a Read after the error %q returned %d events and %v; errors must repeat", err, n, again)
		}
	}
	return nil
}

func checkEmptyBuffer(r events.Reader, want []events.Event) error {
	n, err := r.Read(nil)
	if n != 0 {
		return fmt.Errorf("a call of Read(nil) returned n = %d", n)
	}
	if err != nil && (len(want) > 0 || !errors.Is(err, io.EOF)) {
		return fmt.Errorf("a call of Read(nil) before the first event returned %w", err)
	}
	if len(want) == 0 {
		return nil
	}
	buf := make([]events.Event, 1)
	if n, _ := r.Read(buf); n != 1 || buf[0] != want[0] {
		return fmt.Errorf("after Read(nil) the first event is %v (n = %d), want %v: Read(nil) must not consume", buf[0], n, want[0])
	}
	return nil
}

// checkDecoder checks a decoder that has given its whole stream.
func checkDecoder(d events.Decoder, want []events.Event) error {
	rep := d.Report()
	var records, backward int64
	for _, s := range rep.Streams {
		if s.Stream.Kind == events.KindEvents {
			records += s.Records
		}
	}
	if records != int64(len(want)) {
		return fmt.Errorf("the report counts %d events in its streams, %d were read", records, len(want))
	}
	for i := 1; i < len(want); i++ {
		if want[i].T < want[i-1].T {
			backward++
		}
	}
	if rep.Backward != backward {
		return fmt.Errorf("the count Report.Backward is %d, the stream has %d steps backwards", rep.Backward, backward)
	}
	if err := d.Close(); err != nil {
		return fmt.Errorf("at Close: %w", err)
	}
	return checkClosed(d)
}

func checkClosedEarly(r events.Reader) error {
	d, ok := r.(events.Decoder)
	if !ok {
		return nil
	}
	if _, err := d.Read(make([]events.Event, 1)); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if err := d.Close(); err != nil {
		return fmt.Errorf("at Close: %w", err)
	}
	return checkClosed(d)
}

// checkClosed checks a decoder after Close.
func checkClosed(d events.Decoder) error {
	if n, err := d.Read(make([]events.Event, 1)); n != 0 || err == nil {
		return fmt.Errorf("a call of Read after Close returned %d events and error %v; want an error", n, err)
	}
	if err := d.Close(); err != nil {
		return fmt.Errorf("the second Close returned %w; Close is idempotent", err)
	}
	return nil
}
