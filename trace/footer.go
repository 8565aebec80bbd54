package trace

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// footerBytes is the length of a footer with mark, length, checksum and tail.
func footerBytes(layers int) int { return 8 + summaryBytes(layers) + 4 + tailBytes }

// parseFooter reads a whole footer that stands at byte at.
func parseFooter(b []byte, layers int, at int64) (Summary, error) {
	le := binary.LittleEndian
	body := 8 + summaryBytes(layers)
	switch {
	case le.Uint32(b) != footerMark || int(le.Uint32(b[4:])) != summaryBytes(layers):
		return Summary{}, fmt.Errorf("%w: mark or length", ErrCorrupt)
	case le.Uint32(b[body:]) != checksum(b[:body]):
		return Summary{}, fmt.Errorf("%w: checksum", ErrCorrupt)
	case int64(le.Uint64(b[body+4:])) != at || string(b[body+12:]) != tailMagic:
		return Summary{}, fmt.Errorf("%w: tail", ErrCorrupt)
	}
	s := parseSummary(b[8:body], layers)
	if s.Duration < 0 {
		return Summary{}, fmt.Errorf("%w: negative duration", ErrCorrupt)
	}
	return s, nil
}

// footer reads the footer, compares it with what was read, and checks that nothing follows.
func (r *Reader) footer() error {
	n := footerBytes(len(r.info.Layers))
	b, err := r.br.Peek(n)
	if err != nil {
		return r.readError(err, r.off+int64(len(b)), "footer")
	}
	s, err := parseFooter(b, len(r.info.Layers), r.off)
	if err != nil {
		return r.errorf(r.off, "footer", err, hintSalvage)
	}
	if err := r.compare(&s); err != nil && !r.loss.Any() {
		err := r.errorf(r.off, "footer", err, hintSalvage)
		if !r.opt.Salvage {
			return err
		}
		r.loss.Gaps = append(r.loss.Gaps, err)
	}
	r.finish(s)
	at := r.off
	if err := r.discard(n); err != nil {
		return err
	}
	if rest, err := r.br.Peek(1); len(rest) > 0 {
		return r.errorf(r.off, "after the footer", fmt.Errorf("%w: more bytes", ErrCorrupt), hintSalvage)
	} else if !errors.Is(err, io.EOF) {
		return r.readError(err, at, "after the footer")
	}
	return nil
}

// finish takes over the footer: its totals tell exactly what was lost.
func (r *Reader) finish(s Summary) {
	r.summary, r.ended = s, true
	r.loss.Spikes = 0
	for l, sum := range s.Layers {
		if r.want[l] {
			r.loss.Spikes += sum.Spikes - int64(r.hash.records[l]) - int64(len(r.pending[l].index))
		}
	}
}

// compare holds the totals of the footer against what was read.
func (r *Reader) compare(s *Summary) error {
	if s.Blocks != r.blocks {
		return fmt.Errorf("%w: %d blocks were read, %d were written", ErrCorrupt, r.blocks, s.Blocks)
	}
	all := true
	for l, sum := range s.Layers {
		if !r.want[l] {
			all = false
			continue
		}
		if len(r.pending[l].index) > 0 {
			return fmt.Errorf("%w: layer %d ends inside a group", ErrCorrupt, l)
		}
		if got := int64(r.hash.records[l]); got != sum.Spikes || r.total[l] != sum.Total || r.hash.layers[l].Sum64() != sum.Hash {
			return fmt.Errorf("%w: layer %d: %d spikes were read, %d were written, or their hash differs", ErrCorrupt, l, got, sum.Spikes)
		}
	}
	if all && r.hash.Sum64() != s.Hash {
		return fmt.Errorf("%w: the trace hash is %s, not %s", ErrCorrupt, r.hash.Sum(), FormatHash(s.Hash))
	}
	return nil
}

// Stat reads what a trace file says of itself, description and footer, without
// reading its blocks.
func Stat(name string) (Info, Summary, error) {
	r, err := Open(name, Options{})
	if err != nil {
		return Info{}, Summary{}, err
	}
	defer r.Close()
	st, err := r.file.Stat()
	if err != nil {
		return Info{}, Summary{}, err
	}
	layers := len(r.info.Layers)
	b := make([]byte, footerBytes(layers))
	at := st.Size() - int64(len(b))
	if at < r.off {
		return r.info, Summary{}, r.errorf(st.Size(), "footer", ErrTruncated, hintSalvage)
	}
	if _, err := r.file.ReadAt(b, at); err != nil {
		return r.info, Summary{}, r.readError(err, at, "footer")
	}
	s, err := parseFooter(b, layers, at)
	if errors.Is(err, ErrCorrupt) && string(b[len(b)-len(tailMagic):]) != tailMagic {
		err = fmt.Errorf("%w: there is no footer, the run was cut off", ErrTruncated)
	}
	if err != nil {
		return r.info, Summary{}, r.errorf(at, "footer", err, hintSalvage)
	}
	return r.info, s, nil
}

// Load reads a whole trace file into memory, and fails on any damage.
func Load(name string) (*Memory, error) {
	r, err := Open(name, Options{})
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var m Memory
	if err := r.Replay(&m); err != nil {
		return nil, err
	}
	return &m, nil
}
