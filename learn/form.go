package learn

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"dvsim/network"
)

// Surrogates, losses, optimisers, schedules and codings are written as text in one
// way, on the command line and in files:
//
//	name                              all parameters as they are by default
//	name:25                           parameters in their order
//	name:beta=0.5:slope=10            parameters by name
//
// A form is one such name with its parameters.
type form struct {
	name string
	args []argument
}

// argument is a parameter of a form: a number with a default and a range.
type argument struct {
	name     string
	std      float64
	min, max float64
	over     bool // min itself is too small
	under    bool // max itself is too large
	whole    bool // whole numbers only
}

// positive is greater than 0.
func positive(name string, std float64) argument {
	return argument{name: name, std: std, max: math.MaxFloat32, over: true}
}

// anyNumber may be negative, too.
func anyNumber(name string, std float64) argument {
	return argument{name: name, std: std, min: -math.MaxFloat32, max: math.MaxFloat32}
}

// decay is a number that a memory shrinks by in each step: over 0 and under 1.
func decay(name string, std float64) argument {
	return argument{name: name, std: std, max: 1, over: true, under: true}
}

// fraction is a share of the whole.
func fraction(name string, std float64) argument {
	return argument{name: name, std: std, max: 1}
}

// yesNo is 1 for yes and 0 for no.
func yesNo(name string) argument {
	return argument{name: name, max: 1, whole: true}
}

// check reports a value that is out of range.
func (a argument) check(v float64) error {
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return fmt.Errorf("%s is %v; it must be a number", a.name, v)
	case a.whole && v != math.Trunc(v):
		return fmt.Errorf("%s is %v; it must be a whole number", a.name, v)
	case a.over && v <= a.min:
		return fmt.Errorf("%s is %v; it must be greater than %v", a.name, v, a.min)
	case v < a.min:
		return fmt.Errorf("%s is %v; it must be at least %v", a.name, v, a.min)
	case a.under && v >= a.max:
		return fmt.Errorf("%s is %v; it must be less than %v", a.name, v, a.max)
	case v > a.max:
		return fmt.Errorf("%s is %v; it must be at most %v", a.name, v, a.max)
	}
	return nil
}

// check reports the first of the values that is out of range.
func (f form) check(values ...float64) error {
	for i, a := range f.args {
		if err := a.check(values[i]); err != nil {
			return err
		}
	}
	return nil
}

// must panics where check reports: for constructors.
func (f form) must(values ...float64) {
	if err := f.check(values...); err != nil {
		panic(fmt.Sprintf("learn: %s: %v", f.name, err))
	}
}

// text writes the form with all its values, in a way that parse understands.
func (f form) text(values ...float64) string {
	b := strings.Builder{}
	b.WriteString(f.name)
	for i, a := range f.args {
		b.WriteByte(':')
		if len(f.args) > 1 {
			b.WriteString(a.name + "=")
		}
		b.WriteString(strconv.FormatFloat(values[i], 'g', -1, 64))
	}
	return b.String()
}

// short is text without the values that are as they are by default.
func (f form) short(values ...float64) string {
	b := strings.Builder{}
	b.WriteString(f.name)
	for i, a := range f.args {
		if values[i] != a.std {
			b.WriteString(":" + a.name + "=" + strconv.FormatFloat(values[i], 'g', -1, 64))
		}
	}
	return b.String()
}

// usage is the form with its defaults, for help.
func (f form) usage() string {
	values := make([]float64, len(f.args))
	for i, a := range f.args {
		values[i] = a.std
	}
	return f.text(values...)
}

// names lists the forms.
func names(forms []form) []string {
	out := make([]string, len(forms))
	for i, f := range forms {
		out[i] = f.name
	}
	return out
}

// usages lists the forms with their defaults.
func usages(forms []form) []string {
	out := make([]string, len(forms))
	for i, f := range forms {
		out[i] = f.usage()
	}
	return out
}

// parse finds the form that text names and the values of its parameters. what is
// the kind of thing, for messages.
func parse(what, text string, forms []form) (at int, values []float64, err error) {
	name, rest, more := strings.Cut(strings.TrimSpace(text), ":")
	at = slices.IndexFunc(forms, func(f form) bool { return f.name == name })
	if at < 0 {
		return 0, nil, fmt.Errorf("unknown %s %q; %s", what, name, network.Suggest(name, names(forms)))
	}
	f := forms[at]
	bad := func(format string, a ...any) (int, []float64, error) {
		return 0, nil, fmt.Errorf("%s %q: %s", what, text, fmt.Sprintf(format, a...))
	}
	values = make([]float64, len(f.args))
	known, given := make([]string, len(f.args)), make([]bool, len(f.args))
	for i, a := range f.args {
		values[i], known[i] = a.std, a.name
	}
	for i := 0; more; i++ {
		var word string
		word, rest, more = strings.Cut(rest, ":")
		k := i
		if key, val, named := strings.Cut(word, "="); named {
			if k = slices.Index(known, key); k < 0 {
				if len(known) == 0 {
					return bad("%s takes no parameters", f.name)
				}
				return bad("unknown parameter %q; %s", key, network.Suggest(key, known))
			}
			word = val
		}
		if k >= len(f.args) {
			return bad("too many parameters; the form is %s", f.usage())
		}
		if given[k] {
			return bad("%s is given twice", known[k])
		}
		given[k] = true
		if values[k], err = strconv.ParseFloat(word, 64); err != nil {
			return bad("%s is %q; it must be a number", known[k], word)
		}
		if err := f.args[k].check(values[k]); err != nil {
			return bad("%v", err)
		}
	}
	return at, values, nil
}
