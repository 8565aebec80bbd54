package main

import (
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"dvsim/bench"
)

// peerFlags say which peers are measured, and where they are installed.
type peerFlags struct {
	list   []string
	python string
}

func (f *peerFlags) register(cmd *cobra.Command, known []string, without string) {
	fl := cmd.Flags()
	fl.StringSliceVar(&f.list, "peers", nil, "virtual environment (its folder or interpreter) that has the peers, and which of "+strings.Join(known, ", ")+"; default: "+without)
	fl.StringVar(&f.python, "python", "", "interpreter or virtual environment that has the peers: --peers without a choice")
}

// resolve parts names of peers from the place where they are. python is "" when no
// place was named; names are all known ones when none was.
func (f *peerFlags) resolve(known []string) (python string, names []string, err error) {
	place := f.python
	for _, p := range f.list {
		_, statErr := os.Stat(p)
		switch {
		case slices.Contains(known, p):
			names = append(names, p)
		case statErr == nil || strings.ContainsAny(p, `/\`):
			if place != "" && place != p {
				return "", nil, usagef("the peers are in one place: %s or %s", place, p)
			}
			place = p
		default:
			return "", nil, usagef("--peers %q: it is a virtual environment or one of %s", p, strings.Join(known, ", "))
		}
	}
	if len(names) == 0 {
		names = known
	}
	if place == "" {
		return "", names, nil
	}
	if python, err = bench.Python(place); err != nil {
		return "", nil, usagef("%w", err)
	}
	return python, names, nil
}
