package trace

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/cespare/xxhash/v2"
	"github.com/klauspost/compress/zstd"
)

// WriteSet writes a set to a file (.dvset). It is written under a temporary name in
// the same folder and renamed at the end, so that a full disk or an interrupt
// leaves nothing half written and a file that already had the name as it was.
func WriteSet(name string, s *Set) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*.tmp")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			tmp.Close()
			os.Remove(tmp.Name())
		}
	}()
	buf := bufio.NewWriterSize(tmp, 256<<10)
	if _, err := s.WriteTo(buf); err != nil {
		return err
	}
	if err := errors.Join(buf.Flush(), tmp.Chmod(0o644), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), name)
}

// WriteTo writes the set in the form of a .dvset file, after checking it; see
// [Set.Check]. It implements io.WriterTo.
func (s *Set) WriteTo(w io.Writer) (int64, error) {
	if err := s.Check(); err != nil {
		return 0, err
	}
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false), zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		return 0, err
	}
	defer enc.Close()
	sw := &setWriter{w: w, enc: enc}
	if err := sw.header(s); err != nil {
		return sw.off, err
	}
	for i := range s.Samples {
		m := &s.Samples[i]
		if len(m.Name) > maxInfo {
			return sw.off, fmt.Errorf("trace: sample %d has a name of %d bytes", i, len(m.Name))
		}
		sw.unit = appendSample(sw.unit, m)
		sw.samples++
		sw.total.samples++
		sw.total.entries += uint64(len(m.Entries))
		sw.total.spikes += uint64(m.Spikes())
		if len(sw.unit) >= setUnitBytes || i == len(s.Samples)-1 {
			if err := sw.flush(); err != nil {
				return sw.off, err
			}
		}
	}
	sw.total.hash = sw.hash.Sum64()
	return sw.off, sw.write(sw.total.footer(sw.off))
}

// setWriter writes a set, unit by unit.
type setWriter struct {
	w       io.Writer
	off     int64
	enc     *zstd.Encoder
	unit    []byte
	samples uint32 // in unit
	out     []byte
	hash    xxhash.Digest
	total   setTotals
}

func (w *setWriter) header(s *Set) error {
	w.hash.Reset()
	desc, err := encodeSetInfo(s)
	if err != nil {
		return err
	}
	b := append([]byte(setMagic), 0, 0, 0, 0)
	binary.LittleEndian.PutUint16(b[8:], setVersion)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(desc)))
	b = append(b, desc...)
	return w.write(binary.LittleEndian.AppendUint32(b, checksum(b)))
}

// flush writes the unit in blocks.
func (w *setWriter) flush() error {
	for rest := w.unit; len(rest) > 0; {
		part := rest[:min(len(rest), maxRaw)]
		rest = rest[len(part):]
		b := setBlock{raw: uint32(len(part)), samples: w.samples}
		if len(rest) > 0 {
			b.flags |= setMore
		}
		var head [setBlockHeader]byte
		w.out = w.enc.EncodeAll(part, append(w.out[:0], head[:]...))
		if n := len(w.out) - setBlockHeader; n >= len(part) || len(part) > setExpansion*n+setSlack {
			b.flags |= setPlain
			w.out = append(w.out[:setBlockHeader], part...)
		}
		payload := w.out[setBlockHeader:]
		b.stored, b.sum = uint32(len(payload)), checksum(payload)
		b.put(w.out)
		w.hash.Write(w.out[:setBlockHeader])
		if err := w.write(w.out); err != nil {
			return err
		}
	}
	w.unit, w.samples = w.unit[:0], 0
	return nil
}

func (w *setWriter) write(b []byte) error {
	n, err := w.w.Write(b)
	w.off += int64(n)
	return err
}
