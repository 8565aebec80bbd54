package main

import (
	"fmt"
	"go/token"
	"go/types"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/gotypes"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// isa is an instruction set as the kernels see it. A nil mask means all lanes.
type isa interface {
	ctx() *build.Context
	file() string   // part of the file names
	suffix() string // of the functions' names
	lanes() int     // float32 in a vector

	vec() reg.VecVirtual                        // a fresh vector
	lead(n reg.Register) mask                   // the first n lanes, 1 ≤ n ≤ lanes; n is overwritten
	loadTo(m Mem, v reg.VecVirtual, k mask)     // lanes outside k become +0
	store(v reg.VecVirtual, m Mem, k mask)      // lanes outside k are not touched in memory
	addFrom(acc reg.VecVirtual, m Mem, k mask)  // acc += m; lanes outside k mean nothing
	compare(p predicate, a, b Op) mask          // a p b
	only(k mask, v Op) reg.VecVirtual           // v where k, else +0
	subWhere(k mask, a reg.VecVirtual, b Op)    // a −= b where k
	bits(k, within mask, dst reg.GPVirtual)     // k and within as bits, lane 0 in bit 0, the rest 0
	anyBit(v reg.VecVirtual, dst reg.GPVirtual) // dst (8 bits) = 1 if any bit of v is set, else 0
	splat(bits uint32) reg.VecVirtual           // a constant in all lanes

	// For the indices of bits: counting is 0, 1, 2, … in the lanes, nil if packed does
	// without; packed stores first plus the numbers of the set bits among the low ones
	// of m, one a lane, in order, a whole vector, and leaves those bits in part.
	counting() reg.VecVirtual
	packed(m reg.Register, first reg.VecVirtual, dst Mem, part reg.GPVirtual)

	// laneBits is what countUp needs in a vector; countUp adds one to the lanes of m
	// that are set among the low ones of bits.
	laneBits() reg.VecVirtual
	countUp(bits reg.Register, lane reg.VecVirtual, m Mem)

	// pieces are parts of a vector, each half as long as the one before, down to
	// one lane; nil if a store under a mask is as good.
	pieces() []isa
}

// mask is a set of lanes: a K register in AVX-512, a vector of ones in AVX2.
type mask reg.Register

// predicate is an ordered or unordered comparison that is quiet on NaN (Intel's
// manual, table of CMPPS).
type predicate = U8

const (
	less       predicate = 0x11 // LT_OQ
	notLess    predicate = 0x15 // NLT_UQ: true for NaN
	notGreater predicate = 0x1a // NGT_UQ: true for NaN
	greater    predicate = 0x1e // GT_OQ
)

// kernel is what signatures may name of package kernel: its type Tile.
var kernel = func() *types.Package {
	p := types.NewPackage("dvsim/internal/kernel", "kernel")
	var fields []*types.Var
	for _, name := range tileFields {
		fields = append(fields, types.NewField(token.NoPos, p, name, types.Typ[types.Uint32], false))
	}
	tile := types.NewTypeName(token.NoPos, p, "Tile", nil)
	types.NewNamed(tile, types.NewStruct(fields, nil), nil)
	p.Scope().Insert(tile)
	return p
}()

// start begins a function with its declaration and comment.
func start(a isa, name, signature, doc string) *build.Context {
	c := a.ctx()
	c.Function(name + a.suffix())
	c.Attributes(attr.NOSPLIT)
	sig, err := gotypes.ParseSignatureInPackage(kernel, "func"+signature)
	if err != nil {
		panic(fmt.Sprintf("%s: %v", name, err))
	}
	c.Signature(sig)
	c.Pragma("noescape")
	c.Doc(name + a.suffix() + " " + doc)
	return c
}

// base loads the address of the first element of a slice parameter.
func base(c *build.Context, name string) reg.Register {
	return c.Load(c.Param(name).Base(), c.GP64())
}

// length loads the length of a slice parameter.
func length(c *build.Context, name string) reg.Register {
	return c.Load(c.Param(name).Len(), c.GP64())
}

// argument is a parameter where it lies in memory.
func argument(p gotypes.Component) Mem {
	b, err := p.Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}

// broadcast puts a float32 parameter into all lanes.
func broadcast(a isa, name string) reg.VecVirtual {
	b, err := a.ctx().Param(name).Resolve()
	if err != nil {
		panic(fmt.Sprintf("parameter %s: %v", name, err))
	}
	v := a.vec()
	a.ctx().VBROADCASTSS(b.Addr, v)
	return v
}

// load is loadTo into a fresh vector.
func load(a isa, m Mem, k mask) reg.VecVirtual {
	v := a.vec()
	a.loadTo(m, v, k)
	return v
}

// The arithmetic below has one name in both instruction sets.

func add(a isa, x, y Op) reg.VecVirtual { v := a.vec(); a.ctx().VADDPS(y, x, v); return v }
func sub(a isa, x, y Op) reg.VecVirtual { v := a.vec(); a.ctx().VSUBPS(y, x, v); return v }
func mul(a isa, x, y Op) reg.VecVirtual { v := a.vec(); a.ctx().VMULPS(y, x, v); return v }
func div(a isa, x, y Op) reg.VecVirtual { v := a.vec(); a.ctx().VDIVPS(y, x, v); return v }
func sqrt(a isa, x Op) reg.VecVirtual   { v := a.vec(); a.ctx().VSQRTPS(x, v); return v }
func and(a isa, x, y Op) reg.VecVirtual { v := a.vec(); a.ctx().VANDPS(y, x, v); return v }
func or(a isa, x, y Op) reg.VecVirtual  { v := a.vec(); a.ctx().VORPS(y, x, v); return v }
func xor(a isa, x, y Op) reg.VecVirtual { v := a.vec(); a.ctx().VXORPS(y, x, v); return v }
