package queue

import "sort"

// sorter orders items by Key, stably. It is a merge sort over runs that were
// ordered by insertion; its scratch memory is kept.
type sorter struct{ tmp []Item }

// runItems is the length up to which insertion is the fastest.
const runItems = 12

func (s *sorter) byKey(a []Item) {
	i := 1
	for i < len(a) && a[i-1].Key <= a[i].Key {
		i++
	}
	if i >= len(a) {
		return
	}
	if len(a) <= runItems {
		insertionSort(a)
		return
	}
	for lo := 0; lo < len(a); lo += runItems {
		insertionSort(a[lo:min(lo+runItems, len(a))])
	}
	if cap(s.tmp) < len(a) {
		s.tmp = make([]Item, len(a)+len(a)/2)
	}
	from, to := a, s.tmp[:len(a)]
	for width := runItems; width < len(a); width *= 2 {
		for lo := 0; lo < len(a); lo += 2 * width {
			mid, hi := min(lo+width, len(a)), min(lo+2*width, len(a))
			merge(to[lo:hi], from[lo:mid], from[mid:hi])
		}
		from, to = to, from
	}
	if &from[0] != &a[0] {
		copy(a, from)
	}
}

// merge writes two ordered runs to dst as one; equal keys of x come first.
func merge(dst, x, y []Item) {
	for len(x) > 0 && len(y) > 0 {
		if y[0].Key < x[0].Key {
			dst[0], y = y[0], y[1:]
		} else {
			dst[0], x = x[0], x[1:]
		}
		dst = dst[1:]
	}
	copy(dst[copy(dst, x):], y)
}

func insertionSort(a []Item) {
	for i := 1; i < len(a); i++ {
		x := a[i]
		j := i
		for ; j > 0 && a[j-1].Key > x.Key; j-- {
			a[j] = a[j-1]
		}
		a[j] = x
	}
}

// insertByKey orders a stably, given that a[:sorted] is in order and little follows.
func insertByKey(a []Item, sorted int) {
	for i := sorted; i < len(a); i++ {
		x := a[i]
		j := sort.Search(i, func(k int) bool { return a[k].Key > x.Key })
		copy(a[j+1:i+1], a[j:i])
		a[j] = x
	}
}
