package datasets

import (
	"fmt"
	"strings"

	"dvsim/events"
)

// Report tells what encoding met. Nothing in it stopped it.
type Report struct {
	// Recordings were encoded into as many samples. Events were decoded, Spikes are
	// the input spikes that they became, each count counted.
	Recordings int
	Events     int64
	Spikes     int64

	Empty      Tally // recordings without an event: silent samples
	Lossy      Tally // recordings in which something was passed over (Salvage); N counts bytes
	Unreadable Tally // recordings left out because nothing could be read (Salvage)

	Outside Tally // events beyond the sensor that the input is made for
	Cropped Tally // events outside the middle that Fit crop takes
	Ignored Tally // events of a polarity that the input does not look at
	Cut     Tally // events after the last step
	Late    Tally // events older than the step under way, counted into it
	Clipped Tally // events beyond the 65,535th of one input in one step

	// Cached is true where the samples came from the cache.
	Cached bool
	// Notes are remarks for people.
	Notes []string
}

// Tally counts something in recordings.
type Tally struct {
	Recordings int   // that have it
	N          int64 // how much of it there is in all
	// Names are the first of these recordings, at most five.
	Names []string
}

const talliedNames = 5

func (t *Tally) add(name string, n int64) {
	t.Recordings++
	t.N += n
	if len(t.Names) < talliedNames {
		t.Names = append(t.Names, name)
	}
}

// String tells everything out of the ordinary, a line each; "" when there is nothing.
func (r *Report) String() string {
	var b strings.Builder
	for _, l := range []struct {
		t     *Tally
		what  string // after "3 recordings"
		units string // after a number of them
	}{
		{&r.Empty, "without events (silent samples)", ""},
		{&r.Lossy, "damaged", "bytes passed over"},
		{&r.Unreadable, "unreadable and left out", ""},
		{&r.Outside, "beyond the sensor", "events outside, left out"},
		{&r.Cropped, "cropped", "events cut away"},
		{&r.Ignored, "with a polarity that is not looked at", "events ignored"},
		{&r.Cut, "longer than the steps", "events after the last step, left out"},
		{&r.Late, "out of order", "events late, counted into the step under way"},
		{&r.Clipped, "very dense", "events beyond 65,535 of one input and step, left out"},
	} {
		if l.t.Recordings == 0 {
			continue
		}
		fmt.Fprintf(&b, "%s %s", counted(l.t.Recordings, "recording"), l.what)
		if l.units != "" {
			fmt.Fprintf(&b, ": %s %s", events.Thousands(l.t.N), l.units)
		}
		fmt.Fprintf(&b, " (%s", strings.Join(l.t.Names, ", "))
		if l.t.Recordings > len(l.t.Names) {
			b.WriteString(", …")
		}
		b.WriteString(")\n")
	}
	for _, n := range r.Notes {
		b.WriteString(n + "\n")
	}
	return b.String()
}

// counted is "1 recording" or "2,000 recordings".
func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return events.Thousands(int64(n)) + " " + what
}

// failures is what went wrong with recordings, each of them.
type failures struct {
	errs  []error
	total int // recordings in the set
}

// Error lists the recordings, the first twenty of them.
func (f *failures) Error() string {
	if len(f.errs) == 1 {
		return f.errs[0].Error()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s of %s cannot be used:", counted(len(f.errs), "recording"), events.Thousands(int64(f.total)))
	for i, err := range f.errs {
		if i == maxNamed {
			fmt.Fprintf(&b, "\n  and %s more", events.Thousands(int64(len(f.errs)-i)))
			break
		}
		fmt.Fprintf(&b, "\n  %v", err)
	}
	return b.String()
}

// Unwrap returns the errors.
func (f *failures) Unwrap() []error { return f.errs }

// maxNamed is how many failures are printed.
const maxNamed = 20
