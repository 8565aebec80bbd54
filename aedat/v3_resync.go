package aedat

import (
	"errors"
	"io"
	"slices"

	"dvsim/events"
)

// resync deals with a packet header that cannot be. Salvaging, it searches for
// the next place that looks like the header of a packet of this recording and is
// followed by another, as far as that can be seen.
func (d *v3Decoder) resync(cause error) error {
	fe := d.damaged(d.off, cause)
	if !d.salvage {
		return fe
	}
	begin := d.off
	d.discard(1)
	for found := false; !found; {
		b, err := d.br.Peek(d.br.Size())
		end := errors.Is(err, io.EOF)
		if err != nil && !end {
			return d.sourceFailed(len(b), err)
		}
		// The second half is searched with the next block, where more follows it.
		places := len(b) / 2
		if end {
			places = len(b) - v3HeaderBytes + 1
		}
		i := 0
		for i < places && !d.looksLikePacket(b[i:], end) {
			i++
		}
		found = i < places
		if !found && end {
			i, found = len(b), true // the end of the file
		}
		d.discard(i)
	}
	n := d.off - begin
	d.loss.Add(events.Gap{Offset: begin, Bytes: n, Packets: 1, MaxEvents: n / 8, Err: fe})
	d.index++
	return nil
}

// looksLikePacket reports whether b begins with a packet of this recording. end
// tells that b reaches to the end of the file.
func (d *v3Decoder) looksLikePacket(b []byte, end bool) bool {
	if b[1] != 0 || b[0] >= v3Types {
		return false
	}
	p := parseV3Packet(b)
	switch {
	case p.check() != nil, p.number == 0:
		return false
	case p.kind == v3Frame && p.tsOffset&3 != 0, p.kind != v3Frame && p.tsOffset != 4:
		return false
	case d.started && (p.overflow < d.overflow-1 || p.overflow > d.overflow+1):
		return false
	case d.started && !slices.Contains(d.sources, p.source):
		return false
	}
	for _, n := range []int64{p.number, p.capacity} {
		next := v3HeaderBytes + n*p.size
		switch rest := int64(len(b)) - next; {
		case rest >= v3HeaderBytes:
			q := parseV3Packet(b[next:])
			if q.check() == nil {
				return true
			}
		case rest == 0 && end, !end:
			return true // nothing follows, or what does cannot be seen
		}
	}
	return false
}
