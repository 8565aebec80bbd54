package trace

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"

	"github.com/cespare/xxhash/v2"
	"github.com/klauspost/compress/zstd"
)

// OpenSet reads a set from a file (.dvset) that [WriteSet] wrote. Any damage is an
// error, a [*FormatError] that names the byte.
func OpenSet(name string) (*Set, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readSet(f, name)
}

// ReadSet reads a set from any stream of bytes; nothing may follow it.
func ReadSet(r io.Reader) (*Set, error) { return readSet(r, "") }

func readSet(src io.Reader, name string) (*Set, error) {
	r := &setReader{name: name, br: bufio.NewReaderSize(src, 64<<10)}
	r.hash.Reset()
	if err := r.header(); err != nil {
		return nil, err
	}
	err := r.units()
	if ferr := r.join(); ferr != nil { // what a unit says stands before the place where reading stopped
		return nil, ferr
	}
	if err == nil {
		err = r.compare()
	}
	if err != nil {
		return nil, err
	}
	return r.set, nil
}

// setReader reads blocks in order; units are unfolded and taken apart by several
// goroutines.
type setReader struct {
	name  string
	br    *bufio.Reader
	off   int64
	set   *Set
	hash  xxhash.Digest
	total setTotals // of the footer
	end   int64     // offset of the footer

	crew sync.WaitGroup
	done []*setUnit
}

// setUnit is a unit on its way.
type setUnit struct {
	off     int64 // of its first block
	block   int   // number of its first block
	n       uint32
	parts   []setPart
	samples []Sample
	err     error
}

// setPart is the payload of one block.
type setPart struct {
	setBlock
	b []byte
}

func (r *setReader) header() error {
	var all bytes.Buffer
	// Memory grows with the bytes that come, not with the length that is declared.
	if _, err := io.CopyN(&all, r.br, headerFixed); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	b := all.Bytes()
	if len(b) < 8 || string(b[:8]) != setMagic {
		if len(b) < 8 && bytes.HasPrefix([]byte(setMagic), b) {
			return r.errorf(int64(len(b)), "header", ErrTruncated)
		}
		return r.errorf(0, "header", ErrNotSet)
	}
	if len(b) < headerFixed {
		return r.errorf(int64(len(b)), "header", ErrTruncated)
	}
	if v := binary.LittleEndian.Uint16(b[8:]); v != setVersion {
		return r.errorf(8, "header", fmt.Errorf("%w: version %d of the format (this program knows %d)", ErrUnsupported, v, setVersion))
	}
	n := binary.LittleEndian.Uint32(b[12:])
	if n > maxInfo {
		return r.errorf(12, "header", fmt.Errorf("%w: a description of %d bytes", ErrTooLarge, n))
	}
	if _, err := io.CopyN(&all, r.br, int64(n)+4); err != nil {
		return r.readError(err, int64(all.Len()), "header")
	}
	r.off = int64(all.Len())
	b = all.Bytes()
	b, sum := b[:len(b)-4], binary.LittleEndian.Uint32(b[len(b)-4:])
	if checksum(b) != sum {
		return r.errorf(0, "header", fmt.Errorf("%w: checksum", ErrCorrupt))
	}
	var err error
	if r.set, err = decodeSetInfo(b[headerFixed:]); err != nil {
		return r.errorf(headerFixed, "header", fmt.Errorf("%w: %w", ErrCorrupt, err))
	}
	return nil
}

// units reads all blocks and the footer.
func (r *setReader) units() error {
	workers := make(chan *zstd.Decoder, runtime.GOMAXPROCS(0))
	for range cap(workers) {
		workers <- nil // made when first used
	}
	var open *setUnit
	for block := 0; ; block++ {
		mark, err := r.br.Peek(4)
		if err != nil {
			if len(mark) == 0 && errors.Is(err, io.EOF) {
				err = r.errorf(r.off, "footer", fmt.Errorf("%w: there is no footer, writing was cut off", ErrTruncated))
			} else {
				err = r.readError(err, r.off+int64(len(mark)), "block or footer")
			}
			return err
		}
		switch binary.LittleEndian.Uint32(mark) {
		case setBlockMark:
		case footerMark:
			if open != nil {
				return r.errorf(r.off, "footer", fmt.Errorf("%w: the last block announces another one", ErrCorrupt))
			}
			return r.footer()
		default:
			return r.errorf(r.off, fmt.Sprintf("after block %d", block-1), fmt.Errorf("%w: neither block nor footer", ErrCorrupt))
		}
		at := r.off
		p, err := r.block(block)
		if err != nil {
			return err
		}
		if open == nil {
			open = &setUnit{off: at, block: block, n: p.samples}
		} else if p.samples != open.n {
			return r.errorf(at, fmt.Sprintf("block %d", block), fmt.Errorf("%w: %d samples, the block before announces %d", ErrCorrupt, p.samples, open.n))
		}
		open.parts = append(open.parts, p)
		if p.flags&setMore != 0 {
			continue
		}
		u := open
		open, r.done = nil, append(r.done, u)
		dec := <-workers
		r.crew.Go(func() {
			dec, u.err = u.unfold(r.set, dec)
			workers <- dec
		})
	}
}

// block reads one block as it is stored.
func (r *setReader) block(n int) (p setPart, err error) {
	part := fmt.Sprintf("block %d", n)
	var head [setBlockHeader]byte
	k, err := io.ReadFull(r.br, head[:])
	if err != nil {
		return p, r.readError(err, r.off+int64(k), part)
	}
	if err := p.get(head[:]); err != nil {
		return p, r.errorf(r.off, part, err)
	}
	r.hash.Write(head[:])
	p.b = make([]byte, p.stored) // at most maxRaw
	if k, err = io.ReadFull(r.br, p.b); err != nil {
		return p, r.readError(err, r.off+setBlockHeader+int64(k), part)
	}
	if checksum(p.b) != p.sum {
		return p, r.errorf(r.off, part, fmt.Errorf("%w: checksum", ErrCorrupt))
	}
	r.off += setBlockHeader + int64(p.stored)
	return p, nil
}

// unfold turns the blocks of a unit into samples.
func (u *setUnit) unfold(s *Set, dec *zstd.Decoder) (*zstd.Decoder, error) {
	if dec == nil {
		var err error
		if dec, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxRaw)); err != nil {
			return nil, err
		}
	}
	var all []byte
	for i, p := range u.parts {
		raw := p.b
		if p.flags&setPlain == 0 {
			var err error
			if raw, err = dec.DecodeAll(p.b, nil); err != nil || len(raw) != int(p.raw) {
				return dec, fmt.Errorf("%w: zstd: %w", ErrCorrupt, orSize(err))
			}
		}
		if all = append(all, raw...); len(u.parts) == 1 {
			all = raw
		}
		u.parts[i].b = nil
	}
	rd := unitReader{b: all}
	if uint64(u.n)*uint64(s.Steps+3) > uint64(len(all)) {
		return dec, fmt.Errorf("%w: %d samples in %d bytes", ErrCorrupt, u.n, len(all))
	}
	u.samples = make([]Sample, u.n)
	for i := range u.samples {
		if err := rd.sample(s, &u.samples[i]); err != nil {
			return dec, fmt.Errorf("%w: sample %d of the block: %w", ErrCorrupt, i, err)
		}
	}
	if len(rd.b) > 0 {
		return dec, fmt.Errorf("%w: %d bytes after the last sample", ErrCorrupt, len(rd.b))
	}
	return dec, nil
}

// join waits for all units and puts their samples together.
func (r *setReader) join() error {
	r.crew.Wait()
	n := 0
	for _, u := range r.done {
		if u.err != nil {
			return r.errorf(u.off, fmt.Sprintf("block %d", u.block), u.err)
		}
		n += len(u.samples)
	}
	r.set.Samples = make([]Sample, 0, n)
	for _, u := range r.done {
		r.set.Samples = append(r.set.Samples, u.samples...)
	}
	return nil
}

// footer reads the footer and checks that nothing follows.
func (r *setReader) footer() error {
	r.end = r.off
	var b [setFooterBytes]byte
	n, err := io.ReadFull(r.br, b[:])
	if err != nil {
		return r.readError(err, r.off+int64(n), "footer")
	}
	u := func(i int) uint64 { return binary.LittleEndian.Uint64(b[4+8*i:]) }
	r.total = setTotals{samples: u(0), entries: u(1), spikes: u(2), hash: u(3)}
	if string(b[:]) != string(r.total.footer(r.off)) {
		return r.errorf(r.off, "footer", fmt.Errorf("%w: checksum or place", ErrCorrupt))
	}
	r.off += int64(n)
	if _, err := r.br.ReadByte(); err == nil {
		return r.errorf(r.off, "after the footer", fmt.Errorf("%w: more bytes", ErrCorrupt))
	} else if !errors.Is(err, io.EOF) {
		return r.readError(err, r.off, "after the footer")
	}
	return nil
}

// compare holds the totals of the footer against what was read.
func (r *setReader) compare() error {
	got := setTotals{samples: uint64(len(r.set.Samples)), hash: r.hash.Sum64()}
	for i := range r.set.Samples {
		got.entries += uint64(len(r.set.Samples[i].Entries))
		got.spikes += uint64(r.set.Samples[i].Spikes())
	}
	if got != r.total {
		return r.errorf(r.end, "footer", fmt.Errorf("%w: %d samples with %d spikes were read, %d with %d were written, or their hash differs", ErrCorrupt, got.samples, got.spikes, r.total.samples, r.total.spikes))
	}
	return nil
}

func (r *setReader) errorf(off int64, part string, err error) error {
	return &FormatError{File: r.name, Format: "dvset", Offset: off, Part: part, Err: err}
}

// readError says that the bytes ended, or passes on why they could not be read.
func (r *setReader) readError(err error, off int64, part string) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return r.errorf(off, part, ErrTruncated)
	}
	if r.name != "" {
		return fmt.Errorf("%s: %w", r.name, err)
	}
	return err
}
