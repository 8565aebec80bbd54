package learn

import (
	"fmt"
	"slices"
	"testing"
)

// parsers reads each kind of thing that is written as a form and writes it again.
var parsers = map[string]func(string) (fmt.Stringer, error){
	"surrogate":   func(s string) (fmt.Stringer, error) { return ParseSurrogate(s) },
	"optimizer":   func(s string) (fmt.Stringer, error) { return ParseOptimizer(s) },
	"schedule":    func(s string) (fmt.Stringer, error) { return ParseSchedule(s) },
	"coding":      func(s string) (fmt.Stringer, error) { return ParseCoding(s) },
	"augment":     func(s string) (fmt.Stringer, error) { return ParseAugment(s) },
	"loss":        func(s string) (fmt.Stringer, error) { return named(ParseLoss(s)) },
	"regulariser": func(s string) (fmt.Stringer, error) { return named(ParseRegulariser(s)) },
}

// name is what a loss or a regulariser is called.
type name string

func (n name) String() string { return string(n) }

func named[T interface{ Name() string }](x T, err error) (fmt.Stringer, error) {
	if err != nil {
		return nil, err
	}
	return name(x.Name()), nil
}

// FuzzParse reads any text as each kind of thing: no panic, and what is taken
// comes back the same from what it writes.
func FuzzParse(f *testing.F) {
	for _, text := range slices.Concat(Surrogates(), Optimizers(), Schedules(), Codings(), Losses(), Regularisers()) {
		f.Add(text)
	}
	f.Add("shift=2,drop=0.1,jitter=3")
	f.Add("mse_count:0.8:incorrect=1e-3:classes=0x10")
	f.Fuzz(func(t *testing.T, text string) {
		for kind, parse := range parsers {
			x, err := parse(text)
			if err != nil {
				continue
			}
			if again, err := parse(x.String()); err != nil || again != x {
				t.Errorf("%s %q: %v comes back as %v, %v", kind, text, x, again, err)
			}
		}
	})
}
