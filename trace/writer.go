package trace

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// Writer is a Recorder that writes a trace file (.dvt) to any sink. Memory is
// bounded: a block of 32,768 spikes for each layer waits to be written.
//
// It checks the rules of [Recorder] and returns what breaks them as an error. End
// completes the file; without End there is no footer, and a reader will say that the file
// was cut off.
type Writer struct {
	w      io.Writer
	off    int64
	enc    *zstd.Encoder
	order  order
	hash   Hash
	total  []int64
	blocks int64
	open   []openBlock
	begun  bool
	ended  bool
	err    error // sticky

	raw, out []byte
}

// openBlock gathers the columns of one layer's next block.
type openBlock struct {
	blockInfo
	times, sizes, index, counts []byte
}

// NewWriter returns a recorder that writes to w. The writer does not buffer beyond
// its blocks and does not close w.
func NewWriter(w io.Writer) *Writer { return &Writer{w: w} }

// Begin writes the header. It may be called once.
func (w *Writer) Begin(info Info) error {
	if w.begun {
		return w.fail(errors.New("trace: Begin called twice on a Writer"))
	}
	w.begun = true
	if err := w.order.begin(info.Layers); err != nil {
		return w.fail(err)
	}
	if info.DtUS < 0 {
		return w.fail(fmt.Errorf("trace: negative step %d µs", info.DtUS))
	}
	if err := w.hash.Begin(info); err != nil {
		return w.fail(err)
	}
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false), zstd.WithLowerEncoderMem(true))
	if err != nil {
		return w.fail(err)
	}
	w.enc = enc
	w.total = make([]int64, len(info.Layers))
	w.open = make([]openBlock, len(info.Layers))
	desc, err := encodeInfo(info)
	if err != nil {
		return w.fail(err)
	}
	if len(desc) > maxInfo {
		return w.fail(fmt.Errorf("trace: the description of the layers takes %d bytes; at most %d fit", len(desc), maxInfo))
	}
	b := append([]byte(fileMagic), 0, 0, 0, 0)
	binary.LittleEndian.PutUint16(b[8:], version)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(desc)))
	b = append(b, desc...)
	b = binary.LittleEndian.AppendUint32(b, checksum(b))
	return w.write(b)
}

// Spikes adds the spikes of one layer at one time.
func (w *Writer) Spikes(layer int, t int64, index []uint32, counts []uint16) error {
	if w.err != nil {
		return w.err
	}
	if err := w.order.spikes(layer, t, index, counts); err != nil {
		return w.fail(err)
	}
	if len(index) == 0 {
		return nil
	}
	w.hash.Spikes(layer, t, index, counts)
	w.total[layer] += int64(len(index))
	for _, c := range counts {
		w.total[layer] += int64(c) - 1
	}
	b := &w.open[layer]
	for {
		n := min(len(index), int(blockSpikes-b.spikes))
		b.add(t, index[:n], counts)
		if b.spikes == blockSpikes {
			if n < len(index) {
				b.flags |= flagMore
			}
			if err := w.flush(layer); err != nil {
				return err
			}
		}
		if index = index[n:]; len(index) == 0 {
			return nil
		}
		if counts != nil {
			counts = counts[n:]
		}
	}
}

// add appends a group, or a part of one, to the columns. counts may be longer than index.
func (b *openBlock) add(t int64, index []uint32, counts []uint16) {
	if b.groups == 0 {
		b.first, b.last = t, t
	}
	b.times = binary.AppendUvarint(b.times, uint64(t-b.last))
	b.last = t
	b.sizes = binary.AppendUvarint(b.sizes, uint64(len(index)))
	next := uint32(0)
	for _, j := range index {
		b.index = binary.AppendUvarint(b.index, uint64(j-next))
		next = j + 1
	}
	if counts != nil && b.flags&flagCounts == 0 {
		b.flags |= flagCounts
		for range b.spikes {
			b.counts = append(b.counts, 1)
		}
	}
	if b.flags&flagCounts != 0 {
		for i := range index {
			c := uint64(1)
			if counts != nil {
				c = uint64(counts[i])
			}
			b.counts = binary.AppendUvarint(b.counts, c)
		}
	}
	b.groups++
	b.spikes += uint32(len(index))
}

// flush writes the open block of a layer, if it holds anything.
func (w *Writer) flush(layer int) error {
	b := &w.open[layer]
	if b.groups == 0 {
		return nil
	}
	w.raw = append(append(append(append(w.raw[:0], b.times...), b.sizes...), b.index...), b.counts...)
	var head [blockHeader]byte
	w.out = w.enc.EncodeAll(w.raw, append(w.out[:0], head[:]...))
	payload := w.out[blockHeader:]
	b.layer = uint16(layer)
	b.raw, b.stored, b.sum = uint32(len(w.raw)), uint32(len(payload)), checksum(payload)
	b.put(w.out)
	b.blockInfo = blockInfo{}
	b.times, b.sizes, b.index, b.counts = b.times[:0], b.sizes[:0], b.index[:0], b.counts[:0]
	w.blocks++
	return w.write(w.out)
}

// End writes what waits and the footer. The sink stays open.
func (w *Writer) End(duration int64) error {
	switch {
	case w.err != nil:
		return w.err
	case !w.begun:
		return w.fail(errors.New("trace: End without Begin"))
	case duration < 0:
		return w.fail(fmt.Errorf("trace: negative duration %d", duration))
	}
	for l := range w.open {
		if err := w.flush(l); err != nil {
			return err
		}
	}
	s := w.summary(duration)
	at := w.off
	b := binary.LittleEndian.AppendUint32(nil, footerMark)
	b = binary.LittleEndian.AppendUint32(b, uint32(summaryBytes(len(s.Layers))))
	b = s.append(b)
	b = binary.LittleEndian.AppendUint32(b, checksum(b))
	b = binary.LittleEndian.AppendUint64(b, uint64(at))
	b = append(b, tailMagic...)
	if err := w.write(b); err != nil {
		return err
	}
	w.ended = true
	w.err = errors.New("trace: the Writer has ended")
	return nil
}

func (w *Writer) summary(duration int64) Summary {
	s := Summary{Duration: duration, Blocks: w.blocks, Hash: w.hash.Sum64()}
	for l, d := range w.hash.layers {
		s.Layers = append(s.Layers, LayerSummary{Spikes: int64(w.hash.records[l]), Total: w.total[l], Hash: d.Sum64()})
	}
	return s
}

func (w *Writer) write(b []byte) error {
	n, err := w.w.Write(b)
	w.off += int64(n)
	if err != nil {
		return w.fail(err)
	}
	return nil
}

func (w *Writer) fail(err error) error {
	w.err = err
	return err
}

var _ Recorder = (*Writer)(nil)
