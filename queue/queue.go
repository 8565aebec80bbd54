package queue

import "fmt"

// Item is what waits in a queue: a payload that becomes due at a time.
type Item struct {
	// T is when the item is due: µs or steps, never negative.
	T int64
	// Key orders items of equal T; the engines put (layer, source) in it.
	Key uint64
	// Val is the payload.
	Val uint64
}

// Queue is a priority queue of items in the order (T, Key, order of Push). It is
// monotone: an item may not be due before the last one that was popped.
type Queue interface {
	// Push adds an item. Pushing into the past panics: it is an error of the program.
	Push(Item)
	// Peek returns the time of the first item; ok is false when the queue is empty.
	Peek() (t int64, ok bool)
	// PopAll appends to dst all the items due at the earliest time, in order, removes
	// them, and returns dst. It returns dst unchanged when the queue is empty.
	PopAll(dst []Item) []Item
	// Pop removes and returns the first item.
	Pop() (it Item, ok bool)
	// Len is the number of items that wait.
	Len() int
	// Reset empties the queue and sets its clock back to 0; it keeps its memory.
	Reset()
}

// panicPast reports a push into the past.
func panicPast(t, now int64) {
	panic(fmt.Sprintf("queue: item pushed for time %d, but time %d has been popped", t, now))
}
