package eventstest

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"dvsim/events"
)

// TestSalvage damages a recording and checks both ways to read it, from a pipe
// and from a file.
//
// Strict must stop with an [*events.FormatError] that names the format, a byte
// offset inside the file, a cause and a way out, after events that are the
// beginning of the undamaged ones, and must keep to that error. Salvage must
// reach io.EOF with events that are the undamaged ones less those lost, a Loss
// that is not empty and whose gaps add up, and no more events lost than
// Loss.MaxEvents. Both must give the same with any number of workers.
//
// damage gets a copy of data and returns what to read. lost is the number of
// events that must be missing, or -1 where only the bound is checked.
func TestSalvage(t *testing.T, data []byte, damage func([]byte) []byte, format string, lost int) {
	t.Helper()
	f, err := events.FormatByName(format)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := decodeAll(data, format)
	if err != nil {
		t.Fatalf("the undamaged recording: %v", err)
	}
	bad := damage(bytes.Clone(data))
	name := filepath.Join(t.TempDir(), "damaged"+f.Extensions[0])
	if err := os.WriteFile(name, bad, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, workers := range []int{1, 3} {
		for _, from := range []string{"file", "pipe"} {
			open := func(salvage bool) (events.Recording, error) {
				o := &events.Options{Format: format, Salvage: salvage, Workers: workers}
				if from == "file" {
					return events.Open(name, o)
				}
				return events.Decode(pipe(bad), name, o)
			}
			t.Run(fmt.Sprintf("from=%s,workers=%d", from, workers), func(t *testing.T) {
				if err := checkStrict(open, format, int64(len(bad)), whole); err != nil {
					t.Errorf("strict: %v", err)
				}
				if err := checkSalvage(open, int64(len(bad)), whole, lost); err != nil {
					t.Errorf("salvage: %v", err)
				}
			})
		}
	}
}

func decodeAll(data []byte, format string) ([]events.Event, error) {
	r, err := events.Decode(bytes.NewReader(data), "", &events.Options{Format: format})
	if err != nil {
		return nil, err
	}
	defer r.Close()
	ev, err := events.Collect(r)
	if err == nil && r.Report().Loss.Any() {
		err = fmt.Errorf("the report tells of a loss: %+v", r.Report().Loss)
	}
	return ev, err
}

func checkStrict(open func(bool) (events.Recording, error), format string, size int64, whole []events.Event) error {
	r, err := open(false)
	if err == nil {
		defer r.Close()
		var got []events.Event
		got, err = readSteps(r, 100)
		if len(got) > len(whole) {
			return fmt.Errorf("%d events, the undamaged recording has %d", len(got), len(whole))
		}
		if err := Diff(got, whole[:len(got)]); err != nil {
			return fmt.Errorf("before the damage: %w", err)
		}
		if serr := checkSticky(r, err); serr != nil {
			return serr
		}
	}
	return checkFormatError(err, format, size)
}

// checkFormatError demands an error that a person can act on.
func checkFormatError(err error, format string, size int64) error {
	var fe *events.FormatError
	switch {
	case !errors.As(err, &fe):
		return fmt.Errorf("stopped with %v (%T), want a *events.FormatError", err, err)
	case fe.Format != format:
		return fmt.Errorf("error %q names the format %q, want %q", fe, fe.Format, format)
	case fe.Offset < 0 || fe.Offset > size:
		return fmt.Errorf("error %q has offset %d in a file of %d bytes", fe, fe.Offset, size)
	case fe.Err == nil:
		return fmt.Errorf("error %q has no cause", fe)
	case fe.Hint == "":
		return fmt.Errorf("error %q tells no way out", fe)
	}
	return nil
}

func checkSalvage(open func(bool) (events.Recording, error), size int64, whole []events.Event, lost int) error {
	r, err := open(true)
	if err != nil {
		return err
	}
	defer r.Close()
	got, err := events.Collect(r)
	if err != nil {
		return fmt.Errorf("after %d of %d events: %w", len(got), len(whole), err)
	}
	if err := subsequence(got, whole); err != nil {
		return err
	}
	missing := len(whole) - len(got)
	if lost >= 0 && missing != lost {
		return fmt.Errorf("%d events missing, want %d", missing, lost)
	}
	loss := r.Report().Loss
	if !loss.Any() {
		return fmt.Errorf("%d events missing, but the report tells of no loss", missing)
	}
	if int64(missing) > loss.MaxEvents {
		return fmt.Errorf("%d events missing, but the report says at most %d", missing, loss.MaxEvents)
	}
	return checkGaps(loss, size)
}

// checkGaps demands that the list of gaps explains the totals.
func checkGaps(loss events.Loss, size int64) error {
	var sum events.Loss
	end := int64(0)
	for i, g := range loss.Gaps {
		if g.Offset < end || g.Bytes < 0 || g.Offset+g.Bytes > size {
			return fmt.Errorf("gap %d (bytes %d..%d of %d) overlaps the one before or leaves the file", i, g.Offset, g.Offset+g.Bytes, size)
		}
		var fe *events.FormatError
		if !errors.As(g.Err, &fe) {
			return fmt.Errorf("gap %d has the cause %v (%T), want a *events.FormatError", i, g.Err, g.Err)
		}
		end = g.Offset + g.Bytes
		sum.Add(g)
	}
	if len(loss.Gaps) < 1000 && (sum.Packets != loss.Packets || sum.Bytes != loss.Bytes || sum.MaxEvents != loss.MaxEvents) {
		return fmt.Errorf("the gaps add up to %d packets, %d bytes, %d events; the totals say %d, %d, %d", sum.Packets, sum.Bytes, sum.MaxEvents, loss.Packets, loss.Bytes, loss.MaxEvents)
	}
	return nil
}
