package trace

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// skip notes the damage and moves to the next whole block or footer header. done
// is true when the bytes have ended.
func (r *Reader) skip(damage *FormatError) (done bool, err error) {
	if len(r.loss.Gaps) < 1000 {
		r.loss.Gaps = append(r.loss.Gaps, damage)
	}
	from := r.off
	var block blockInfo
	if head, _ := r.br.Peek(blockHeader); len(head) == blockHeader && block.get(head) {
		r.loss.Blocks++
		r.loss.Spikes += int64(block.spikes)
	}
	for {
		found, err := r.scan()
		if err != nil {
			return false, err
		}
		if !found {
			r.loss.Bytes += r.off - from
			if !r.ended {
				r.loss.Truncated = true
				r.summary.Duration = r.last + 1
			}
			return true, nil
		}
		if !r.ended && (r.blockHere() || r.footerHere()) {
			r.loss.Bytes += r.off - from
			return false, nil
		}
	}
}

// blockHere reports whether a whole header of a block stands at the present place.
func (r *Reader) blockHere() bool {
	var b blockInfo
	head, err := r.br.Peek(blockHeader)
	return err == nil && b.get(head) && b.check(len(r.info.Layers)) == nil
}

// footerHere reports whether a whole footer stands at the present place.
func (r *Reader) footerHere() bool {
	n := len(r.info.Layers)
	b, err := r.br.Peek(footerBytes(n))
	if err != nil {
		return false
	}
	_, err = parseFooter(b, n, r.off)
	return err == nil
}

var (
	blockMarkBytes  = binary.LittleEndian.AppendUint32(nil, blockMark)
	footerMarkBytes = binary.LittleEndian.AppendUint32(nil, footerMark)
)

// scan moves to the next mark of a block or footer after the present byte.
func (r *Reader) scan() (found bool, err error) {
	if err := r.discard(1); err != nil {
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		return false, err
	}
	for {
		b, err := r.br.Peek(4096)
		if err != nil && !errors.Is(err, io.EOF) {
			return false, fmt.Errorf("%s: %w", r.name, err)
		}
		i, j := bytes.Index(b, blockMarkBytes), bytes.Index(b, footerMarkBytes)
		if i < 0 || j >= 0 && j < i {
			i = j
		}
		if i >= 0 {
			return true, r.discard(i)
		}
		if len(b) < 4 {
			return false, r.discard(len(b))
		}
		if err := r.discard(len(b) - 3); err != nil {
			return false, err
		}
	}
}
