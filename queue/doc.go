// Package queue holds what will happen later: spikes on their way through a
// delay, and neurons that have an appointment with their threshold.
//
// # The contract
//
// A [Queue] gives its items back in the order (T, Key, order of Push). The order
// is total, so a simulation that pops from any implementation sees the same
// sequence, whatever the number of workers. A queue is monotone: nothing can be
// pushed for a time before the last pop. The present itself is allowed: a
// zero-delay item joins those that are still to be popped.
//
//	q := queue.NewWheel(0) // delays up to 16 ms in µs stay in the ring
//	q.Push(queue.Item{T: 120, Key: 7, Val: spike})
//	for t, ok := q.Peek(); ok; t, ok = q.Peek() {
//		due = q.PopAll(due[:0]) // everything of time t, by Key
//		...
//	}
//
// A recording is already in order: an engine merges it with the head of the
// queue ([Queue.Peek]) and pushes none of it. One item a spike is enough, whatever its
// number of synapses; the cost of the queue is then divided by the fan-out.
//
// # Two implementations
//
// [Wheel] is a ring of buckets of one tick. A bucket is a FIFO of 128-byte blocks
// of five items that live in one pool, so that memory follows the number of items
// that wait and a burst in one bucket leaves nothing behind in it. A two-level
// bitmap finds the next occupied bucket in a few instructions. Items due beyond
// the horizon wait in a Heap and are never moved into the ring: the horizon only
// grows, so all items of a time that went to the heap were pushed before all that
// went to the ring, and taking the heap's first keeps the order of pushes. Items of
// one bucket are put in the order of their keys when the bucket comes up; buckets
// that were filled in this order already are only looked through.
//
// [Heap] is a 4-ary heap for any time. It numbers its pushes, which makes it
// stable.
//
// # Costs
//
// The hold model: a queue of n items, each step pops the first and pushes one
// that is due 0 to 16 ms (µs ticks) after it. To repeat it:
//
//	go test -bench Hold ./queue
//
// [Wheel] takes about the same time whatever n is as long as its pool fits the
// caches; Heap takes O(log n); container/heap, which the benchmark shows beside
// them, pays for an interface conversion on every push and pop besides. Neither of the two here
// allocates in steady state. The results stand in bench/results.
//
// # Tried and rejected
//
// A linked list of single items in one pool is as fast with a thousand items but
// takes a cache miss an item with a million. A slice a bucket keeps the capacity of
// its largest burst forever. container/heap boxes every item.
//
// References: Varghese and Lauck, Hashed and hierarchical timing wheels, 1987.
// Larkin, Sen and Tarjan, A back-to-basics empirical study of priority queues, 2014.
package queue
