package events

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"hash"
)

// Digest condenses a stream of events into sums and a hash, so that two decoders
// can be held against each other. Add takes the stream batch by batch; the zero
// value is an empty stream. It costs about 10 ns an event, nearly all of it SHA-256.
//
// The hash is SHA-256 over one packed little-endian record of 13 bytes for each
// event, in the order of the stream: t as uint64 (two's complement), x and y as
// uint16, and one byte that is 1 for ON.
type Digest struct {
	sums Sums
	last int64
	sha  hash.Hash
	buf  []byte
}

// Sums is what a [Digest] says of a stream. Two streams are equal in all
// likelihood when their Sums are equal (==).
type Sums struct {
	Events     int64  `json:"events"`
	On         int64  `json:"on"`          // ON events
	TFirst     int64  `json:"t_first"`     // time of the first event in stream order, µs
	TLast      int64  `json:"t_last"`      // time of the last event in stream order, µs
	TMin       int64  `json:"t_min"`       // smallest time, µs
	TMax       int64  `json:"t_max"`       // largest time, µs
	TBackwards int64  `json:"t_backwards"` // events older than the event before them
	SumT       uint64 `json:"sum_t"`       // modulo 2^64
	SumX       uint64 `json:"sum_x"`
	SumY       uint64 `json:"sum_y"`
	XMax       uint16 `json:"x_max"`
	YMax       uint16 `json:"y_max"`
	SHA256     string `json:"sha256"` // lower-case hexadecimal
}

const digestRecord = 13

// Add appends a batch to the stream.
func (d *Digest) Add(batch []Event) {
	if len(batch) == 0 {
		return
	}
	if d.sha == nil {
		d.sha = sha256.New()
	}
	s := &d.sums
	if s.Events == 0 {
		t := batch[0].T
		s.TFirst, s.TMin, s.TMax, d.last = t, t, t, t
	}
	if need := digestRecord * len(batch); cap(d.buf) < need {
		d.buf = make([]byte, need)
	}
	buf := d.buf[:digestRecord*len(batch)]
	last := d.last
	for i, e := range batch {
		r := buf[digestRecord*i : digestRecord*i+digestRecord]
		binary.LittleEndian.PutUint64(r, uint64(e.T))
		binary.LittleEndian.PutUint16(r[8:], e.X)
		binary.LittleEndian.PutUint16(r[10:], e.Y)
		r[12] = byte(e.P)
		if e.T < last {
			s.TBackwards++
		}
		last = e.T
		s.TMin, s.TMax = min(s.TMin, e.T), max(s.TMax, e.T)
		s.XMax, s.YMax = max(s.XMax, e.X), max(s.YMax, e.Y)
		s.On += int64(e.P)
		s.SumT += uint64(e.T)
		s.SumX += uint64(e.X)
		s.SumY += uint64(e.Y)
	}
	d.last, s.TLast = last, last
	s.Events += int64(len(batch))
	d.sha.Write(buf)
}

// Sums returns the sums and the hash of what has been added so far. More may be
// added afterwards.
func (d *Digest) Sums() Sums {
	s := d.sums
	if d.sha == nil {
		empty := sha256.Sum256(nil)
		s.SHA256 = hex.EncodeToString(empty[:])
		return s
	}
	s.SHA256 = hex.EncodeToString(d.sha.Sum(nil))
	return s
}

// MarshalJSON writes the sums under the names of the tags; a stream without
// events has only events and sha256.
func (s Sums) MarshalJSON() ([]byte, error) {
	if s.Events == 0 {
		return json.Marshal(struct {
			Events int64  `json:"events"`
			SHA256 string `json:"sha256"`
		}{0, s.SHA256})
	}
	type plain Sums // without this method
	return json.Marshal(plain(s))
}

// Digested reads the whole stream and returns its sums. On an error they are
// those of the events before it.
func Digested(r Reader) (Sums, error) {
	var d Digest
	for batch, err := range Batches(r) {
		if err != nil {
			return d.Sums(), err
		}
		d.Add(batch)
	}
	return d.Sums(), nil
}
