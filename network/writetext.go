package network

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"dvsim/neuron"
)

// neuron writes the inside of a neuron table; defaults that say nothing are left out.
func (w *writer) neuron(layer string, p *neuron.Params) string {
	parts := []string{fmt.Sprintf("model = %s", w.quote(string(p.Model)))}
	add := func(key, value string) { parts = append(parts, key+" = "+value) }
	values := func(key string, v []float32) {
		if len(v) > 0 {
			add(key, w.values(layer+"."+key, v))
		}
	}
	values("beta", p.Beta)
	if p.TauUS > 0 {
		add("tau", w.tau(p.TauUS))
	}
	threshold := p.Threshold
	if len(threshold) == 0 {
		threshold = []float32{1}
	}
	values("threshold", threshold)
	if p.Model == neuron.Leaky {
		reset := string(p.Reset)
		if reset == "" {
			reset = resets[p.Model][0]
		}
		add("reset", w.quote(reset))
	}
	if p.ResetNow {
		add("reset_now", "true")
	}
	if p.Inhibition {
		add("inhibition", "true")
	}
	if p.Graded != 0 && p.Graded != 1 {
		add("graded", decimal(p.Graded))
	}
	values("drive", p.Drive)
	if math.Float32bits(p.VReset) != 0 { // −0 is written, too
		add("v_reset", decimal(p.VReset))
	}
	if p.RefractoryUS > 0 {
		add("refractory", w.duration(p.RefractoryUS))
	}
	values("v_init", p.VInit)
	if len(p.TauSynUS) > 0 {
		taus := make([]string, len(p.TauSynUS))
		for i, us := range p.TauSynUS {
			taus[i] = w.tau(us)
		}
		add("tau_syn", "["+strings.Join(taus, ", ")+"]")
	}
	if len(p.Reversal) > 0 {
		add("reversal", list(p.Reversal))
	}
	if len(p.SynInit) > 0 {
		inits := make([]string, len(p.SynInit))
		for i, x := range p.SynInit {
			if inits[i] = "[]"; len(x) > 0 {
				inits[i] = w.values(fmt.Sprintf("%s.syn_init%d", layer, i), x)
			}
		}
		add("syn_init", "["+strings.Join(inits, ", ")+"]")
	}
	return strings.Join(parts, ", ")
}

// decimal is the shortest decimal that is read as x, with a point or an exponent,
// as TOML wants it. The reader rounds twice, to float64 and then to float32; where
// that is not x, which is rare, all digits are written.
func decimal(x float32) string {
	s := strconv.FormatFloat(float64(x), 'g', -1, 32)
	if d, err := strconv.ParseFloat(s, 64); err != nil || float32(d) != x {
		s = strconv.FormatFloat(float64(x), 'g', -1, 64)
	}
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return s
}

// list writes numbers: [0.1, 0.2].
func list(v []float32) string {
	parts := make([]string, len(v))
	for i, x := range v {
		parts[i] = decimal(x)
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// rows writes a matrix with rows of n numbers: [[0.1, 0.2], [0.3, 0.4]].
func rows(v []float32, n int) string {
	var parts []string
	for ; len(v) > 0; v = v[n:] {
		parts = append(parts, list(v[:n]))
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// duration writes whole µs as a time with a unit, in quotes.
func (w *writer) duration(us int64) string {
	if us > math.MaxInt64/int64(time.Microsecond) {
		w.fail("a time of %d µs cannot be written: 292 years are the longest", us)
	}
	return strconv.Quote(formatDuration(us))
}

// tau writes a time constant, which need not be whole µs.
func (w *writer) tau(us float64) string {
	if us == math.Trunc(us) && us < 1e9 { // as whole ns it has less than 53 bits
		return w.duration(int64(us))
	}
	return strconv.Quote(strconv.FormatFloat(us, 'g', -1, 64) + "us")
}

// delay writes steps of a clocked network, or µs of a continuous one as a time.
func (w *writer) delay(d int64) string {
	switch {
	case w.n.Continuous():
		return w.duration(d)
	case d <= math.MaxInt32:
		return strconv.FormatInt(d, 10)
	case d > math.MaxInt64/w.n.DtUS:
		return w.duration(math.MaxInt64)
	}
	return w.duration(d * w.n.DtUS)
}

// quote writes a basic string of TOML (https://toml.io/en/v1.0.0#string).
func (w *writer) quote(s string) string {
	if !utf8.ValidString(s) {
		w.fail("the text %q cannot be written: it is not UTF-8", s)
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r < 0x20 || r >= 0x7f && r < 0xa0:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
