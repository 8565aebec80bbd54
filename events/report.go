package events

// StreamReport counts one stream of a recording.
type StreamReport struct {
	Stream  Stream
	Records int64 // events, frames, readings, triggers
	Packets int64 // 0 for formats without packets
	First   int64 // time of the first and last record in file order, µs; 0 when Records is 0
	Last    int64
}

// Report is what a decoder met in the bytes it has read so far.
type Report struct {
	Streams []StreamReport
	// Backward counts the events that are older than the event before them.
	Backward int64
	// Wraps counts turns of the format's own clock that were unfolded.
	Wraps int64
	// Invalid counts events that the camera itself marked as invalid; they are not given out.
	Invalid int64
	// OutOfBounds counts events outside the stated geometry; they are given out.
	OutOfBounds int64
	// Special counts marks of the format that are no event and no trigger.
	Special int64
	Loss    Loss
	// Warnings are remarks for people, each once.
	Warnings []string
}

// Loss is what salvaging had to leave out.
type Loss struct {
	Packets int64 // damaged packets skipped; formats without packets count damaged stretches
	Bytes   int64 // bytes of the file that could not be used
	// MaxEvents is an upper bound of the events lost: from the data table where there
	// is one, else from the sizes of the packets lost.
	MaxEvents int64
	// Gaps lists the places, at most the first 1000 of them.
	Gaps []Gap
}

// Any reports whether something was lost.
func (l Loss) Any() bool { return l.Packets > 0 || l.Bytes > 0 }

// Add counts one gap.
func (l *Loss) Add(g Gap) {
	l.Packets += g.Packets
	l.Bytes += g.Bytes
	l.MaxEvents += g.MaxEvents
	if len(l.Gaps) < 1000 {
		l.Gaps = append(l.Gaps, g)
	}
}

// Gap is one place where something was lost.
type Gap struct {
	Offset    int64 // first byte that could not be used
	Bytes     int64
	Packets   int64
	MaxEvents int64
	Err       error // the FormatError that strict decoding would have stopped with
}
