package trace

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/klauspost/compress/zstd"
)

// Options steers reading. The zero value reads all layers and stops at the first damage.
type Options struct {
	// Layers are the indices of the layers to be told; the blocks of others are
	// passed over undecoded. nil: all.
	Layers []int
	// Salvage passes over what is damaged, goes on with the next whole block, and
	// tells in [Reader.Loss] what is missing. A file without end is read up to its
	// last whole block.
	Salvage bool
}

// Reader tells the trace in a file to a [Recorder]. It is a [Source] that can be
// replayed once. Its memory is about a megabyte, whatever the length of the file.
type Reader struct {
	name string
	file *os.File // nil for NewReader
	br   *bufio.Reader
	off  int64
	opt  Options
	want []bool // by layer

	info    Info
	summary Summary
	loss    Loss
	used    bool
	ended   bool // the footer has been read

	dec     *zstd.Decoder
	raw     []byte
	buf     group
	pending []group // groups that go on in a later block
	order   order
	hash    Hash
	total   []int64
	blocks  int64
	last    int64
}

// Loss tells what salvaging had to leave out.
type Loss struct {
	// Blocks counts damaged blocks whose header could be read; Bytes all bytes that
	// could not be used.
	Blocks, Bytes int64
	// Spikes is how many spikes are missing: exactly, when the footer could be read
	// (Truncated is false), else as many as the headers of damaged blocks tell.
	Spikes int64
	// Truncated: there is no footer; the end of the run is missing or unknown.
	Truncated bool
	// Gaps holds what strict reading would have stopped with, at most the first 1000.
	Gaps []error
}

// Any reports whether something is missing.
func (l Loss) Any() bool { return l.Bytes > 0 || l.Truncated || l.Spikes > 0 }

// Open opens a trace file and reads its header. The caller closes it.
func Open(name string, opt Options) (*Reader, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	size := int64(maxRaw + blockHeader)
	if st, err := f.Stat(); err == nil && st.Mode().IsRegular() {
		size = st.Size()
	}
	r, err := newReader(f, size, name, opt)
	if err != nil {
		f.Close()
		return nil, err
	}
	r.file = f
	return r, nil
}

// NewReader reads the header of a trace from r.
func NewReader(r io.Reader, opt Options) (*Reader, error) {
	return newReader(r, maxRaw+blockHeader, "", opt)
}

func newReader(src io.Reader, size int64, name string, opt Options) (*Reader, error) {
	r := &Reader{
		name: name,
		br:   bufio.NewReaderSize(src, int(min(max(size, 4096), maxRaw+blockHeader))),
		opt:  opt,
	}
	if err := r.header(); err != nil {
		return nil, err
	}
	n := len(r.info.Layers)
	r.want = slices.Repeat([]bool{opt.Layers == nil}, n)
	for _, l := range opt.Layers {
		if l < 0 || l >= n {
			return nil, fmt.Errorf("%s: there is no layer %d; the trace has %d", name, l, n)
		}
		r.want[l] = true
	}
	return r, nil
}

// header reads magic and description.
func (r *Reader) header() error {
	fixed, err := r.br.Peek(headerFixed)
	if len(fixed) < 8 || string(fixed[:8]) != fileMagic {
		if len(fixed) < 8 && bytes.HasPrefix([]byte(fileMagic), fixed) && errors.Is(err, io.EOF) {
			return r.errorf(int64(len(fixed)), "header", ErrTruncated, "")
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		return r.errorf(0, "header", ErrNotTrace, "")
	}
	if len(fixed) < headerFixed {
		return r.readError(err, 8, "header")
	}
	if v := binary.LittleEndian.Uint16(fixed[8:]); v != version {
		return r.errorf(8, "header", fmt.Errorf("%w: version %d of the format (this program knows %d)", ErrUnsupported, v, version), "")
	}
	n := binary.LittleEndian.Uint32(fixed[12:])
	if n > maxInfo {
		return r.errorf(12, "header", fmt.Errorf("%w: a description of %d bytes", ErrTooLarge, n), "")
	}
	// Memory grows with the bytes that come, not with the length that is declared.
	var all bytes.Buffer
	if _, err := io.CopyN(&all, r.br, headerFixed+int64(n)+4); err != nil {
		return r.readError(err, int64(all.Len()), "header")
	}
	r.off = int64(all.Len())
	b := all.Bytes()
	b, sum := b[:len(b)-4], binary.LittleEndian.Uint32(b[len(b)-4:])
	if checksum(b) != sum {
		return r.errorf(0, "header", fmt.Errorf("%w: checksum", ErrCorrupt), "")
	}
	r.info, err = decodeInfo(b[headerFixed:])
	if err != nil {
		return r.errorf(headerFixed, "header", fmt.Errorf("%w: %w", ErrCorrupt, err), "")
	}
	return nil
}

// Info describes what was recorded.
func (r *Reader) Info() Info { return r.info }

// Summary returns what the footer says; it is complete after Replay.
func (r *Reader) Summary() Summary { return r.summary }

// Loss tells what was left out; it is complete after Replay. Without
// Options.Salvage nothing ever is.
func (r *Reader) Loss() Loss { return r.loss }

// Close closes the file that Open opened.
func (r *Reader) Close() error {
	if r.file == nil {
		return nil
	}
	return r.file.Close()
}

// Replay tells the trace to rec: Begin, Spikes, End. Spikes come block by block,
// so that a stretch of one layer follows a stretch of another, and the
// order of a layer is kept. After an error rec has everything up to it and no End. A second
// call is an error.
func (r *Reader) Replay(rec Recorder) error {
	if r.used {
		return errors.New("trace: a Reader can be replayed once; open the file again")
	}
	r.used = true
	if err := r.prepare(); err != nil {
		return err
	}
	defer r.dec.Close()
	if err := rec.Begin(r.info); err != nil {
		return err
	}
	for {
		done, err := r.step(rec)
		if damage, ok := err.(*FormatError); ok && r.opt.Salvage {
			done, err = r.skip(damage)
		}
		if own, ok := err.(*recorderError); ok {
			return own.err
		}
		if err != nil {
			return err
		}
		if done {
			break
		}
	}
	for l := range r.pending { // only after damage: their continuation was lost
		n := int64(len(r.pending[l].index))
		err := r.release(rec, l)
		if own, ok := err.(*recorderError); ok {
			return own.err
		}
		if err != nil {
			r.loss.Spikes += n
			r.loss.Gaps = append(r.loss.Gaps, err)
		}
	}
	return rec.End(r.summary.Duration)
}

func (r *Reader) prepare() error {
	n := len(r.info.Layers)
	r.pending, r.total = make([]group, n), make([]int64, n)
	if err := r.order.begin(r.info.Layers); err != nil {
		return err
	}
	if err := r.hash.Begin(r.info); err != nil {
		return err
	}
	var err error
	r.dec, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(maxRaw))
	return err
}

// step reads one block or the footer.
func (r *Reader) step(rec Recorder) (done bool, err error) {
	mark, err := r.br.Peek(4)
	if err != nil {
		if len(mark) == 0 && errors.Is(err, io.EOF) {
			return false, r.errorf(r.off, "footer", fmt.Errorf("%w: there is no footer, the run was cut off", ErrTruncated), hintSalvage)
		}
		return false, r.readError(err, r.off+int64(len(mark)), "block or footer")
	}
	switch binary.LittleEndian.Uint32(mark) {
	case blockMark:
		return false, r.block(rec)
	case footerMark:
		return true, r.footer()
	}
	return false, r.errorf(r.off, fmt.Sprintf("after block %d", r.blocks), fmt.Errorf("%w: neither block nor footer", ErrCorrupt), hintSalvage)
}

// block reads one block and tells its spikes.
func (r *Reader) block(rec Recorder) error {
	part := fmt.Sprintf("block %d", r.blocks)
	head, err := r.br.Peek(blockHeader)
	if err != nil {
		return r.readError(err, r.off+int64(len(head)), part)
	}
	var b blockInfo
	if !b.get(head) {
		return r.errorf(r.off, part, fmt.Errorf("%w: checksum of the header", ErrCorrupt), hintSalvage)
	}
	if err := b.check(len(r.info.Layers)); err != nil {
		return r.errorf(r.off, part, err, hintSalvage)
	}
	part = fmt.Sprintf("block %d (layer %d)", r.blocks, b.layer)
	size := blockHeader + int(b.stored)
	whole, err := r.br.Peek(size)
	if err != nil {
		return r.readError(err, r.off+int64(len(whole)), part)
	}
	if r.want[b.layer] {
		if checksum(whole[blockHeader:]) != b.sum {
			return r.errorf(r.off, part, fmt.Errorf("%w: checksum", ErrCorrupt), hintSalvage)
		}
		if r.raw, err = r.dec.DecodeAll(whole[blockHeader:], r.raw[:0]); err != nil || len(r.raw) != int(b.raw) {
			return r.errorf(r.off, part, fmt.Errorf("%w: zstd: %w", ErrCorrupt, orSize(err)), hintSalvage)
		}
		if err := r.tell(rec, &b); err != nil {
			if own, ok := err.(*recorderError); ok {
				return own
			}
			return r.errorf(r.off, part, err, hintSalvage)
		}
	}
	r.blocks++
	r.last = max(r.last, b.last)
	return r.discard(size)
}

func orSize(err error) error {
	if err == nil {
		return errors.New("another size than declared")
	}
	return err
}

// recorderError is an error of the recorder, which is not about the file.
type recorderError struct{ err error }

func (e *recorderError) Error() string { return e.err.Error() }

// tell hands the groups of a decompressed block to rec.
func (r *Reader) tell(rec Recorder, b *blockInfo) error {
	layer := int(b.layer)
	return b.decode(r.raw, &r.buf, func(g *group, last bool) error {
		p := &r.pending[layer]
		if more := last && b.flags&flagMore != 0; more || len(p.index) > 0 && p.t == g.t {
			if len(p.index) > 0 && p.t != g.t {
				if err := r.release(rec, layer); err != nil {
					return err
				}
			}
			p.join(g)
			if more {
				return nil
			}
			return r.release(rec, layer)
		}
		if err := r.release(rec, layer); err != nil {
			return err
		}
		return r.emit(rec, layer, g)
	})
}

// join appends a part of a group.
func (g *group) join(part *group) {
	g.t = part.t
	if len(part.counts) > 0 && len(g.counts) == 0 {
		g.counts = ones(g.counts[:0], len(g.index))
	}
	g.index = append(g.index, part.index...)
	if len(part.counts) > 0 {
		g.counts = append(g.counts, part.counts...)
	} else if len(g.counts) > 0 {
		g.counts = ones(g.counts, len(part.index))
	}
}

// release emits the pending group of a layer, if there is one.
func (r *Reader) release(rec Recorder, layer int) error {
	p := &r.pending[layer]
	if len(p.index) == 0 {
		return nil
	}
	err := r.emit(rec, layer, p)
	p.index, p.counts = p.index[:0], p.counts[:0]
	return err
}

// emit checks a group and hands it to rec.
func (r *Reader) emit(rec Recorder, layer int, g *group) error {
	counts := g.counts
	if !slices.ContainsFunc(counts, func(c uint16) bool { return c != 1 }) {
		counts = nil
	}
	if err := r.order.spikes(layer, g.t, g.index, counts); err != nil {
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	r.hash.Spikes(layer, g.t, g.index, counts)
	r.total[layer] += int64(len(g.index))
	for _, c := range counts {
		r.total[layer] += int64(c) - 1
	}
	if err := rec.Spikes(layer, g.t, g.index, counts); err != nil {
		return &recorderError{err}
	}
	return nil
}

func (r *Reader) discard(n int) error {
	d, err := r.br.Discard(n)
	r.off += int64(d)
	return err
}

func (r *Reader) errorf(off int64, part string, err error, hint string) error {
	return &FormatError{File: r.name, Offset: off, Part: part, Err: err, Hint: hint}
}

// readError says that the bytes ended, or passes on why they could not be read.
func (r *Reader) readError(err error, off int64, part string) error {
	// The window holds the largest block or the whole file: a block that does not fit it goes beyond the file.
	if errors.Is(err, io.EOF) || errors.Is(err, bufio.ErrBufferFull) {
		hint := hintSalvage
		if part == "header" {
			hint = ""
		}
		return r.errorf(off, part, ErrTruncated, hint)
	}
	if r.name != "" {
		return fmt.Errorf("%s: %w", r.name, err)
	}
	return err
}

var _ Source = (*Reader)(nil)
