package aedat

import (
	"fmt"

	"dvsim/events"
)

// v4Job is a run of consecutive packets, the unit of parallel work: filled with
// bytes by the scanner, decoded by a worker, handed out by the reader, used again.
type v4Job struct {
	base  int64  // offset in the file of in[0]
	in    []byte // the bytes of the packets
	items []v4Item
	last  bool  // the scanner ended here
	err   error // the source failed behind the items

	events   []events.Event
	frames   []events.Frame
	pixels   []byte
	imus     []events.IMU
	triggers []events.Trigger

	ready chan struct{} // one token when decoded
}

// v4Item is one packet of a job, or a gap.
type v4Item struct {
	kind   events.Kind
	stream *v4Stream // nil for a gap and for a stream that the header lacks
	id     int32
	no     int64 // the packet's number in the file, counted from 1
	off    int64 // of its header in the file
	size   int64 // of its payload
	at     int   // of its payload in the job
	table  *v4Table
	entry  *v4Entry // of the table; nil without one

	repaired bool // the header came from the table; its 8 bytes are a gap already

	// What the worker finds.
	from, to int // records in the job's slice for the kind
	sum      v4Sum
	code     int8  // a frame's pixel format, in OpenCV's numbers
	sure     bool  // a checksum over the content was right
	err      error // damage, without its place
	lost     int64 // events lost at most, where err is set

	gap *events.Gap // bytes that are no packet
}

// v4KeepBytes is how much memory a buffer may keep for the next packet or job.
const v4KeepBytes = 4 << 20

func (j *v4Job) reset() {
	j.in, j.pixels = v4Recycle(j.in, v4KeepBytes), v4Recycle(j.pixels, v4KeepBytes)
	j.events = v4Recycle(j.events, v4KeepBytes/v4EventBytes)
	j.imus, j.triggers, j.frames = v4Recycle(j.imus, 1<<16), v4Recycle(j.triggers, 1<<16), v4Recycle(j.frames, 1<<16)
	clear(j.items)
	j.items = j.items[:0]
	j.last, j.err = false, nil
}

// v4Recycle empties a slice and gives up one that has grown beyond keep elements.
func v4Recycle[T any](s []T, keep int) []T {
	if cap(s) > keep {
		return nil
	}
	return s[:0]
}

// v4Worker decodes jobs. Each goroutine has its own.
type v4Worker struct {
	unpacker v4Unpacker
	keep     v4Keep
}

// v4Keep tells which records somebody wants; the others are only counted.
type v4Keep struct{ frames, imus, triggers bool }

// decode turns the packets of a job into records.
func (w *v4Worker) decode(j *v4Job) {
	for i := range j.items {
		it := &j.items[i]
		if it.gap != nil || it.kind == events.KindOther {
			continue
		}
		if it.err = w.packet(j, it); it.err != nil {
			it.lost = w.lost(j, it)
		}
	}
	w.unpacker.trim()
}

func (w *v4Worker) packet(j *v4Job, it *v4Item) error {
	raw, sure, err := w.unpacker.unpack(j.in[it.at : it.at+int(it.size)])
	if err != nil {
		return err
	}
	it.sure = sure
	root, ident, err := v4Root(raw)
	if err != nil {
		return err
	}
	if want := v4Ident(it.kind); string(ident[:]) != want {
		return fmt.Errorf("%w: identifier %q in a stream of %s", events.ErrCorrupt, ident[:], want)
	}
	switch it.kind {
	case events.KindEvents:
		it.from = len(j.events)
		j.events, it.sum, err = v4AppendEvents(j.events, &root, it.stream.bounds, it.stream.src)
		it.to = len(j.events)
	case events.KindFrames:
		err = w.frame(j, it, &root)
	case events.KindIMU:
		it.from = len(j.imus)
		j.imus, err = v4ReadIMU(j.imus, &root, it.stream.ID)
		it.to = len(j.imus)
		it.sum = v4SumTimes(j.imus[it.from:], func(r *events.IMU) int64 { return r.T })
		if !w.keep.imus {
			j.imus = j.imus[:it.from]
		}
	case events.KindTrigger:
		it.from = len(j.triggers)
		j.triggers, err = v4ReadTriggers(j.triggers, &root, it.stream.ID)
		it.to = len(j.triggers)
		it.sum = v4SumTimes(j.triggers[it.from:], func(r *events.Trigger) int64 { return r.T })
		if !w.keep.triggers {
			j.triggers = j.triggers[:it.from]
		}
	}
	if err != nil {
		return err
	}
	return w.compare(it)
}

func (w *v4Worker) frame(j *v4Job, it *v4Item, root *v4Flat) error {
	f, code, err := v4ReadFrame(root)
	if err != nil {
		return err
	}
	it.code = code
	it.from, it.to = len(j.frames), len(j.frames)
	it.sum = v4Sum{n: 1, first: f.T, last: f.T}
	if f.Format == "" {
		it.sum.n = 0
		return nil
	}
	if !w.keep.frames {
		return nil
	}
	f.Stream = it.stream.ID
	at := len(j.pixels)
	j.pixels = append(j.pixels, f.Pixels...)
	f.Pixels = j.pixels[at:len(j.pixels):len(j.pixels)]
	j.frames = append(j.frames, f)
	it.to++
	return nil
}

// compare holds the packet against the data table.
func (w *v4Worker) compare(it *v4Item) error {
	e := it.entry
	if e == nil || it.sure || it.kind != events.KindEvents {
		return nil
	}
	if it.table.counts && e.records != it.sum.n {
		return fmt.Errorf("%w: %d events, the data table says %d", events.ErrCorrupt, it.sum.n, e.records)
	}
	if it.table.times && it.sum.n > 0 && (e.begin != it.sum.first || e.end != it.sum.last) {
		return fmt.Errorf("%w: events from %d to %d µs, the data table says %d to %d", events.ErrCorrupt, it.sum.first, it.sum.last, e.begin, e.end)
	}
	return nil
}

// lost bounds the events of a packet that could not be decoded.
func (w *v4Worker) lost(j *v4Job, it *v4Item) int64 {
	if it.kind != events.KindEvents {
		return 0
	}
	if it.entry != nil && it.table.counts {
		return it.entry.records
	}
	return v4BoundPacket(w.unpacker.codec, j.in[it.at:it.at+int(it.size)])
}

// v4SumTimes takes note of the first and last time of records.
func v4SumTimes[T any](r []T, t func(*T) int64) v4Sum {
	s := v4Sum{n: int64(len(r))}
	if len(r) == 0 {
		return s
	}
	s.first, s.last = t(&r[0]), t(&r[len(r)-1])
	for i := 1; i < len(r); i++ {
		if a, b := t(&r[i]), t(&r[i-1]); v4Distance(a, b) >= v4Leap {
			s.leap = true
		}
	}
	return s
}
