package learn

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"dvsim/internal/npz"
)

// openTorch opens what testdata/torch_truth.py wrote.
func openTorch(t testing.TB) *npz.File {
	t.Helper()
	f, err := npz.Open("testdata/torch.npz")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// TestOptimizersAgainstTorch follows torch over twelve steps.
func TestOptimizersAgainstTorch(t *testing.T) {
	f := openTorch(t)
	g, shape, err := f.Float32s("optim.g")
	if err != nil {
		t.Fatal(err)
	}
	n, cases := shape[1], 0
	for _, key := range f.Names() {
		name, ok := strings.CutSuffix(key, ".config")
		if !ok {
			continue
		}
		cases++
		text, err := f.String(key)
		if err != nil {
			t.Fatal(err)
		}
		var cfg struct {
			LR       float64    `json:"lr"`
			Betas    [2]float64 `json:"betas"`
			Eps      float64    `json:"eps"`
			Momentum float64    `json:"momentum"`
			Decay    float64    `json:"weight_decay"`
			Nesterov bool       `json:"nesterov"`
		}
		if err := json.Unmarshal([]byte(text), &cfg); err != nil {
			t.Fatal(err)
		}
		o := Optimizer{LR: cfg.LR, Beta1: cfg.Betas[0], Beta2: cfg.Betas[1], Eps: cfg.Eps, Momentum: cfg.Momentum, Nesterov: cfg.Nesterov, WeightDecay: cfg.Decay}
		switch {
		case strings.HasPrefix(name, "optim.adamw"):
			o.Kind = AdamWKind
		case strings.HasPrefix(name, "optim.sgd"):
			o.Kind = SGDKind
		}
		if err := o.Check(); err != nil {
			t.Fatal(err)
		}
		want := floats(t, f, name+".w")
		w := append([]float32(nil), want[:n]...)
		var m, v []float32
		needM, needV := o.needs()
		if needM {
			m = make([]float32, n)
		}
		if needV {
			v = make([]float32, n)
		}
		for k := range shape[0] {
			u := o.step(k+1, o.filled().LR)
			u.apply(w, m, v, g[k*n:(k+1)*n])
			for i := range w {
				if x := want[(k+1)*n+i]; !near(float64(w[i]), float64(x)) {
					t.Fatalf("%s: weight %d after step %d is %v, torch has %v", name, i, k+1, w[i], x)
				}
			}
		}
	}
	if cases != 8 {
		t.Errorf("%d cases in testdata/torch.npz, want 8", cases)
	}
}

// TestAdamAgainstTraining takes weights, moments and gradients of real batches
// and compares the weights after the update.
func TestAdamAgainstTraining(t *testing.T) {
	o := Adam(1e-3)
	for _, name := range []string{"atan_subtract", "atan_zero", "fast_sigmoid_subtract", "fast_sigmoid_zero"} {
		f := openTruth(t, "train_small_"+name+".npz")
		for _, n := range ints(t, f, "steps") {
			for _, array := range []string{"w0", "b0", "w1", "b1"} {
				at := func(key string) []float32 { return floats(t, f, fmt.Sprintf("step%d_%s", n, key)) }
				w, want := at(array), at(array+"_after")
				u := o.step(n+1, o.LR)
				u.apply(w, at("m"+array), at("v"+array), at("d"+array))
				for i := range w {
					if !near(float64(w[i]), float64(want[i])) {
						t.Fatalf("%s: %s[%d] after batch %d is %v, torch has %v", name, array, i, n, w[i], want[i])
					}
				}
			}
		}
	}
}

func TestOptimizerDefaults(t *testing.T) {
	if got, want := (Optimizer{}).step(3, 1e-3), (Optimizer{LR: 1e-3, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8}).step(3, 1e-3); got != want {
		t.Errorf("the zero value steps with %+v, torch's defaults with %+v", got, want)
	}
	// Computed in float32 it would be 0.0010000467.
	if got := (Optimizer{}).step(1, 1e-3).adam.OneMinusBeta2; got != 0.001 {
		t.Errorf("1 − β2 is %v", got)
	}
	if got := (Optimizer{}).String(); got != "adam:lr=0.001:beta1=0.9:beta2=0.999:eps=1e-08:decay=0" {
		t.Errorf("the zero value is %q", got)
	}
}

func TestParseOptimizer(t *testing.T) {
	for text, want := range map[string]Optimizer{
		"adam":                             Adam(1e-3),
		"adam:0.01":                        Adam(0.01),
		"adamw":                            AdamW(1e-3, 0.01),
		"adamw:lr=0.002:decay=0":           AdamW(0.002, 0),
		"sgd":                              SGD(0.1, 0),
		"sgd:0.05:momentum=0.9:nesterov=1": {Kind: SGDKind, LR: 0.05, Momentum: 0.9, Nesterov: true},
		"sgd:lr=1:decay=0.5":               {Kind: SGDKind, LR: 1, WeightDecay: 0.5},
	} {
		got, err := ParseOptimizer(text)
		if err != nil || got.String() != want.String() {
			t.Errorf("%q is %v, %v; want %v", text, got, err, want)
		}
		if again, err := ParseOptimizer(got.String()); err != nil || again != got {
			t.Errorf("%v comes back as %v, %v", got, again, err)
		}
	}
	for text, want := range map[string]string{
		"adan":           `unknown optimizer "adan"; did you mean "adam"?`,
		"adam:0":         `optimizer "adam:0": lr is 0; it must be greater than 0`,
		"adam:beta2=1":   `optimizer "adam:beta2=1": beta2 is 1; it must be less than 1`,
		"sgd:nesterov=2": `optimizer "sgd:nesterov=2": nesterov is 2; it must be at most 1`,
		"sgd:nesterov=1": `learn: sgd: nesterov needs a momentum`,
	} {
		if _, err := ParseOptimizer(text); err == nil || err.Error() != want {
			t.Errorf("%q: %v\nwant %s", text, err, want)
		}
	}
}

func TestOptimizerCheck(t *testing.T) {
	for _, c := range []struct {
		o    Optimizer
		want string
	}{
		{Optimizer{Kind: SGDKind}, "learn: sgd: lr is 0; it must be greater than 0"},
		{Optimizer{Kind: SGDKind, LR: 1, Eps: 1}, "learn: sgd: beta1, beta2 and eps belong to adam and adamw"},
		{Optimizer{Momentum: 0.9}, "learn: adam: momentum and nesterov belong to sgd"},
		{Optimizer{LR: -1}, "learn: adam: lr is -1; it must be greater than 0"},
		{Optimizer{Kind: 9}, "learn: unknown optimizer 9"},
	} {
		if err := c.o.Check(); err == nil || err.Error() != c.want {
			t.Errorf("%+v: %v, want %s", c.o, err, c.want)
		}
	}
}
