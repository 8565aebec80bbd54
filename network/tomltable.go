package network

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"dvsim/events"
)

// table is one table of a network file. Its getters note every key they are asked
// for; what is left at the end is unknown. They report wrong types and go on.
type table struct {
	r     *reader
	m     map[string]any
	path  string // for the line: "layer[1].neuron"
	where string // for people: `layer "hidden"`
	known []string
	// elsewhere maps keys that belong to another place to what to say of them.
	elsewhere map[string]string
}

// bad reports a problem at a key of the table.
func (t *table) bad(key, msg, hint string) {
	t.r.add(t.r.line(join(t.path, key), t.path), t.where, msg, hint)
}

// get looks a key up and notes it as known.
func (t *table) get(key string) (any, bool) {
	if !slices.Contains(t.known, key) {
		t.known = append(t.known, key)
	}
	v, ok := t.m[key]
	return v, ok
}

// has reports whether a key is there, without knowing it.
func (t *table) has(key string) bool {
	_, ok := t.m[key]
	return ok
}

// finish reports the keys that nothing asked for.
func (t *table) finish() {
	var left []string
	for k := range t.m {
		if !slices.Contains(t.known, k) {
			left = append(left, k)
		}
	}
	slices.Sort(left)
	for _, k := range left {
		hint := suggest(k, t.known)
		if close := closest(k, slices.Sorted(maps.Keys(t.elsewhere))); close != "" && closest(k, t.known) == "" {
			hint = t.elsewhere[close]
		}
		t.bad(k, fmt.Sprintf("unknown key %q", k), hint)
	}
}

// wrong reports a value of the wrong kind.
func (t *table) wrong(key, want string) {
	t.bad(key, fmt.Sprintf("%s must be %s, it is %s", key, want, show(t.m[key])), "")
}

// show writes a value as it stands in the file, shortened.
func show(v any) string {
	switch v := v.(type) {
	case string:
		if len(v) > 40 {
			v = v[:40] + "…"
		}
		return fmt.Sprintf("%q", v)
	case []any:
		return fmt.Sprintf("an array of %d", len(v))
	case []map[string]any:
		return "an array of tables"
	case map[string]any:
		return "a table"
	}
	return fmt.Sprint(v)
}

func (t *table) str(key, def string) string {
	v, ok := t.get(key)
	if !ok {
		return def
	}
	s, ok := v.(string)
	if !ok {
		t.wrong(key, "a text in quotes")
		return def
	}
	return s
}

// choice is str with a list of the texts allowed; a wrong one gives def.
func (t *table) choice(key, def string, names []string) string {
	s := t.str(key, def)
	if s != def && !slices.Contains(names, s) {
		t.bad(key, fmt.Sprintf("unknown %s %q", key, s), suggest(s, names))
		return def
	}
	return s
}

func (t *table) boolean(key string) bool {
	v, ok := t.get(key)
	if !ok {
		return false
	}
	b, ok := v.(bool)
	if !ok {
		t.wrong(key, "true or false")
	}
	return b
}

// integer reads a whole number of lo to hi; ok is false when it is absent or wrong.
func (t *table) integer(key string, lo, hi int64) (n int, ok bool) {
	v, ok := t.get(key)
	if !ok {
		return 0, false
	}
	i, isInt := v.(int64)
	if !isInt || i < lo || i > hi {
		want := fmt.Sprintf("a whole number of %s to %s", events.Thousands(lo), events.Thousands(hi))
		if hi == math.MaxInt64 {
			want = fmt.Sprintf("a whole number of at least %s", events.Thousands(lo))
		}
		t.wrong(key, want)
		return 0, false
	}
	return int(i), true
}

func (t *table) number(key string, def float64) float64 {
	v, ok := t.get(key)
	if !ok {
		return def
	}
	f, ok := toFloat(v)
	if !ok {
		t.wrong(key, "a number")
		return def
	}
	return f
}

func toFloat(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

func (t *table) texts(key string) []string {
	v, ok := t.get(key)
	if !ok {
		return nil
	}
	list, ok := v.([]any)
	var out []string
	for _, e := range list {
		s, isText := e.(string)
		ok = ok && isText
		out = append(out, s)
	}
	if !ok {
		t.wrong(key, "an array of texts")
		return nil
	}
	return out
}

// sub returns a table inside, or nil.
func (t *table) sub(key string) *table {
	v, ok := t.get(key)
	if !ok {
		return nil
	}
	m, ok := v.(map[string]any)
	if !ok {
		t.wrong(key, "a table")
		return nil
	}
	return &table{r: t.r, m: m, path: join(t.path, key), where: t.where}
}

// subs returns the tables of an array of tables.
func (t *table) subs(key string) []*table {
	v, ok := t.get(key)
	if !ok {
		return nil
	}
	var maps []map[string]any
	switch v := v.(type) {
	case []map[string]any:
		maps = v
	case []any: // in = [{…}, {…}]
		for _, e := range v {
			m, ok := e.(map[string]any)
			if !ok {
				t.wrong(key, "an array of tables")
				return nil
			}
			maps = append(maps, m)
		}
	default:
		base, _, _ := strings.Cut(t.path, "[")
		t.wrong(key, fmt.Sprintf("an array of tables, [[%s]]", join(base, key)))
		return nil
	}
	out := make([]*table, len(maps))
	for i, m := range maps {
		out[i] = &table{r: t.r, m: m, path: fmt.Sprintf("%s[%d]", join(t.path, key), i), where: t.where}
	}
	return out
}

// duration reads a time with a unit, in whole µs; ok is false when it is absent or wrong.
func (t *table) duration(key string) (us int64, ok bool) {
	v, ok := t.get(key)
	if !ok {
		return 0, false
	}
	s, isText := v.(string)
	if !isText {
		t.bad(key, fmt.Sprintf("%s needs a unit, it is %s", key, show(v)), fmt.Sprintf(`write for example %s = "%sms"`, key, show(v)))
		return 0, false
	}
	us, err := ParseDuration(s)
	if err != nil {
		t.bad(key, fmt.Sprintf("%s: %v", key, err), "")
		return 0, false
	}
	return us, true
}

// ParseDuration reads a time with a unit ("100us", "0.5ms", "20ms", "1s") in whole
// microseconds. It may not be negative.
func ParseDuration(s string) (us int64, err error) {
	d, err := time.ParseDuration(strings.TrimSpace(s))
	switch {
	case err != nil:
		return 0, fmt.Errorf("%q is no time: write a number with a unit, for example 20ms or 100us", s)
	case d < 0:
		return 0, fmt.Errorf("%q is negative", s)
	case d%time.Microsecond != 0:
		return 0, fmt.Errorf("%q is no whole number of microseconds", s)
	}
	return d.Microseconds(), nil
}

// formatDuration writes µs with the largest unit that keeps it whole: "20ms", "1.5ms" is "1500us".
func formatDuration(us int64) string {
	switch {
	case us != 0 && us%1e6 == 0:
		return fmt.Sprintf("%ds", us/1e6)
	case us%1000 == 0:
		return fmt.Sprintf("%dms", us/1000)
	}
	return fmt.Sprintf("%dus", us)
}

// numbers flattens nested arrays of numbers, row by row, and gives their shape.
func numbers(v any) (flat []float32, shape []int, err error) {
	if f, ok := toFloat(v); ok {
		return []float32{float32(f)}, nil, nil
	}
	list, ok := v.([]any)
	if !ok {
		return nil, nil, errors.New("is no array of numbers")
	}
	var inner []int
	for i, e := range list {
		f, s, err := numbers(e)
		if err != nil {
			return nil, nil, err
		}
		if i > 0 && !slices.Equal(s, inner) {
			return nil, nil, fmt.Errorf("is ragged: element %d has another shape than the one before", i)
		}
		inner = s
		flat = append(flat, f...)
	}
	return flat, append([]int{len(list)}, inner...), nil
}
