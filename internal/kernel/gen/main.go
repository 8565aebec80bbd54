// Command gen writes the assembly of package kernel: one file of kernels for
// AVX-512, one for AVX2, each with its Go declarations. It is run by
//
//	go generate ./internal/kernel
//
// and lives in a module of its own, so that the assembler library (avo) is no
// dependency of dvsim.
//
// Every kernel is written once, against the type [isa]: vectors of some number of
// float32 lanes, masks, and the operations on them. What differs between the two
// instruction sets stands in isa_avx512.go and isa_avx2.go. The kernels keep the
// order of operations that the plain twins in package kernel have, each rounded:
// a multiplication and an addition, never a fused one (but in axpyRowsExact, where
// the product is exact).
package main

import (
	"log"
	"os"
	"path/filepath"

	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("gen: ")
	if len(os.Args) != 2 {
		log.Fatal("usage: gen FOLDER (the folder of package kernel)")
	}
	for _, a := range []isa{newAVX512(), newAVX2()} {
		if err := write(os.Args[1], a); err != nil {
			log.Fatal(err)
		}
	}
}

// write makes all kernels for one instruction set and writes the two files.
func write(dir string, a isa) error {
	c := a.ctx()
	c.ConstraintExpr("amd64,!noasm,!race")
	for _, make := range []func(isa){
		addRow, axpyRow,
		addRows, axpyRows, axpyTiles, addCounted, axpyRowsExact, addToRows, product,
		sweep, sweepBias, sweepConductance, indices, countMasks, leakyStep, leakyRun,
		fastSigmoidBack, atanBack, adam, fetch,
	} {
		make(a)
	}
	file, err := c.Result()
	if err != nil {
		return err
	}
	if err := pass.Compile.Execute(file); err != nil {
		return err
	}
	cfg := printer.Config{Name: "internal/kernel/gen", Pkg: "kernel"}
	for name, p := range map[string]printer.Printer{
		"kernel_" + a.file() + "_amd64.s":  printer.NewGoAsm(cfg),
		"kernel_" + a.file() + "_amd64.go": printer.NewStubs(cfg),
	} {
		text, err := p.Print(file)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
