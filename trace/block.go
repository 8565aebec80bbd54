package trace

import (
	"encoding/binary"
	"fmt"
)

// cursor reads numbers from the columns of a block.
type cursor struct{ b []byte }

// next reads a number of at most limit; -1 when there is none.
func (c *cursor) next(limit uint64) int64 {
	v, n := binary.Uvarint(c.b)
	if n <= 0 || v > limit {
		return -1
	}
	c.b = c.b[n:]
	return int64(v)
}

// columnsOf splits a block's payload: the times column has groups numbers, the
// sizes too, index and counts have spikes numbers.
func columnsOf(b *blockInfo, raw []byte) (times, sizes, index, counts cursor, err error) {
	parts := [4]*cursor{&times, &sizes, &index, &counts}
	n := [4]uint32{b.groups, b.groups, b.spikes, 0}
	if b.flags&flagCounts != 0 {
		n[3] = b.spikes
	}
	for i, part := range parts {
		end := 0
		for k := n[i]; k > 0; end++ {
			if end == len(raw) {
				return times, sizes, index, counts, fmt.Errorf("%w: the columns are short", ErrCorrupt)
			}
			if raw[end] < 0x80 { // the last byte of a number
				k--
			}
		}
		part.b, raw = raw[:end], raw[end:]
	}
	if len(raw) > 0 {
		err = fmt.Errorf("%w: %d bytes after the columns", ErrCorrupt, len(raw))
	}
	return times, sizes, index, counts, err
}

// group is the part of a group that a block holds.
type group struct {
	t      int64
	index  []uint32
	counts []uint16
}

// decode yields the groups of a block from its decompressed payload. The slices are
// reused. An error of yield ends it and is returned.
func (b *blockInfo) decode(raw []byte, buf *group, yield func(g *group, last bool) error) error {
	times, sizes, index, counts, err := columnsOf(b, raw)
	if err != nil {
		return err
	}
	t, left := b.first, int64(b.spikes)
	for g := range b.groups {
		d := times.next(1<<63 - 1 - uint64(t))
		n := sizes.next(uint64(left))
		if d < 0 || n < 1 || (d == 0) != (g == 0) {
			return fmt.Errorf("%w: group %d of %d", ErrCorrupt, g, b.groups)
		}
		t += d
		left -= n
		buf.t, buf.index, buf.counts = t, buf.index[:0], buf.counts[:0]
		next := int64(0)
		for range n {
			j := index.next(maxNeurons)
			if j < 0 || next+j >= maxNeurons {
				return fmt.Errorf("%w: a neuron beyond all layers", ErrCorrupt)
			}
			buf.index = append(buf.index, uint32(next+j))
			next += j + 1
		}
		if b.flags&flagCounts != 0 {
			for range n {
				c := counts.next(1<<16 - 1)
				if c < 1 {
					return fmt.Errorf("%w: a count out of range", ErrCorrupt)
				}
				buf.counts = append(buf.counts, uint16(c))
			}
		}
		if err := yield(buf, g == b.groups-1); err != nil {
			return err
		}
	}
	if left != 0 || t != b.last {
		return fmt.Errorf("%w: the columns do not agree with the block's header", ErrCorrupt)
	}
	return nil
}
