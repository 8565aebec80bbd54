package filter_test

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"dvsim/events"
	"dvsim/events/eventstest"
	"dvsim/events/filter"
)

// disordered draws a stream whose events come at most horizon late.
func disordered(t *rapid.T, horizon int64) []events.Event {
	var ev []events.Event
	newest := int64(1 << 50)
	for i := range rapid.IntRange(0, 300).Draw(t, "n") {
		at := newest + rapid.Int64Range(-horizon, 20).Draw(t, "step")
		newest = max(newest, at)
		ev = append(ev, events.Event{T: at, X: uint16(i)}) // X tells the order of arrival
	}
	return ev
}

func sorted(ev []events.Event) []events.Event {
	ev = slices.Clone(ev)
	slices.SortStableFunc(ev, func(a, b events.Event) int { return cmp.Compare(a.T, b.T) })
	return ev
}

func TestReorder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		horizon := rapid.Int64Range(0, 100).Draw(t, "horizon")
		ev := disordered(t, horizon)
		r, err := filter.Reorder(from(ev), filter.ReorderOptions{Horizon: horizon})
		if err != nil {
			t.Fatal(err)
		}
		got, err := events.Collect(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := eventstest.Diff(got, sorted(ev)); err != nil {
			t.Fatal(err)
		}
	})
}

func TestReorderConformance(t *testing.T) {
	ev := eventstest.Sample(10_000, size, 5)
	for i := range ev { // blocks of 16 events swapped, as two cameras in one file give
		if i%32 < 16 && i+16 < len(ev) {
			ev[i], ev[i+16] = ev[i+16], ev[i]
		}
	}
	eventstest.TestReader(t, func() (events.Reader, error) {
		return filter.Reorder(from(ev), filter.ReorderOptions{Horizon: 2000})
	}, sorted(ev))
}

func TestReorderTooLate(t *testing.T) {
	ev := []events.Event{{T: 1000}, {T: 1200}, {T: 1300}, {T: 1101}, {T: 1050}, {T: 1400}}
	r, err := filter.Reorder(from(ev), filter.ReorderOptions{Horizon: 100})
	if err != nil {
		t.Fatal(err)
	}
	got, err := events.Collect(r)
	want := "filter: reorder: the event at 1101 µs comes 199 µs late: that needs a horizon of 199 µs, not 100 µs"
	if err == nil || err.Error() != want {
		t.Errorf("%v\nwant %s", err, want)
	}
	if err := eventstest.Diff(got, ev[:3]); err != nil {
		t.Errorf("before the error: %v", err)
	}
	if n, again := r.Read(make([]events.Event, 3)); n != 0 || again == nil || again.Error() != want {
		t.Errorf("again: %d, %v", n, again)
	}

	// The horizon that the message names would do.
	r, err = filter.Reorder(from(ev), filter.ReorderOptions{Horizon: 250})
	if err != nil {
		t.Fatal(err)
	}
	if got, err = events.Collect(r); err != nil || eventstest.Diff(got, sorted(ev)) != nil {
		t.Errorf("%v, %v", got, err)
	}

	// Passed on: nothing is lost and the late ones are counted.
	r, err = filter.Reorder(from(ev), filter.ReorderOptions{Horizon: 100, PassLate: true})
	if err != nil {
		t.Fatal(err)
	}
	got, err = events.Collect(r)
	if err != nil || len(got) != len(ev) || r.Late() != 2 {
		t.Errorf("%v, %d late, %v", got, r.Late(), err)
	}
}

func TestReorderIsBounded(t *testing.T) {
	var ev []events.Event
	for i := range 10_000 {
		ev = append(ev, events.Event{T: int64(i)})
	}
	opt := filter.ReorderOptions{Horizon: 1 << 40, MaxEvents: 100}
	r, err := filter.Reorder(from(ev), opt)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := events.Collect(r); err != nil || eventstest.Diff(got, ev) != nil {
		t.Errorf("%d events, %v", len(got), err)
	}
	r, err = filter.Reorder(from(append(ev, events.Event{T: 5})), opt)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := events.Collect(r); err == nil || !strings.Contains(err.Error(), "holds more than 100 events") {
		t.Errorf("%v", err)
	}
}
