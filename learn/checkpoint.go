package learn

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"dvsim/internal/npz"
)

// A checkpoint is a .npz: for each parameter its values and moments
// ("hidden.weights", "hidden.weights.m", "hidden.weights.v", …) in the order of the
// network (weights [source][neuron]), and "state", JSON in UTF-8.

// saved is what "state" holds.
type saved struct {
	Network  string   // fingerprint of its structure
	Settings settings // what results depend on
	State    state
}

// settings are the fields of a Trainer that results depend on, as text.
type settings struct {
	Surrogate, Loss, Optimizer, Schedule, Penalties string
	LearnBeta, LearnThreshold                       Learn
	Clip                                            float64
	Batch                                           int
	Seed                                            uint64
	Data                                            string
}

func (t *Trainer) settings() settings {
	s := settings{
		Surrogate: t.Surrogate.orDefault().String(), Loss: t.loss().Name(), Optimizer: t.Optimizer.filled().String(), Schedule: "constant",
		LearnBeta: t.LearnBeta, LearnThreshold: t.LearnThreshold, Clip: t.Clip, Batch: t.batch(), Seed: t.Seed, Data: t.DataID,
	}
	if t.Schedule != nil {
		s.Schedule = t.Schedule.String()
	}
	for _, p := range t.Penalties {
		s.Penalties += p.Layer + "=" + p.Name() + " "
	}
	return s
}

// differences lists the fields in which two settings differ.
func (s settings) differences(o settings) []string {
	var a, b map[string]any
	for _, x := range []struct {
		from settings
		to   *map[string]any
	}{{s, &a}, {o, &b}} {
		text, err := json.Marshal(x.from)
		if err == nil {
			err = json.Unmarshal(text, x.to)
		}
		if err != nil {
			panic(err) // numbers and strings
		}
	}
	var out []string
	for k, v := range a {
		if v != b[k] {
			out = append(out, fmt.Sprintf("%s is %v there and %v here", strings.ToLower(k), v, b[k]))
		}
	}
	slices.Sort(out)
	return out
}

// Save writes a checkpoint: all that the rest of the run depends on. A file that was
// there before stays as it was until the new one is complete, so a full disk costs
// nothing but the new one. To be called between epochs (from AfterEpoch) or after
// Fit has returned.
func (t *Trainer) Save(path string) error {
	if t.m == nil {
		return errors.New("learn: nothing has been trained yet")
	}
	text, err := json.Marshal(saved{Network: t.Net.Fingerprint(), Settings: t.settings(), State: t.state})
	if err != nil {
		return err
	}
	arrays := []npz.Array{{Name: "state", Data: text}}
	t.each(func(name string, x []float32, l *layer, p *param) {
		arrays = append(arrays, npz.Array{Name: name, Data: l.arranged(p, x), Shape: l.shapeOf(p)})
	})
	return npz.WriteFile(path, arrays...)
}

// Restore makes the trainer go on where a checkpoint was saved: Fit then gives what
// it would have given without the stop, bit for bit. Net and all settings must be
// those of the saved run but for Epochs, Workers and the callbacks.
func (t *Trainer) Restore(path string) error {
	f, err := npz.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	codes, _, err := f.Int64s("state")
	if err != nil {
		return fmt.Errorf("%s is no checkpoint of a training run: %w", path, err)
	}
	text := make([]byte, len(codes))
	for i, c := range codes {
		text[i] = byte(c)
	}
	var s saved
	if err := json.Unmarshal(text, &s); err != nil {
		return fmt.Errorf("%s: the state in the checkpoint is damaged: %w", path, err)
	}
	if err := Supports(t.Net); err != nil {
		return err
	}
	if s.Network != t.Net.Fingerprint() {
		return fmt.Errorf("%s is the checkpoint of another network (structure %s, network %q has %s)", path, s.Network, t.Net.Name, t.Net.Fingerprint())
	}
	if d := s.Settings.differences(t.settings()); len(d) > 0 {
		return fmt.Errorf("%s was saved with other settings: %s; a run goes on with its own", path, strings.Join(d, "; "))
	}
	if err := t.build(); err != nil {
		return err
	}
	var found []error
	t.each(func(name string, x []float32, l *layer, p *param) {
		v, _, err := f.Float32s(name)
		if err == nil && len(v) != len(l.arranged(p, x)) {
			err = fmt.Errorf("%s: %s has %d values, %d are needed", path, name, len(v), len(l.arranged(p, x)))
		}
		if err != nil {
			found = append(found, err)
			return
		}
		l.arrange(p, x, v)
	})
	if err := errors.Join(found...); err != nil {
		t.Close()
		return err
	}
	for _, l := range t.m.layers {
		l.settleParams()
	}
	t.state = s.State
	t.store()
	return nil
}

// each calls do for all arrays that a checkpoint holds.
func (t *Trainer) each(do func(name string, x []float32, l *layer, p *param)) {
	for _, l := range t.m.layers {
		for _, p := range l.params {
			name := l.name + "." + p.name
			do(name, p.x, l, p)
			if p.m != nil {
				do(name+".m", p.m, l, p)
			}
			if p.v != nil {
				do(name+".v", p.v, l, p)
			}
		}
	}
}

// arranged is an array of a parameter in the order of the network, without padding.
func (l *layer) arranged(p *param, x []float32) []float32 {
	if p != l.in.param() {
		return x[:l.n]
	}
	return l.in.arranged(x)
}

// arrange is the way back.
func (l *layer) arrange(p *param, dst, x []float32) {
	if p != l.in.param() {
		copy(dst[:l.n], x)
		return
	}
	l.in.arrange(dst, x)
}

func (l *layer) shapeOf(p *param) []int {
	if p != l.in.param() {
		return []int{l.n}
	}
	return l.in.shape()
}
