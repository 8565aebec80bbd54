package aedat

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"path/filepath"
	"slices"
	"strings"

	"dvsim/events"
)

// Plain AER: no header, records of u16 or u32 address and u32 time, big-endian,
// as auditory sensors and other neuromorphic chips write them. There are no
// pixels: X is the whole address, Y is 0, P is bit 0. Times are ticks.

func init() {
	events.Register(events.Format{
		Name:        "aer16",
		Description: "plain AER without header, 2 bytes address and 4 bytes time",
		Extensions:  []string{".aedat"},
		Sniff:       func(prefix []byte, name string) events.Score { return aerSniff(prefix, name, 6) },
		Decode: func(src events.Source, opt events.Options) (events.Decoder, error) {
			return aerDecode("aer16", 6, src, opt)
		},
	})
	events.Register(events.Format{
		Name:        "aer32",
		Description: "plain AER without header, 4 bytes address and 4 bytes time",
		Extensions:  []string{".aedat"},
		Sniff:       func(prefix []byte, name string) events.Score { return aerSniff(prefix, name, 8) },
		Decode: func(src events.Source, opt events.Options) (events.Decoder, error) {
			return aerDecode("aer32", 8, src, opt)
		},
	})
}

// aerExtensions are those under which files without any header are looked at.
var aerExtensions = []string{".aedat", ".dat", ".aer"}

// aerSniff says Possible where bytes without a header, in a file with a fitting
// name, make sense as records of size bytes that end in a time: it nearly always
// grows. Read with the wrong size, half of the times step backwards.
func aerSniff(prefix []byte, name string, size int) events.Score {
	if !slices.Contains(aerExtensions, strings.ToLower(filepath.Ext(name))) {
		return events.No
	}
	if len(prefix) < size || prefix[0] == '#' && prefix[1] == '!' {
		return events.No
	}
	records, odd, last := 0, 0, uint32(0)
	for ; len(prefix) >= size && records < 1024; prefix = prefix[size:] {
		t := binary.BigEndian.Uint32(prefix[size-4:])
		// A pause of over 16.8 s is as odd as a step backwards.
		if records > 0 && t-last > 1<<24 {
			odd++
		}
		last = t
		records++
	}
	if odd > records/20 {
		return events.No
	}
	return events.Possible
}

func aerDecode(format string, size int, src events.Source, opt events.Options) (events.Decoder, error) {
	br := newBlockReader(src)
	h := events.Header{Format: format, Geometry: opt.Geometry}
	if !opt.Geometry.Known() {
		prefix, err := br.Peek(min(events.SniffBytes, br.Size()))
		if err = sourceError(err); err != nil {
			return nil, err
		}
		top := uint16(0)
		for ; len(prefix) >= size; prefix = prefix[size:] {
			top = max(top, binary.BigEndian.Uint16(prefix[size-6:]))
		}
		h.Geometry = events.Geometry{Width: 1 << bits.Len16(top), Height: 1}
		h.GeometryGuessed = true
		h.Notes = append(h.Notes, fmt.Sprintf("addresses, no pixels: x is the address, y is 0; the first %d addresses are room for those at the start of the file", h.Geometry.Width))
	}
	h.Streams = []events.Stream{{Kind: events.KindEvents, Name: "addresses", Geometry: h.Geometry}}
	d := &aerAddresses{}
	d.init(h, br, size)
	d.slow, d.fast = d.record, fastAddresses[[6]byte]
	if size == 8 {
		d.fast = fastAddresses[[8]byte]
	}
	return d, nil
}

// aerAddresses reads plain AER.
type aerAddresses struct {
	aerDecoder
	cut int64 // addresses beyond 16 bits
}

// fastAddresses takes a run of events; see aerDecoder.
func fastAddresses[R aerRecord](dst []events.Event, w []byte, base int64, last uint32, g events.Geometry) (n int, _ uint32) {
	var record R
	width := uint32(g.Width)
	for n < len(dst) && len(w) > 8 {
		r := binary.BigEndian.Uint64(w) >> (64 - 8*len(record))
		a, u := uint32(r>>32), uint32(r)
		if u < last || u-last >= 1<<31 || a >= width {
			break
		}
		last = u
		e := &dst[n]
		e.T, e.X, e.Y, e.P, e.Src = base+int64(u), uint16(a), 0, events.Polarity(a&1), 0
		n++
		w = w[len(record):]
	}
	return n, last
}

// record is the slow of aerDecoder.
func (d *aerAddresses) record(r []byte, t int64) (events.Event, bool, error) {
	a := binary.BigEndian.Uint16(r[len(r)-6:])
	if len(r) == 8 && binary.BigEndian.Uint16(r) != 0 {
		d.cut++
	}
	return events.Event{T: t, X: a, P: events.Polarity(a & 1)}, true, nil
}

// Report implements events.Decoder.
func (d *aerAddresses) Report() events.Report {
	r := d.aerDecoder.Report()
	if d.cut > 0 {
		r.Warnings = append(r.Warnings, fmt.Sprintf("%d addresses are beyond 65,535 and were cut to their low 16 bits", d.cut))
	}
	return r
}
