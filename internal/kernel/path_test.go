package kernel

import (
	"os"
	"testing"
)

// TestForced: who runs the tests with DVSIM_KERNEL=avx2 wants AVX2 tested, not
// something else.
func TestForced(t *testing.T) {
	if err := Problem(); err != nil {
		t.Fatal(err)
	}
	if wish := os.Getenv(Variable); wish != "" && Path() != wish {
		t.Errorf("%s=%s, but the path in use is %s", Variable, wish, Path())
	}
}

func TestChoose(t *testing.T) {
	all := []path{generic, avx2, avx512}
	for _, c := range []struct {
		wish    string
		have    []path
		want    path
		problem string
	}{
		{"", all, avx512, ""},
		{"", all[:2], avx2, ""},
		{"", all[:1], generic, ""},
		{"generic", all, generic, ""},
		{"avx2", all, avx2, ""},
		{"avx512", all, avx512, ""},
		{"avx512", all[:2], avx2, "DVSIM_KERNEL=avx512: " + missing(avx512) + "; here there is generic, avx2"},
		{"sse", all, avx512, "DVSIM_KERNEL=sse: no such implementation; here there is generic, avx2, avx512"},
	} {
		got, err := choose(c.wish, c.have)
		if got != c.want {
			t.Errorf("wish %q of %v: %v, want %v", c.wish, c.have, got, c.want)
		}
		if (err == nil) != (c.problem == "") || err != nil && err.Error() != c.problem {
			t.Errorf("wish %q of %v: problem %v, want %q", c.wish, c.have, err, c.problem)
		}
	}
}
