package eventstest

import (
	"fmt"

	"dvsim/events"
)

// Diff compares two streams and returns nil, or an error that names the first
// difference by index, time and pixel.
func Diff(got, want []events.Event) error {
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			return fmt.Errorf("event %d of %d is [%v src %d], want [%v src %d]", i, len(want), got[i], got[i].Src, want[i], want[i].Src)
		}
	}
	if len(got) != len(want) {
		return fmt.Errorf("%d events, want %d", len(got), len(want))
	}
	return nil
}

// subsequence reports whether part is what remains of whole after events were left out.
func subsequence(part, whole []events.Event) error {
	i := 0
	for j, e := range part {
		for i < len(whole) && whole[i] != e {
			i++
		}
		if i == len(whole) {
			return fmt.Errorf("event %d of %d, [%v], is not among the events of the undamaged recording, or out of order", j, len(part), e)
		}
		i++
	}
	return nil
}
