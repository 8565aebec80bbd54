// Command page makes docs/benchmarks.md from the files of bench/results, so that
// no figure of the page is written by hand:
//
//	go generate ./bench
//
// Files in Go's benchmark format with the keys file= and reader= become tables of
// readers (decode.txt, info.txt); networks.jsonl, machine.jsonl, sparse-dense.jsonl and train.jsonl, as
// dvsim bench … --json prints them, become tables; what else is text is shown as it is.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: page RESULTS PAGE")
		os.Exit(2)
	}
	text, err := page(os.Args[1])
	if err == nil {
		err = os.WriteFile(filepath.Clean(os.Args[2]), text, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "page:", err)
		os.Exit(1)
	}
}
