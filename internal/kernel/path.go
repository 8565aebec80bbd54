package kernel

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// Variable is the environment variable that forces a path: generic, avx2 or
// avx512. It is read once, at the start of the program.
const Variable = "DVSIM_KERNEL"

// path is an implementation of all kernels.
type path uint8

const (
	generic path = iota // plain Go
	avx2
	avx512
)

func (p path) String() string { return [...]string{"generic", "avx2", "avx512"}[p] }

// active is the path in use, problem what was wrong with the wish for another.
var active, problem = choose(os.Getenv(Variable), available())

// Path returns the name of the implementation in use: generic, avx2 or avx512.
func Path() string { return active.String() }

// Problem tells what is wrong with the value of DVSIM_KERNEL, or nil. The program
// runs all the same, by the best path of this machine, with the same results; a
// command should report the problem before it works.
func Problem() error { return problem }

// Paths names the implementations that this machine has, the best first.
func Paths() []string {
	var names []string
	for _, p := range slices.Backward(available()) {
		names = append(names, p.String())
	}
	return names
}

// choose picks the path that is wished for, or the last of have, the best.
func choose(wish string, have []path) (path, error) {
	best := have[len(have)-1]
	if wish == "" {
		return best, nil
	}
	for _, p := range []path{generic, avx2, avx512} {
		if p.String() != wish {
			continue
		}
		if slices.Contains(have, p) {
			return p, nil
		}
		return best, fmt.Errorf("%s=%s: %s; here there is %s", Variable, wish, missing(p), join(have))
	}
	return best, fmt.Errorf("%s=%s: no such implementation; here there is %s", Variable, wish, join(have))
}

func join(ps []path) string {
	names := make([]string, len(ps))
	for i, p := range ps {
		names[i] = p.String()
	}
	return strings.Join(names, ", ")
}
