package queue

import (
	"container/heap"
	"fmt"
	"testing"
)

// delays is a reproducible source of delays of 0 to 16 ms in µs.
type delays uint64

func (d *delays) next() int64 {
	*d = *d*6364136223846793005 + 1442695040888963407
	return int64(*d >> 50) // 14 bits
}

// fill puts n items into q.
func fill(q Queue, n int) delays {
	d := delays(1)
	for i := range n {
		q.Push(Item{T: d.next(), Key: uint64(i)})
	}
	return d
}

// hold pops one item and pushes it again with a new delay.
func hold(q Queue, d *delays) {
	it, _ := q.Pop()
	it.T += d.next()
	q.Push(it)
}

// BenchmarkHold is one pop and one push with n items in the queue.
func BenchmarkHold(b *testing.B) {
	for _, n := range []int{1e3, 1e5, 1e6} {
		for _, q := range []struct {
			name string
			make func() Queue
		}{
			{"wheel", func() Queue { return NewWheel(0) }},
			{"heap", func() Queue { return &Heap{} }},
		} {
			b.Run(fmt.Sprintf("queue=%s/items=%d", q.name, n), func(b *testing.B) {
				q := q.make()
				d := fill(q, n)
				for range 2 * n { // into the steady state
					hold(q, &d)
				}
				b.ReportAllocs()
				for b.Loop() {
					hold(q, &d)
				}
			})
		}
		b.Run(fmt.Sprintf("queue=container/items=%d", n), func(b *testing.B) {
			var h stdHeap
			d := delays(1)
			for i := range n {
				heap.Push(&h, Item{T: d.next(), Key: uint64(i)})
			}
			b.ReportAllocs()
			for b.Loop() {
				it := heap.Pop(&h).(Item)
				it.T += d.next()
				heap.Push(&h, it)
			}
		})
	}
}

// BenchmarkDrain is one item of filling a queue with a million items over a second and emptying it by time.
func BenchmarkDrain(b *testing.B) {
	const n = 1_000_000
	for name, make := range map[string]func() Queue{
		"wheel": func() Queue { return NewWheel(1 << 20) },
		"heap":  func() Queue { return &Heap{} },
	} {
		b.Run("queue="+name, func(b *testing.B) {
			q := make()
			var dst []Item
			for b.Loop() {
				q.Reset()
				d := delays(1)
				for i := range n {
					q.Push(Item{T: d.next() * 61, Key: uint64(i)})
				}
				for q.Len() > 0 {
					dst = q.PopAll(dst[:0])
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/item")
		})
	}
}

// stdHeap is the same order on container/heap, for comparison.
type stdHeap []Item

func (h stdHeap) Len() int { return len(h) }
func (h stdHeap) Less(i, j int) bool {
	return h[i].T < h[j].T || h[i].T == h[j].T && h[i].Key < h[j].Key
}
func (h stdHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *stdHeap) Push(x any)   { *h = append(*h, x.(Item)) }
func (h *stdHeap) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}
