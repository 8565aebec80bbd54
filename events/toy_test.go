package events_test

import (
	"encoding/binary"
	"errors"
	"io"
	"strings"

	"dvsim/events"
)

// The toy format of these tests: the line "TOY1\n", then 13 bytes an event.
// twin-a and twin-b claim the same bytes; readonly cannot be written.
func init() {
	events.Register(events.Format{
		Name:        "toy",
		Description: "for tests",
		Extensions:  []string{".toy"},
		Sniff: func(prefix []byte, _ string) events.Score {
			if strings.HasPrefix(string(prefix), toyMagic) {
				return events.Certain
			}
			return events.No
		},
		Decode: decodeToy,
		Create: createToy,
	})
	for _, name := range []string{"twin-a", "twin-b"} {
		events.Register(events.Format{Name: name, Extensions: []string{".twin"}, Decode: decodeToy, Sniff: func(_ []byte, file string) events.Score {
			if strings.HasSuffix(file, ".twin") {
				return events.Possible
			}
			return events.No
		}})
	}
}

const toyMagic = "TOY1\n"

var errToyFull = errors.New("toy: no space left")

type toyDecoder struct {
	src io.Reader
	h   events.Header
	rep events.StreamReport
	off int64
	err error
}

func decodeToy(src events.Source, _ events.Options) (events.Decoder, error) {
	magic := make([]byte, len(toyMagic))
	if _, err := io.ReadFull(src, magic); err != nil || string(magic) != toyMagic {
		return nil, &events.FormatError{Format: "toy", Offset: 0, Part: "header", Err: events.ErrCorrupt}
	}
	return &toyDecoder{src: src, rep: events.StreamReport{Stream: events.Stream{Kind: events.KindEvents}}, off: int64(len(magic)), h: events.Header{Format: "toy", Geometry: events.Geometry{Width: 64, Height: 48}, Bytes: int64(len(magic))}}, nil
}

func (d *toyDecoder) Header() *events.Header { return &d.h }

func (d *toyDecoder) Read(dst []events.Event) (int, error) {
	var b [13]byte
	for i := range dst {
		if d.err != nil {
			return i, d.err
		}
		n, err := io.ReadFull(d.src, b[:])
		if err == io.ErrUnexpectedEOF {
			err = &events.FormatError{Format: "toy", Offset: d.off, Part: "event", Err: events.ErrTruncated, Hint: events.HintSalvage}
		}
		if err != nil {
			d.err = err
			return i, err
		}
		d.off += int64(n)
		d.rep.Records++
		dst[i] = events.Event{T: int64(binary.LittleEndian.Uint64(b[:])), X: binary.LittleEndian.Uint16(b[8:]), Y: binary.LittleEndian.Uint16(b[10:]), P: events.Polarity(b[12])}
	}
	return len(dst), nil
}

func (d *toyDecoder) Report() events.Report {
	return events.Report{Streams: []events.StreamReport{d.rep}}
}

func (d *toyDecoder) Close() error {
	d.err = events.ErrClosed
	return nil
}

type toyWriter struct {
	w io.Writer
	n int
}

func createToy(w io.Writer, h *events.Header, opt events.WriteOptions) (events.Writer, error) {
	if opt.Compression != "" {
		return nil, &events.FormatError{Format: "toy", Offset: -1, Err: events.ErrUnsupported}
	}
	_, err := io.WriteString(w, toyMagic)
	return &toyWriter{w: w}, err
}

func (w *toyWriter) Write(src []events.Event) error {
	for _, e := range src {
		if e.X > 1000 {
			return &events.FormatError{Format: "toy", Offset: -1, Err: events.ErrRange}
		}
		var b [13]byte
		binary.LittleEndian.PutUint64(b[:], uint64(e.T))
		binary.LittleEndian.PutUint16(b[8:], e.X)
		binary.LittleEndian.PutUint16(b[10:], e.Y)
		b[12] = byte(e.P)
		if _, err := w.w.Write(b[:]); err != nil {
			return err
		}
		w.n++
	}
	return nil
}

// Close fails for a recording of exactly 7 events, as a full disk would.
func (w *toyWriter) Close() error {
	if w.n == 7 {
		return errToyFull
	}
	return nil
}
