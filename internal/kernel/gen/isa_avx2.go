package main

import (
	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// avx2 has 16 vectors of 8 lanes. A mask is a vector whose lanes are all ones or
// all zeros; only moves to and from memory take one. FMA comes with it.
type avx2 struct {
	c      *build.Context
	places *Mem // of the set bits of each byte
	tails  *Mem // lanes ones, then lanes zeros: read at lanes−n it is the mask of n lanes
}

func newAVX2() isa { return &avx2{c: build.NewContext()} }

func (a *avx2) ctx() *build.Context { return a.c }
func (a *avx2) file() string        { return "avx2" }
func (a *avx2) suffix() string      { return "AVX2" }
func (a *avx2) lanes() int          { return 8 }
func (a *avx2) vec() reg.VecVirtual { return a.c.YMM() }

func (a *avx2) lead(n reg.Register) mask {
	if a.tails == nil {
		m := a.c.StaticGlobal("tails")
		a.c.DataAttributes(attr.RODATA | attr.NOPTR)
		for i := range 2 * a.lanes() {
			ones := U32(0)
			if i < a.lanes() {
				ones = 0xffffffff
			}
			a.c.AddDatum(4*i, ones)
		}
		a.tails = &m
	}
	table, k := a.c.GP64(), a.vec()
	a.c.LEAQ(a.tails.Offset(4*a.lanes()), table)
	a.c.NEGQ(n)
	a.c.VMOVUPS(Mem{Base: table, Index: n, Scale: 4}, k)
	return k
}

func (a *avx2) loadTo(m Mem, v reg.VecVirtual, k mask) {
	if k == nil {
		a.c.VMOVUPS(m, v)
		return
	}
	a.c.VMASKMOVPS(m, k, v)
}

func (a *avx2) store(v reg.VecVirtual, m Mem, k mask) {
	if k == nil {
		a.c.VMOVUPS(v, m)
		return
	}
	a.c.VMASKMOVPS(v, k, m)
}

func (a *avx2) addFrom(acc reg.VecVirtual, m Mem, k mask) {
	if k == nil {
		a.c.VADDPS(m, acc, acc)
		return
	}
	a.c.VADDPS(load(a, m, k), acc, acc)
}

func (a *avx2) compare(p predicate, x, y Op) mask {
	k := a.vec()
	a.c.VCMPPS(p, y, x, k)
	return k
}

func (a *avx2) only(k mask, v Op) reg.VecVirtual { return and(a, k, v) }

// subWhere subtracts +0 elsewhere, which leaves every value as it is, −0 too.
func (a *avx2) subWhere(k mask, x reg.VecVirtual, y Op) { a.c.VSUBPS(and(a, k, y), x, x) }

func (a *avx2) bits(k, within mask, dst reg.GPVirtual) {
	if within != nil {
		k = and(a, k, within)
	}
	a.c.VMOVMSKPS(k, dst.As32())
}

func (a *avx2) anyBit(v reg.VecVirtual, dst reg.GPVirtual) {
	a.c.VPTEST(v, v)
	a.c.SETNE(dst.As8L())
}

func (a *avx2) splat(bits uint32) reg.VecVirtual {
	w, x, v := a.c.GP32(), a.c.XMM(), a.vec()
	a.c.MOVL(U32(bits), w)
	a.c.VMOVD(w, x)
	a.c.VBROADCASTSS(x, v)
	return v
}

func (a *avx2) pieces() []isa { return []isa{piece{a, 4}, piece{a, 2}, piece{a, 1}} }

// piece is the first 4, 2 or 1 lanes of a vector, without masks: a store under a
// mask takes some 15 cycles on AMD's processors. Only loads, stores and arithmetic
// are meant to be used.
type piece struct {
	*avx2
	n int
}

func (p piece) lanes() int          { return p.n }
func (p piece) vec() reg.VecVirtual { return p.c.XMM() }

func (p piece) loadTo(m Mem, v reg.VecVirtual, _ mask) { p.move(m, v) }
func (p piece) store(v reg.VecVirtual, m Mem, _ mask)  { p.move(v, m) }

func (p piece) move(from, to Op) {
	switch p.n {
	case 4:
		p.c.VMOVUPS(from, to)
	case 2:
		p.c.VMOVSD(from, to)
	case 1:
		p.c.VMOVSS(from, to)
	}
}

func (a *avx2) counting() reg.VecVirtual { return nil }

// packed looks the numbers of the set bits of a byte up: 256 times eight bytes.
func (a *avx2) packed(m reg.Register, first reg.VecVirtual, dst Mem, part reg.GPVirtual) {
	if a.places == nil {
		t := a.c.StaticGlobal("places")
		a.c.DataAttributes(attr.RODATA | attr.NOPTR)
		for b := range 256 {
			word, n := uint64(0), 0
			for i := range 8 {
				if b>>i&1 == 1 {
					word |= uint64(i) << (8 * n)
					n++
				}
			}
			a.c.AddDatum(8*b, U64(word))
		}
		a.places = &t
	}
	a.c.MOVBQZX(m.(reg.GPVirtual).As8L(), part)
	table, v := a.c.GP64(), a.vec()
	a.c.LEAQ(*a.places, table)
	a.c.VPMOVZXBD(Mem{Base: table, Index: part, Scale: 8}, v)
	a.c.VPADDD(first, v, v)
	a.c.VMOVDQU(v, dst)
}

func (a *avx2) laneBits() reg.VecVirtual {
	m := a.c.StaticGlobal("lanebits")
	a.c.DataAttributes(attr.RODATA | attr.NOPTR)
	for i := range a.lanes() {
		a.c.AddDatum(4*i, U32(uint32(1)<<i))
	}
	return load(a, m, nil)
}

// countUp makes lanes of ones, which are −1, of the bits.
func (a *avx2) countUp(bits reg.Register, lane reg.VecVirtual, m Mem) {
	x, v := a.c.XMM(), a.vec()
	a.c.VMOVD(bits.(reg.GPVirtual).As32(), x)
	a.c.VPBROADCASTD(x, v)
	a.c.VPAND(lane, v, v)
	a.c.VPCMPEQD(lane, v, v)
	sum := a.vec()
	a.c.VMOVDQU(m, sum)
	a.c.VPSUBD(v, sum, sum)
	a.c.VMOVDQU(sum, m)
}
