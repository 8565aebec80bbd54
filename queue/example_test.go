package queue_test

import (
	"fmt"

	"dvsim/queue"
)

func ExampleWheel() {
	q := queue.NewWheel(0)
	q.Push(queue.Item{T: 30, Key: 1, Val: 100})
	q.Push(queue.Item{T: 10, Key: 2, Val: 200})
	q.Push(queue.Item{T: 10, Key: 1, Val: 300})
	q.Push(queue.Item{T: 5_000_000, Key: 0, Val: 400}) // beyond the ring: as right, but slower

	var due []queue.Item
	for t, ok := q.Peek(); ok; t, ok = q.Peek() {
		due = q.PopAll(due[:0])
		fmt.Print(t, ":")
		for _, it := range due {
			fmt.Print(" ", it.Val)
		}
		fmt.Println()
	}
	// Output:
	// 10: 300 200
	// 30: 100
	// 5000000: 400
}

func ExampleHeap() {
	var q queue.Heap
	q.Push(queue.Item{T: 7, Val: 1})
	q.Push(queue.Item{T: 7, Val: 2}) // same time and key: the order of Push
	q.Push(queue.Item{T: 3, Val: 3})
	for it, ok := q.Pop(); ok; it, ok = q.Pop() {
		fmt.Println(it.T, it.Val)
	}
	// Output:
	// 3 3
	// 7 1
	// 7 2
}
