package dvs

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// LogCurve is how a pixel turns luminance I (linear, 0..1) into its signal.
type LogCurve string

const (
	// LinLog is v2e's curve of the digital number DN = 255·I: DN·ln 20/20 up to
	// DN = 20, ln DN above.
	LinLog LogCurve = "linlog"
	// Offset is ln(b + I) with the b of [Params].Offset.
	Offset LogCurve = "offset"
)

// RefractoryRule is what a pixel does after an event.
type RefractoryRule string

const (
	// Hold is what the circuit does: the pixel is blind until the refractory period
	// has passed, then takes the signal of that moment as its new reference.
	Hold RefractoryRule = "hold"
	// Advance is the rule of ESIM: the reference moves by one threshold at each
	// crossing, and an event within the refractory period of the last one is lost.
	Advance RefractoryRule = "advance"
)

// Params describes a sensor. Start from a [Preset]: the zero value is not valid.
type Params struct {
	// ThetaOn and ThetaOff are the contrast thresholds, in natural-log units of
	// luminance; 0.01 to 10.
	ThetaOn, ThetaOff float64
	// Mismatch is the standard deviation of the thresholds from pixel to pixel, in
	// the same units; 0 to 1. A threshold is never below 0.01.
	Mismatch float64
	// Cutoff is the corner frequency of the photoreceptor at white, in Hz; 0 turns
	// the low-pass off. A darker pixel is slower, down to 0.07 of it at black.
	Cutoff float64
	// Refractory is the dead time after an event, in µs; 0 to 1 s.
	Refractory float64
	// Rule is what happens in the dead time.
	Rule RefractoryRule
	// Leak is the mean rate at which a still pixel fires ON, in Hz; 0 to 1000.
	Leak float64
	// LeakSpread is the standard deviation of the leak rate from pixel to pixel, in
	// decades; 0 to 2.
	LeakSpread float64
	// Shot is the rate of noise events of both polarities together, in Hz, of a
	// black pixel; at white it is a quarter. 0 to 10,000.
	Shot float64
	// Curve turns luminance into signal.
	Curve LogCurve
	// Offset is the b of the curve [Offset]; 0 to 10. With 0 black is ln 10⁻⁶.
	Offset float64
}

// presets are the sensors by name. Sources: default after the DAVIS346; noisy
// with the values of v2e's "noisy" setting; nmnist fitted to recordings of
// N-MNIST; clean for tests of what follows a sensor.
//
// nmnist: real recordings have 0.014 OFF events a second and pixel on the white
// ground; 0.12 Hz at black is that at white.
var presets = map[string]Params{
	"default": {ThetaOn: 0.2, ThetaOff: 0.2, Mismatch: 0.03, Cutoff: 300, Refractory: 500, Leak: 0.1, LeakSpread: 0.1, Curve: LinLog, Rule: Hold},
	"noisy":   {ThetaOn: 0.2, ThetaOff: 0.2, Mismatch: 0.05, Cutoff: 30, Leak: 0.1, LeakSpread: 0.1, Shot: 5, Curve: LinLog, Rule: Hold},
	"nmnist":  {ThetaOn: 0.245, ThetaOff: 0.215, Mismatch: 0.02, Refractory: 300, Leak: 0.36, LeakSpread: 0.2, Shot: 0.12, Curve: Offset, Offset: 0.225, Rule: Hold},
	"clean":   {ThetaOn: 0.2, ThetaOff: 0.2, Mismatch: 0.02, Curve: LinLog, Rule: Hold},
}

// Presets returns the names of the presets.
func Presets() []string { return slices.Sorted(maps.Keys(presets)) }

// Preset returns the parameters of a named sensor.
func Preset(name string) (Params, error) {
	p, ok := presets[name]
	if !ok {
		return p, fmt.Errorf("dvs: no preset %q; there are %s", name, strings.Join(Presets(), ", "))
	}
	return p, nil
}

// Validate returns an error that names the first parameter out of its range.
func (p Params) Validate() error {
	for _, c := range []struct {
		name      string
		v, lo, hi float64
	}{
		{"ThetaOn", p.ThetaOn, 0.01, 10},
		{"ThetaOff", p.ThetaOff, 0.01, 10},
		{"Mismatch", p.Mismatch, 0, 1},
		{"Cutoff", p.Cutoff, 0, 1e6},
		{"Refractory", p.Refractory, 0, 1e6},
		{"Leak", p.Leak, 0, 1000},
		{"LeakSpread", p.LeakSpread, 0, 2},
		{"Shot", p.Shot, 0, 10_000},
		{"Offset", p.Offset, 0, 10},
	} {
		if math.IsNaN(c.v) || c.v < c.lo || c.v > c.hi {
			return fmt.Errorf("dvs: %s = %g: want %g to %g", c.name, c.v, c.lo, c.hi)
		}
	}
	if p.Curve != LinLog && p.Curve != Offset {
		return fmt.Errorf("dvs: Curve = %q: want %s or %s", p.Curve, LinLog, Offset)
	}
	if p.Rule != Hold && p.Rule != Advance {
		return fmt.Errorf("dvs: Rule = %q: want %s or %s", p.Rule, Hold, Advance)
	}
	return nil
}
