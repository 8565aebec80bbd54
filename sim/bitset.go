package sim

import (
	"iter"
	"math/bits"
)

// bitset is a set of small integers that is filled in any order and emptied in
// ascending order. A summary of one bit a word makes an almost empty set of a
// million members cheap to walk.
type bitset struct {
	words   []uint64
	summary []uint64 // bit w: words[w] is not 0
}

func newBitset(n int) bitset {
	w := (n + 63) / 64
	return bitset{words: make([]uint64, w), summary: make([]uint64, (w+63)/64)}
}

func (b *bitset) mark(i int) {
	b.words[i>>6] |= 1 << (i & 63)
	b.summary[i>>12] |= 1 << (i >> 6 & 63)
}

// markRange adds lo ≤ i < hi.
func (b *bitset) markRange(lo, hi int) {
	for lo < hi {
		w := lo >> 6
		end := min(hi, (w+1)<<6)
		b.words[w] |= (^uint64(0) >> (64 - (end - lo))) << (lo & 63)
		b.summary[w>>6] |= 1 << (w & 63)
		lo = end
	}
}

// markWord adds i + k for every bit k of x; all of them lie in one word.
func (b *bitset) markWord(i int, x uint64) {
	b.words[i>>6] |= x << (i & 63)
	b.summary[i>>12] |= (x | -x) >> 63 << (i >> 6 & 63)
}

// unmark removes i.
func (b *bitset) unmark(i int) {
	if b.words[i>>6] &^= 1 << (i & 63); b.words[i>>6] == 0 {
		b.summary[i>>12] &^= 1 << (i >> 6 & 63)
	}
}

// empty reports whether there are no members.
func (b *bitset) empty() bool {
	for _, s := range b.summary {
		if s != 0 {
			return false
		}
	}
	return true
}

// all yields the members in ascending order and removes them. Members may not be
// added meanwhile. The loops that matter most are written out instead: see take.
func (b *bitset) all() iter.Seq[int] {
	return func(yield func(int) bool) {
		for w := b.take(0); w >= 0; w = b.take(w + 1) {
			for x := b.words[w]; x != 0; x &= x - 1 {
				b.words[w] &= x - 1
				if !yield(w<<6 | bits.TrailingZeros64(x)) {
					return
				}
			}
		}
	}
}

// take finds the first word from number w on that has members and returns its
// number, −1 if there is none. It takes the word out of the summary: the caller
// empties it.
func (b *bitset) take(w int) int {
	if w>>6 >= len(b.summary) {
		return -1
	}
	s := b.summary[w>>6] &^ (1<<(w&63) - 1)
	for i := w >> 6; ; s = b.summary[i] {
		if s != 0 {
			b.summary[i] &= s - 1
			return i<<6 | bits.TrailingZeros64(s)
		}
		if i++; i == len(b.summary) {
			return -1
		}
	}
}

// takeWords empties the set. Its words that are not 0 are appended to words, and to
// base what number bit 0 of each has, where 0 of the set has the number lo.
func (b *bitset) takeWords(lo uint32, base []uint32, words []uint64) ([]uint32, []uint64) {
	for w := b.take(0); w >= 0; w = b.take(w + 1) {
		base, words = append(base, lo+uint32(w)<<6), append(words, b.words[w])
		b.words[w] = 0
	}
	return base, words
}

func (b *bitset) has(i int) bool { return b.words[i>>6]>>(i&63)&1 == 1 }
