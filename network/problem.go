package network

import (
	"fmt"
	"math"
	"strings"

	"dvsim/events"
)

// Problem is one thing that is wrong with a network.
type Problem struct {
	File  string // "" for a network that a program put together
	Line  int    // line in the file, 0 when it has none
	Where string // "layer \"hidden\"", "input"; "" for the network as a whole
	Msg   string
	Hint  string // what to do; may be empty

	// place is where Check found it, for the file reader to find the line.
	place place
}

// place names a part of a network; layer and conn are −1 where they do not apply.
type place struct {
	layer, conn int
	key         string
}

// String returns, for example,
//
//	net.toml: line 14: layer "hidden": unknown key "treshold"; did you mean "threshold"?
func (p Problem) String() string {
	var b strings.Builder
	if p.File != "" {
		b.WriteString(p.File + ": ")
	}
	if p.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", p.Line)
	}
	if p.Where != "" {
		b.WriteString(p.Where + ": ")
	}
	b.WriteString(p.Msg)
	if p.Hint != "" {
		b.WriteString("; " + p.Hint)
	}
	return b.String()
}

// Problems is everything that is wrong with a network, at once. It is the error
// of Check, Parse and Open.
type Problems []Problem

// Error returns one problem a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// err returns the problems as an error, or nil when there are none.
func (ps Problems) err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}

// count writes a number for people: 178,880.
func count(n int) string { return events.Thousands(int64(n)) }

// flaw is what does not fit in a connection: the key of the network file that it
// concerns ("kernel", "weights", "synapses"), and the message.
type flaw struct{ key, msg string }

func flaws(key string, msgs []string) []flaw {
	var out []flaw
	for _, m := range msgs {
		out = append(out, flaw{key, m})
	}
	return out
}

// tally counts and keeps the first.
type tally struct{ n, first int }

func (t *tally) add(i int) {
	if t.n == 0 {
		t.first = i
	}
	t.n++
}

// infBits is +∞; NaN has greater bits, finite numbers have less.
const infBits = 0x7f800000

// finite reports NaN and infinite values: how many and where the first is.
func finite(what string, v []float32) []string {
	var bad []string
	nan, inf := tally{}, tally{}
	for i, x := range v {
		switch b := math.Float32bits(x) &^ (1 << 31); {
		case b < infBits: // nearly always: one comparison
		case b > infBits:
			nan.add(i)
		default:
			inf.add(i)
		}
	}
	if nan.n > 0 {
		bad = append(bad, fmt.Sprintf("%s of %s %s are NaN, the first at index %d", count(nan.n), count(len(v)), what, nan.first))
	}
	if inf.n > 0 {
		bad = append(bad, fmt.Sprintf("%s of %s %s are infinite, the first at index %d", count(inf.n), count(len(v)), what, inf.first))
	}
	return bad
}
