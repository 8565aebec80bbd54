package network

import (
	"strings"
	"testing"
)

func TestKeyLines(t *testing.T) {
	text := `# a comment = with [brackets]
name = "a # b = [c]" # and "another"
doc = """
[not.a.table]
key = "no" \"""
still""""
'quo.ted' = 'x'
deep.er.key = 1
[input]
 width=3 # x
list = [ [1, 2], # one
  { a = 1,
    b = [ "]", '}' ] },
]
[[layer]]
size = 1
neuron = { beta = 0.5, "tau" = "1ms" }
  [[layer.in]]
  from = "x"
  [[layer.in]]
  from = "y"
[[layer]]
[layer.neuron]
beta = 1
time = 1979-05-27T07:32:00Z
last = true`
	got, _, ok := keyLines(text)
	if !ok {
		t.Fatal("too deep")
	}
	lines := strings.Split(text, "\n")
	for path, start := range map[string]string{
		"name": "name", "doc": "doc", "quo.ted": "'quo", "deep.er.key": "deep.er.key", "input": "[input]", "input.width": " width",
		"input.list": "list", "input.list[0]": "list", "input.list[1]": "  { a", "input.list[1].a": "  { a", "input.list[1].b": "    b",
		"layer[0].size": "size", "layer[0].neuron.tau": "neuron", "layer[0].in[0].from": `  from = "x"`, "layer[0].in[1].from": `  from = "y"`,
		"layer[1].neuron": "[layer.neuron]", "layer[1].neuron.beta": "beta = 1", "layer[1].neuron.last": "last",
	} {
		if n := got[path]; n == 0 || !strings.HasPrefix(lines[n-1], start) {
			t.Errorf("%s is said to be in line %d, it starts with %q", path, n, start)
		}
	}
	for path := range got {
		if strings.Contains(path, "not.a.table") || path == "key" {
			t.Errorf("%s is inside a text", path)
		}
	}
	for _, deep := range []string{"x = " + strings.Repeat("[", 1000), strings.Repeat("a.", 100000) + "a = 1", "[" + strings.Repeat("a.", 100000) + "a]"} {
		if _, _, ok := keyLines(deep); ok {
			t.Errorf("%.20q… passed", deep)
		}
	}
}

// FuzzKeyLines: any text at all ends, without a panic.
func FuzzKeyLines(f *testing.F) {
	f.Add("a = [ { b = \"\"\"x\"\"\" } ]\n[[c.d]]\n'e'.f = 1")
	f.Fuzz(func(_ *testing.T, text string) { keyLines(text) })
}

func TestSuggest(t *testing.T) {
	for _, c := range []struct{ wrong, want string }{
		{"treshold", "threshold"}, {"Threshold", "threshold"}, {"tua", "tau"}, {"betta", "beta"}, {"conv", "conv2d"}, {"xyz", ""}, {"", ""},
	} {
		if got := closest(c.wrong, []string{"threshold", "tau", "beta", "conv2d"}); got != c.want {
			t.Errorf("%q: %q, want %q", c.wrong, got, c.want)
		}
	}
}
