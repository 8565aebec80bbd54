package main

import (
	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// avx512 has 32 vectors of 16 lanes, and masks of their own kind that loads,
// stores and arithmetic take: a tail costs no more than a full vector. It needs
// AVX-512 F, DQ (logic on floats), BW and VL.
type avx512 struct{ c *build.Context }

func newAVX512() isa { return avx512{build.NewContext()} }

func (a avx512) ctx() *build.Context { return a.c }
func (a avx512) file() string        { return "avx512" }
func (a avx512) suffix() string      { return "AVX512" }
func (a avx512) lanes() int          { return 16 }
func (a avx512) vec() reg.VecVirtual { return a.c.ZMM() }

func (a avx512) lead(n reg.Register) mask {
	one := a.c.GP32()
	a.c.MOVL(U32(1), one)
	a.c.MOVQ(n, reg.RCX)
	a.c.SHLL(reg.CL, one)
	a.c.DECL(one)
	k := a.c.K()
	a.c.KMOVW(one, k)
	return k
}

func (a avx512) loadTo(m Mem, v reg.VecVirtual, k mask) {
	if k == nil {
		a.c.VMOVUPS(m, v)
		return
	}
	a.c.VMOVUPS_Z(m, k, v)
}

func (a avx512) store(v reg.VecVirtual, m Mem, k mask) {
	if k == nil {
		a.c.VMOVUPS(v, m)
		return
	}
	a.c.VMOVUPS(v, k, m)
}

func (a avx512) addFrom(acc reg.VecVirtual, m Mem, k mask) {
	if k == nil {
		a.c.VADDPS(m, acc, acc)
		return
	}
	a.c.VADDPS(m, acc, k, acc)
}

func (a avx512) compare(p predicate, x, y Op) mask {
	k := a.c.K()
	a.c.VCMPPS(p, y, x, k)
	return k
}

func (a avx512) only(k mask, v Op) reg.VecVirtual {
	dst := a.vec()
	a.c.VMOVAPS_Z(v, k, dst)
	return dst
}

func (a avx512) subWhere(k mask, x reg.VecVirtual, y Op) { a.c.VSUBPS(y, x, k, x) }

func (a avx512) bits(k, within mask, dst reg.GPVirtual) {
	if within != nil {
		both := a.c.K()
		a.c.KANDW(k, within, both)
		k = both
	}
	a.c.KMOVW(k, dst.As32())
}

func (a avx512) anyBit(v reg.VecVirtual, dst reg.GPVirtual) {
	k, w := a.c.K(), a.c.GP32()
	a.c.VPTESTMD(v, v, k)
	a.c.KMOVW(k, w)
	a.c.TESTL(w, w)
	a.c.SETNE(dst.As8L())
}

func (a avx512) splat(bits uint32) reg.VecVirtual {
	w, v := a.c.GP32(), a.vec()
	a.c.MOVL(U32(bits), w)
	a.c.VPBROADCASTD(w, v)
	return v
}

func (a avx512) pieces() []isa { return nil }

func (a avx512) counting() reg.VecVirtual {
	m := a.c.StaticGlobal("counting")
	a.c.DataAttributes(attr.RODATA | attr.NOPTR)
	for i := range a.lanes() {
		a.c.AddDatum(4*i, U32(uint32(i)))
	}
	return load(a, m, nil)
}

// packed compresses in a register: compressing to memory is slow on AMD's
// processors.
func (a avx512) packed(m reg.Register, first reg.VecVirtual, dst Mem, part reg.GPVirtual) {
	a.c.MOVWQZX(m.(reg.GPVirtual).As16(), part)
	k, v := a.c.K(), a.vec()
	a.c.KMOVW(part.As32(), k)
	a.c.VPCOMPRESSD_Z(first, k, v)
	a.c.VMOVDQU32(v, dst)
}

func (a avx512) laneBits() reg.VecVirtual { return a.splat(1) }

func (a avx512) countUp(bits reg.Register, one reg.VecVirtual, m Mem) {
	k, v := a.c.K(), a.vec()
	a.c.KMOVW(bits.(reg.GPVirtual).As32(), k)
	a.c.VMOVDQU32(m, v)
	a.c.VPADDD(one, v, k, v)
	a.c.VMOVDQU32(v, m)
}
