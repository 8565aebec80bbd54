package main

import (
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// widest is how many vectors of columns a strip has at most. Eight hide the time
// that an addition takes; more were no faster.
const widest = 8

// strip is some vectors of columns, the last of them possibly under a mask.
type strip struct {
	isa
	size  int
	cond  int // the strip is taken while at least cond columns are left
	bytes int // of an element of the dense operand
	vecs  []reg.VecVirtual
	last  mask
}

// maskedStrips are widest to one vectors, the last under a mask: any width takes
// ⌈width/widest vectors⌉ passes over the rows.
func maskedStrips(a isa) (all []strip) {
	for size := widest; size >= 1; size-- {
		all = append(all, strip{isa: a, size: size, cond: (size-1)*a.lanes() + 1, bytes: 4})
	}
	return all
}

// wholeStrips are widest to one vectors, then the pieces of one.
func wholeStrips(a isa, pieces []isa) (all []strip) {
	for size := widest; size >= 1; size-- {
		all = append(all, strip{isa: a, size: size, cond: size * a.lanes(), bytes: 4})
	}
	for _, p := range pieces {
		all = append(all, strip{isa: p, size: 1, cond: p.lanes(), bytes: 4})
	}
	return all
}

// masked tells whether the strip is taken when fewer columns are left than it has.
func (s strip) masked() bool { return s.cond < s.size*s.lanes() }

// mask is that of vector v.
func (s strip) mask(v int) mask {
	if v == s.size-1 {
		return s.last
	}
	return nil
}

func (s strip) loadAll(p reg.Register) {
	for v, x := range s.vecs {
		s.loadTo(Mem{Base: p, Disp: s.bytes * v * s.lanes()}, x, s.mask(v))
	}
}

func (s strip) storeAll(p reg.Register) {
	for v, x := range s.vecs {
		s.store(x, Mem{Base: p, Disp: s.bytes * v * s.lanes()}, s.mask(v))
	}
}

// stripLoop goes through the columns of the slice parameter dense, whose address
// is in pointer, strip by strip, widest first, and for each calls before, then
// perRow for every row (w plus four times off is the row's part in this strip, j
// its number in the list), then after. pointer moves with w.
//
// Every row's place is compared with limit, the last place where a whole row
// fits: one comparison a row, hidden behind the loads, keeps a wrong index from
// reading or writing outside w. The function returns how many rows came before
// the first wrong one; the accumulators are then worth nothing.
func stripLoop(a isa, dense string, pointer reg.Register, strips []strip,
	before func(strip), perRow func(s strip, w, off, j reg.Register), after func(strip),
) {
	rowLoop(a, dense, pointer, strips, before, func(rows, j reg.Register, row reg.GPVirtual) {
		a.ctx().MOVL(at(rows, j, 0), row.As32())
	}, perRow, after)
}

// rowLoop is stripLoop with a way to find the number of a row: fetch puts that of
// entry j of rows into row.
func rowLoop(a isa, dense string, pointer reg.Register, strips []strip,
	before func(strip), fetch func(rows, j reg.Register, row reg.GPVirtual),
	perRow func(s strip, w, off, j reg.Register), after func(strip),
) {
	c := a.ctx()
	t := stripTable{
		strips: strips, pointer: pointer, columns: length(c, dense), w: base(c, "w"), limit: length(c, "w"),
		stride: c.Load(c.Param("stride"), c.GP64()), rows: base(c, "rows"), count: length(c, "rows"), j: zeroed(a),
		before: before, fetch: fetch, perRow: perRow, after: after, done: "end", wrong: "end",
	}
	c.SUBQ(t.columns, t.limit)
	c.TESTQ(t.count, t.count)
	c.JEQ(LabelRef("end"))
	t.write(a, func(j reg.GPVirtual) { c.XORQ(j, j) })
	c.Label("end")
	c.Store(t.j, c.Return("done"))
	finish(a)
}

// stripTable is what the strips of a loop work with. columns is how many are left,
// limit the last place of a row in w, count the end of the list.
type stripTable struct {
	strips           []strip
	pointer, columns reg.Register
	w, rows          reg.Register
	limit            reg.Register
	stride, count    Op
	j                reg.GPVirtual
	before           func(strip)
	fetch            func(rows, j reg.Register, row reg.GPVirtual)
	perRow           func(s strip, w, off, j reg.Register)
	after            func(strip)
	done, wrong      string // labels
}

// write writes the strips. The code before it falls into them; begin puts j before
// the first row of the list, which is not empty. The code goes on at the label done.
func (t *stripTable) write(a isa, begin func(j reg.GPVirtual)) {
	c := a.ctx()
	c.Label("next")
	for i, s := range t.strips {
		c.CMPQ(t.columns, U32(s.cond))
		c.JGE(LabelRef(label("strip%d", i)))
	}
	c.JMP(LabelRef(t.done))

	for i, s := range t.strips {
		c.Label(label("strip%d", i))
		for range s.size {
			s.vecs = append(s.vecs, s.vec())
		}
		if s.masked() {
			s.last = a.lead(lanesOfLast(a, t.columns, s.size))
		}
		t.before(s)
		begin(t.j)
		c.Label(label("row%d", i))
		off := c.GP64()
		t.fetch(t.rows, t.j, off)
		c.IMULQ(t.stride, off)
		c.CMPQ(off, t.limit)
		c.JHI(LabelRef(t.wrong))
		t.perRow(s, t.w, off, t.j)
		c.INCQ(t.j)
		c.CMPQ(t.j, t.count)
		c.JLT(LabelRef(label("row%d", i)))
		t.after(s)
		columns := s.size * s.lanes()
		c.ADDQ(U32(4*columns), t.w)
		c.ADDQ(U32(s.bytes*columns), t.pointer)
		c.SUBQ(U32(columns), t.columns)
		c.JMP(LabelRef("next"))
	}
}

// lanesOfLast is how many lanes the last of size vectors has: n less those of the
// vectors before it, at most a whole one.
func lanesOfLast(a isa, n reg.Register, size int) reg.Register {
	c := a.ctx()
	rem, whole := c.GP64(), c.GP64()
	c.LEAQ(Mem{Base: n, Disp: -(size - 1) * a.lanes()}, rem)
	c.MOVQ(U32(a.lanes()), whole)
	c.CMPQ(rem, whole)
	c.CMOVQGT(whole, rem)
	return rem
}
