package aedat

import (
	"encoding/binary"
	"fmt"
	"testing"
	"unsafe"

	"dvsim/events"
	"dvsim/events/eventstest"

	"pgregory.net/rapid"
)

func TestLayoutOfEventIsThatOfTheWire(t *testing.T) {
	var e events.Event
	for what, v := range map[string][2]uintptr{
		"size":  {unsafe.Sizeof(e), v4EventBytes},
		"T":     {unsafe.Offsetof(e.T), 0},
		"X":     {unsafe.Offsetof(e.X), 8},
		"Y":     {unsafe.Offsetof(e.Y), 10},
		"P":     {unsafe.Offsetof(e.P), 12},
		"Src":   {unsafe.Offsetof(e.Src), 13},
		"align": {unsafe.Alignof(e) % 8, 0},
	} {
		if v[0] != v[1] {
			t.Errorf("%s: %d, want %d", what, v[0], v[1])
		}
	}
}

// v4Wire is n events on the wire, with arbitrary bytes.
func v4Wire(t *rapid.T) []byte {
	n := rapid.IntRange(1, 40).Draw(t, "n")
	wild := rapid.IntRange(0, 2).Draw(t, "wild")
	vec := make([]byte, v4EventBytes*n)
	time := rapid.Int64().Draw(t, "t")
	for i := range n {
		time += rapid.Int64Range(0, 100).Draw(t, "dt")
		if wild == 2 && rapid.IntRange(0, 9).Draw(t, "leap") == 0 {
			time = rapid.OneOf(rapid.Int64(), rapid.Map(rapid.Int64Range(-1<<37, 1<<37), func(d int64) int64 { return time + d })).Draw(t, "t")
		}
		r := vec[v4EventBytes*i:]
		binary.LittleEndian.PutUint64(r, uint64(time))
		binary.LittleEndian.PutUint16(r[8:], uint16(rapid.IntRange(0, 400).Draw(t, "x")))
		binary.LittleEndian.PutUint16(r[10:], uint16(rapid.IntRange(0, 300).Draw(t, "y")))
		r[12] = byte(rapid.IntRange(0, 1).Draw(t, "p"))
		if wild > 0 && rapid.IntRange(0, 9).Draw(t, "bad") == 0 {
			binary.LittleEndian.PutUint64(r[8:], rapid.Uint64().Draw(t, "word"))
		}
	}
	return vec
}

// The copy says the same as one event after the other looked at in the open.
func TestCopyAgainstDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		vec := v4Wire(t)
		n := len(vec) / v4EventBytes
		g := events.Geometry{}
		if rapid.Bool().Draw(t, "known") {
			g = events.Geometry{Width: rapid.IntRange(1, 401).Draw(t, "width"), Height: rapid.IntRange(1, 301).Draw(t, "height")}
		}
		src := uint8(rapid.IntRange(0, 255).Draw(t, "src"))
		want := v4Sum{n: int64(n)}
		invalid := -1
		plain := make([]events.Event, n)
		for i := range plain {
			r := vec[v4EventBytes*i:]
			e := events.Event{T: int64(binary.LittleEndian.Uint64(r)), X: binary.LittleEndian.Uint16(r[8:]), Y: binary.LittleEndian.Uint16(r[10:]), P: events.Polarity(r[12]), Src: src}
			plain[i] = e
			if invalid < 0 && (e.X >= 1<<15 || e.Y >= 1<<15 || r[12] > 1) {
				invalid = i
			}
			if g.Known() && (int(e.X) >= g.Width || int(e.Y) >= g.Height) {
				if want.outside == 0 {
					want.outsideAt = i
				}
				want.outside++
			}
			if i == 0 {
				want.first = e.T
			} else {
				prev := plain[i-1].T
				if e.T < prev {
					want.back++
				}
				d := max(float64(e.T)-float64(prev), float64(prev)-float64(e.T))
				want.leap = want.leap || d >= 1<<31
				want.jump = want.jump || d >= 1<<36
			}
			want.last = e.T
		}
		got := make([]events.Event, n)
		sum, bad := v4Copy(got, vec, g, src)
		if bad != invalid {
			t.Fatalf("invalid: %d, want %d", bad, invalid)
		}
		if err := eventstest.Diff(got, plain); err != nil {
			t.Fatal(err)
		}
		// Near a bound float64 is not exact, and so the definition is not.
		if invalid < 0 && sum != want && want.leap == sum.leap && want.jump == sum.jump {
			t.Fatalf("%+v, want %+v", sum, want)
		}
		twin := make([]events.Event, n)
		a1, i1, s1 := v4Pass(got, vec, v4Limits(g), src)
		a2, i2, s2 := v4PassPlain(twin, vec, v4Limits(g), src)
		if a1 != a2 || i1&v4Signs != i2&v4Signs || s1 != s2 {
			t.Fatalf("the fast pass says %x %x %x, the plain one %x %x %x", a1, i1, s1, a2, i2, s2)
		}
		if err := eventstest.Diff(got, twin); err != nil {
			t.Fatal(err)
		}
	})
}

func BenchmarkCopyEvents(b *testing.B) {
	const n = 10_000
	vec := make([]byte, v4EventBytes*n)
	for i := range n {
		binary.LittleEndian.PutUint64(vec[v4EventBytes*i:], uint64(i))
		binary.LittleEndian.PutUint64(vec[v4EventBytes*i+8:], uint64(i%346)|uint64(i%260)<<16|uint64(i&1)<<32)
	}
	dst := make([]events.Event, n)
	limits := v4Limits(events.Geometry{Width: 346, Height: 260})
	for name, pass := range map[string]func([]events.Event, []byte, uint64, uint8) (uint64, uint64, uint64){"words": v4Pass, "plain": v4PassPlain} {
		b.Run(fmt.Sprintf("pass=%s", name), func(b *testing.B) {
			b.SetBytes(int64(len(vec)))
			for b.Loop() {
				pass(dst, vec, limits, 0)
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}
