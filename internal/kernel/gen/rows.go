package main

import (
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The kernels over many rows cut the columns into strips of up to eight vectors,
// and go through all rows once a strip: the accumulators stay in registers, and
// nothing is written until the end. The strips' loops are in striploop.go.

func addRows(a isa) {
	c := start(a, "addRows", "(acc, w []float32, stride int, rows []uint32) (done int)",
		"adds rows of w to acc, which is not longer than w, and returns how many rows came before one outside w.")
	acc := base(c, "acc")
	stripLoop(a, "acc", acc, maskedStrips(a), func(s strip) {
		s.loadAll(acc)
	}, func(s strip, w, off, _ reg.Register) {
		for v, sum := range s.vecs {
			s.addFrom(sum, at(w, off, v*s.lanes()), s.mask(v))
		}
	}, func(s strip) {
		s.storeAll(acc)
	})
}

func axpyRows(a isa) {
	c := start(a, "axpyRows", "(acc, w []float32, stride int, rows []uint32, x []float32) (done int)",
		"adds multiples of rows of w to acc, which is not longer than w, and returns how many rows came before one outside w.")
	acc, x := base(c, "acc"), base(c, "x")
	stripLoop(a, "acc", acc, maskedStrips(a), func(s strip) {
		s.loadAll(acc)
	}, func(s strip, w, off, j reg.Register) {
		axpy(s, w, off, at(x, j, 0))
	}, func(s strip) {
		s.storeAll(acc)
	})
}

// axpy adds a row, times the number at factor, to a strip.
func axpy(s strip, w, off reg.Register, factor Mem) {
	c, x := s.ctx(), s.vec()
	c.VBROADCASTSS(factor, x)
	for v, sum := range s.vecs {
		var row Op = at(w, off, v*s.lanes())
		if k := s.mask(v); k != nil {
			row = load(s, at(w, off, v*s.lanes()), k)
		}
		c.VADDPS(mul(s, x, row), sum, sum)
	}
}

// addCounted is axpyRows with the factor's index in a table in the upper byte of
// the row.
func addCounted(a isa) {
	c := start(a, "addCounted", "(acc, w []float32, stride int, rows []uint32, table *[256]float32) (done int)",
		"adds counted rows of w to acc, which is not longer than w, and returns how many rows came before one outside w.")
	acc, table := base(c, "acc"), c.Load(c.Param("table"), c.GP64())
	var count reg.GPVirtual
	rowLoop(a, "acc", acc, maskedStrips(a), func(s strip) {
		s.loadAll(acc)
	}, func(rows, j reg.Register, row reg.GPVirtual) {
		count = c.GP64()
		c.MOVL(at(rows, j, 0), row.As32())
		c.MOVL(row.As32(), count.As32())
		c.SHRL(Imm(24), count.As32())
		c.ANDL(U32(1<<24-1), row.As32())
	}, func(s strip, w, off, _ reg.Register) {
		axpy(s, w, off, at(table, count, 0))
	}, func(s strip) {
		s.storeAll(acc)
	})
}

// addToRows writes to every row: its strips have no mask where a masked store is
// slow.
func addToRows(a isa) {
	c := start(a, "addToRows", "(w []float32, stride int, rows []uint32, row []float32) (done int)",
		"adds row, which is not longer than w, to rows of w and returns how many rows came before one outside w.")
	row := base(c, "row")
	strips := maskedStrips(a)
	if pieces := a.pieces(); pieces != nil {
		strips = wholeStrips(a, pieces)
	}
	stripLoop(a, "row", row, strips, func(s strip) {
		s.loadAll(row)
	}, func(s strip, w, off, _ reg.Register) {
		for v, x := range s.vecs {
			m := at(w, off, v*s.lanes())
			s.store(add(s, load(s, m, s.mask(v)), x), m, s.mask(v))
		}
	}, func(strip) {})
}
