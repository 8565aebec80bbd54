package main

import (
	"slices"

	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// tileFields are the fields of kernel.Tile, of four bytes each.
var tileFields = []string{"Acc", "W", "Cols", "Rows", "From", "To", "First"}

// axpyTiles is the loop of axpyRows inside one over the rows of a tile and one over
// tiles. What a tile says stays in memory, but for its rows that are left.
func axpyTiles(a isa) {
	c := start(a, "axpyTiles", "(acc, w []float32, accStride, wStride, stride int, tiles []Tile, list []uint32, x []float32) (done int)",
		"is AxpyTiles, and returns how many tiles came before one with a row outside w; all else has been checked, and no tile is empty.")
	x, list, tile := base(c, "x"), base(c, "list"), base(c, "tiles")
	load := func(field string, r reg.GPVirtual) reg.GPVirtual {
		c.MOVL(Mem{Base: tile, Disp: 4 * slices.Index(tileFields, field)}, r.As32())
		return r
	}
	field := func(name string) reg.GPVirtual { return load(name, c.GP64()) }
	done := zeroed(a)
	c.Label("tile")
	c.CMPQ(done, argument(c.Param("tiles").Len()))
	c.JGE(LabelRef("stop"))
	// accRow and wRow are the places of a row, in floats.
	accRow, wRow, left := field("Acc"), field("W"), field("Rows")

	c.Label("line")
	columns, limit := field("Cols"), c.GP64()
	c.MOVQ(argument(c.Param("w").Len()), limit)
	c.SUBQ(columns, limit)
	c.SUBQ(wRow, limit)
	acc, w := c.GP64(), c.GP64()
	c.MOVQ(argument(c.Param("acc").Base()), acc)
	c.LEAQ(Mem{Base: acc, Index: accRow, Scale: 4}, acc)
	c.MOVQ(argument(c.Param("w").Base()), w)
	c.LEAQ(Mem{Base: w, Index: wRow, Scale: 4}, w)
	t := stripTable{
		strips: maskedStrips(a), pointer: acc, columns: columns, w: w, limit: limit,
		stride: argument(c.Param("stride")), rows: list, j: c.GP64(), done: "lined", wrong: "stop",
	}
	t.count = field("To")
	t.fetch = func(list, j reg.Register, row reg.GPVirtual) {
		c.MOVL(at(list, j, 0), row.As32())
		c.SUBL(Mem{Base: tile, Disp: 4 * slices.Index(tileFields, "First")}, row.As32())
	}
	t.before = func(s strip) { s.loadAll(acc) }
	t.perRow = func(s strip, w, off, j reg.Register) { axpy(s, w, off, at(x, j, 0)) }
	t.after = func(s strip) { s.storeAll(acc) }
	t.write(a, func(j reg.GPVirtual) { load("From", j) })

	c.Label("lined")
	c.ADDQ(argument(c.Param("accStride")), accRow)
	c.ADDQ(argument(c.Param("wStride")), wRow)
	c.DECQ(left)
	c.JNZ(LabelRef("line"))
	c.ADDQ(Imm(uint64(4*len(tileFields))), tile)
	c.INCQ(done)
	c.JMP(LabelRef("tile"))

	c.Label("stop")
	c.Store(done, c.Return("done"))
	finish(a)
}
