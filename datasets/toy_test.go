package datasets_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"

	"dvsim/datasets"
	"dvsim/events"
)

// The tests have a format of their own, .toy, that holds any events: "TOY1", width
// and height, then 16 bytes for each event. A byte of each says that it is damaged.
const (
	toyEvent   = 16
	toyDamaged = 13 // offset of that byte
)

func init() {
	events.Register(events.Format{
		Name: "toy", Description: "format of these tests", Extensions: []string{".toy"},
		Sniff: func(prefix []byte, _ string) events.Score {
			if bytes.HasPrefix(prefix, []byte("TOY1")) {
				return events.Certain
			}
			return events.No
		},
		Decode: func(src events.Source, opt events.Options) (events.Decoder, error) {
			var head [8]byte
			if _, err := io.ReadFull(src, head[:]); err != nil {
				return nil, &events.FormatError{Format: "toy", Offset: 0, Err: events.ErrTruncated}
			}
			g := events.Geometry{Width: int(binary.LittleEndian.Uint16(head[4:])), Height: int(binary.LittleEndian.Uint16(head[6:]))}
			if opt.Geometry.Known() {
				g = opt.Geometry
			}
			return &toyDecoder{r: src, h: events.Header{Format: "toy", Geometry: g}, off: 8, salvage: opt.Salvage}, nil
		},
	})
}

// toy makes the bytes of a recording.
func toy(g events.Geometry, ev []events.Event) []byte {
	b := []byte("TOY1")
	b = binary.LittleEndian.AppendUint16(b, uint16(g.Width))
	b = binary.LittleEndian.AppendUint16(b, uint16(g.Height))
	for _, e := range ev {
		b = binary.LittleEndian.AppendUint64(b, uint64(e.T))
		b = binary.LittleEndian.AppendUint16(b, e.X)
		b = binary.LittleEndian.AppendUint16(b, e.Y)
		b = append(b, byte(e.P), 0, 0, 0)
	}
	return b
}

// toyRecording is a recording in memory.
func toyRecording(name string, label int, g events.Geometry, ev ...events.Event) datasets.Recording {
	return datasets.Memory(name+".toy", label, toy(g, ev))
}

type toyDecoder struct {
	r       io.Reader
	h       events.Header
	off     int64
	salvage bool
	loss    events.Loss
	err     error
}

func (d *toyDecoder) Header() *events.Header { return &d.h }
func (d *toyDecoder) Close() error           { return nil }
func (d *toyDecoder) Report() events.Report  { return events.Report{Loss: d.loss} }

func (d *toyDecoder) Read(dst []events.Event) (n int, err error) {
	for n < len(dst) && d.err == nil {
		var b [toyEvent]byte
		if _, err := io.ReadFull(d.r, b[:]); err != nil {
			if d.err = err; !errors.Is(err, io.EOF) {
				d.err = &events.FormatError{Format: "toy", Offset: d.off, Err: events.ErrTruncated}
			}
			break
		}
		d.off += toyEvent
		if b[toyDamaged] != 0 {
			err := &events.FormatError{Format: "toy", Offset: d.off - toyEvent, Err: events.ErrCorrupt}
			if !d.salvage {
				d.err = err
				break
			}
			d.loss.Add(events.Gap{Offset: err.Offset, Bytes: toyEvent, Packets: 1, MaxEvents: 1, Err: err})
			continue
		}
		dst[n] = events.Event{T: int64(binary.LittleEndian.Uint64(b[:])), X: binary.LittleEndian.Uint16(b[8:]), Y: binary.LittleEndian.Uint16(b[10:]), P: events.Polarity(b[12])}
		n++
	}
	if n > 0 {
		return n, nil
	}
	return 0, d.err
}

// someEvents makes n events on a sensor, some beyond it and some out of order where
// wild is true.
func someEvents(rng *rand.Rand, g events.Geometry, n int, wild bool) []events.Event {
	ev := make([]events.Event, n)
	t := rng.Int64N(1 << 40)
	for i := range ev {
		t += rng.Int64N([]int64{1, 2, 50, 3000}[rng.IntN(4)] + 1)
		ev[i] = events.Event{T: t, X: uint16(rng.IntN(g.Width)), Y: uint16(rng.IntN(g.Height)), P: events.Polarity(rng.IntN(2))}
		if wild && rng.IntN(10) == 0 {
			ev[i].T -= rng.Int64N(5000)
		}
		if wild && rng.IntN(30) == 0 {
			ev[i].X += uint16(rng.IntN(2 * g.Width))
		}
	}
	return ev
}

func classes(n int) []string {
	var c []string
	for i := range n {
		c = append(c, fmt.Sprint(i))
	}
	return c
}

// toyOne is one event, another one for each i.
func toyOne(i int) []events.Event {
	return []events.Event{{T: int64(i), X: uint16(i % 8), Y: uint16(i / 8 % 8)}}
}
