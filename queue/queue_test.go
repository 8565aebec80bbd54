package queue

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// sorted is the truth: a slice kept in the order of the contract by insertion
// after all that is not greater.
type sorted struct{ items []Item }

func (s *sorted) push(it Item) {
	i := len(s.items)
	for i > 0 && (s.items[i-1].T > it.T || s.items[i-1].T == it.T && s.items[i-1].Key > it.Key) {
		i--
	}
	s.items = slices.Insert(s.items, i, it)
}

func (s *sorted) popAll() []Item {
	n := 0
	for n < len(s.items) && s.items[n].T == s.items[0].T {
		n++
	}
	out := slices.Clone(s.items[:n])
	s.items = s.items[n:]
	return out
}

var implementations = map[string]func() Queue{
	"heap":        func() Queue { return &Heap{} },
	"wheel":       func() Queue { return NewWheel(0) },
	"small wheel": func() Queue { return NewWheel(1) },
	"wheel 8192":  func() Queue { return NewWheel(8192) },
}

// TestOrder drives every implementation and a sorted slice with the same random operations.
func TestOrder(t *testing.T) {
	for name, make := range implementations {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) { checkOrder(t, make()) })
		})
	}
}

func checkOrder(t *rapid.T, q Queue) {
	var truth sorted
	var now int64
	var val uint64
	// Delays: the present, inside a small ring, its edge, inside the default ring, beyond it, and far away.
	delay := rapid.OneOf(
		rapid.Just(int64(0)), rapid.Int64Range(0, 5), rapid.Int64Range(55, 70), rapid.Int64Range(0, 20000),
		rapid.Int64Range(16380, 16390), rapid.Int64Range(0, 1<<40))
	key := rapid.OneOf(rapid.Uint64Range(0, 3), rapid.Uint64())
	push := func(t *rapid.T) {
		it := Item{T: now + delay.Draw(t, "delay"), Key: key.Draw(t, "key"), Val: val}
		val++
		q.Push(it)
		truth.push(it)
	}
	t.Repeat(map[string]func(*rapid.T){
		"push": push,
		"push some": func(t *rapid.T) {
			for range rapid.IntRange(1, 40).Draw(t, "n") {
				push(t)
			}
		},
		"push burst": func(t *rapid.T) { // many at one time
			at := now + delay.Draw(t, "delay")
			for range rapid.IntRange(1, 60).Draw(t, "n") {
				it := Item{T: at, Key: rapid.Uint64Range(0, 20).Draw(t, "key"), Val: val}
				val++
				q.Push(it)
				truth.push(it)
			}
		},
		"pop": func(t *rapid.T) {
			it, ok := q.Pop()
			if ok != (len(truth.items) > 0) {
				t.Fatalf("Pop: ok = %v with %d items", ok, len(truth.items))
			}
			if !ok {
				return
			}
			if want := truth.items[0]; it != want {
				t.Fatalf("Pop = %v, want %v", it, want)
			}
			truth.items = truth.items[1:]
			now = it.T
		},
		"pop all": func(t *rapid.T) {
			before := []Item{{T: -1}}
			got := q.PopAll(before)
			want := truth.popAll()
			if got[0].T != -1 || !slices.Equal(got[1:], want) {
				t.Fatalf("PopAll = %v, want %v", got[1:], want)
			}
			if len(want) > 0 {
				now = want[0].T
			}
		},
		"reset": func(t *rapid.T) {
			if rapid.IntRange(0, 9).Draw(t, "seldom") == 0 {
				q.Reset()
				truth, now = sorted{}, 0
			}
		},
		"": func(t *rapid.T) {
			if q.Len() != len(truth.items) {
				t.Fatalf("Len = %d, want %d", q.Len(), len(truth.items))
			}
			at, ok := q.Peek()
			if ok != (len(truth.items) > 0) || ok && at != truth.items[0].T {
				t.Fatalf("Peek = %d, %v; truth has %v", at, ok, truth.items)
			}
		},
	})
}

// TestManyAtOnce: a large bucket with random keys, and late pushes into it, come out in order.
func TestManyAtOnce(t *testing.T) {
	const n = 5000
	for name, make := range implementations {
		t.Run(name, func(t *testing.T) {
			q := make()
			var truth []Item
			key := uint64(1)
			for i := range uint64(n) {
				key = key*6364136223846793005 + 1442695040888963407
				it := Item{T: 40, Key: key >> 54, Val: i}
				q.Push(it)
				truth = append(truth, it)
			}
			slices.SortStableFunc(truth, func(a, b Item) int { return cmp.Compare(a.Key, b.Key) })
			for i := range n / 2 {
				if it, _ := q.Pop(); it != truth[i] {
					t.Fatalf("item %d = %v, want %v", i, it, truth[i])
				}
			}
			truth = truth[n/2:]
			for i := range uint64(100) {
				it := Item{T: 40, Key: 1000 - 13*i, Val: n + i}
				q.Push(it)
				truth = append(truth, it)
			}
			slices.SortStableFunc(truth, func(a, b Item) int { return cmp.Compare(a.Key, b.Key) })
			if got := q.PopAll(nil); !slices.Equal(got, truth) {
				t.Fatal("the rest is out of order")
			}
		})
	}
}

func TestPushIntoThePastPanics(t *testing.T) {
	for name, make := range implementations {
		t.Run(name, func(t *testing.T) {
			for _, first := range []int64{10, 1 << 50} {
				q := make()
				q.Push(Item{T: first})
				q.Pop()
				q.Push(Item{T: first}) // the present is allowed
				func() {
					defer func() {
						if s, _ := recover().(string); !strings.Contains(s, "has been popped") {
							t.Errorf("pushing into the past: recovered %q", s)
						}
					}()
					q.Push(Item{T: first - 1})
				}()
			}
		})
	}
}

func TestHorizon(t *testing.T) {
	for _, c := range []struct{ ask, want int64 }{{0, 1 << 14}, {1, 64}, {64, 64}, {65, 128}, {16384, 16384}, {1 << 40, 1 << 20}} {
		if got := NewWheel(c.ask).Horizon(); got != c.want {
			t.Errorf("NewWheel(%d).Horizon() = %d, want %d", c.ask, got, c.want)
		}
	}
}

// TestSteadyStateAllocatesNothing: after warming up, pops and pushes allocate nothing.
func TestSteadyStateAllocatesNothing(t *testing.T) {
	for name, make := range implementations {
		t.Run(name, func(t *testing.T) {
			q := make()
			d := fill(q, 10000)
			for range 200000 {
				hold(q, &d)
			}
			if a := testing.AllocsPerRun(20000, func() { hold(q, &d) }); a != 0 {
				t.Errorf("%v allocations a pop and push", a)
			}
			q.Reset()
			if q.Len() != 0 {
				t.Fatal("Reset left items")
			}
			var dst []Item
			round := func() {
				q.Reset()
				for i := range int64(1000) {
					q.Push(Item{T: i % 50, Key: uint64(i * 7919 % 1000)})
				}
				for q.Len() > 0 {
					dst = q.PopAll(dst[:0])
				}
			}
			round()
			if a := testing.AllocsPerRun(20, round); a != 0 {
				t.Errorf("%v allocations a round after Reset", a)
			}
		})
	}
}
