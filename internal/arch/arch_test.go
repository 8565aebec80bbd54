package arch

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// allowed lists, for each package of the module (without its prefix "dvsim/"),
// what else of the module it may import. "*" at the end of a pattern matches any
// rest. Packages of the standard library and other modules are not judged, but
// for strict, below.
var allowed = map[string][]string{
	"dvsim":              {},
	"events":             {},
	"events/eventstest":  {"events"},
	"events/filter":      {"events"},
	"events/dvs":         {"events"},
	"aedat":              {"events"},
	"formats/nmnist":     {"events"},
	"formats/all":        {"aedat", "formats/*"},
	"queue":              {},
	"neuron":             {"internal/kernel"},
	"trace":              {"internal/npz"},
	"datasets":           {"events", "network", "trace"},
	"network":            {"events", "neuron", "internal/kernel", "internal/npz"},
	"sim":                {"events", "network", "neuron", "queue", "trace", "internal/kernel"},
	"learn":              {"network", "neuron", "trace", "internal/kernel", "internal/npz"},
	"effort":             {"network", "trace"},
	"render":             {"events", "trace"},
	"datasets/sample":    {"events", "aedat"},
	"datasets/saccades":  {"datasets", "datasets/strokes", "events", "events/dvs", "formats/nmnist"},
	"datasets/strokes":   {},
	"bench":              {"*"},
	"cmd/dvsim":          {"*"},
	"internal/kernel":    {},
	"internal/golden":    {},
	"internal/reference": {},
	"internal/npz":       {},
	"internal/arch":      {},
}

// generators are programs behind go:generate and measuring programs; they stand
// at the end of the road and may import anything.
func generator(pkg string) bool {
	return strings.HasSuffix(pkg, "/gen") || strings.HasPrefix(pkg, "bench/")
}

// strict packages import only the standard library and what the table gives them.
var strict = []string{"events", "events/filter", "events/dvs", "queue", "neuron", "sim", "internal/kernel"}

// thirdParty lists modules that a strict package may use all the same.
var thirdParty = map[string][]string{
	"internal/kernel": {"golang.org/x/sys/*"}, // what the processor can do
}

func TestImportDirections(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}}|{{join .Imports " "}}`, "dvsim/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		path, rest, _ := strings.Cut(strings.TrimSpace(line), "|")
		pkg := strings.TrimPrefix(path, "dvsim/")
		if generator(pkg) {
			continue
		}
		seen[pkg] = true
		may, ok := allowed[pkg]
		if !ok {
			t.Errorf("package %s is not in the table of internal/arch: add it with what it may import, and tell docs/architecture.md", pkg)
			continue
		}
		for _, imp := range strings.Fields(rest) {
			inner, own := strings.CutPrefix(imp, "dvsim/")
			switch {
			case own && !matches(may, inner):
				t.Errorf("%s imports %s: it may import %v; imports follow the road of the data (docs/architecture.md)", pkg, inner, may)
			case !own && strings.Contains(strings.SplitN(imp, "/", 2)[0], ".") && slices.Contains(strict, pkg) && !matches(thirdParty[pkg], imp):
				t.Errorf("%s imports %s: it may use only the standard library", pkg, imp)
			}
		}
	}
	for pkg := range allowed {
		if !seen[pkg] {
			t.Errorf("the table names package %s, which does not exist", pkg)
		}
	}
}

func matches(patterns []string, s string) bool {
	for _, p := range patterns {
		if ok, _ := filepath.Match(p, s); ok || p == "*" {
			return true
		}
	}
	return false
}

// TestLearnNeverImportsSim and its kin: rules that must hold even when somebody
// widens the table above.
func TestForbiddenEdges(t *testing.T) {
	for _, rule := range [][2]string{{"events", "network"}, {"aedat", "network"}, {"network", "sim"}, {"trace", "sim"}, {"learn", "sim"}, {"learn", "events"}, {"queue", "sim"}, {"neuron", "network"}} {
		if matches(allowed[rule[0]], rule[1]) {
			t.Errorf("the table lets %s import %s", rule[0], rule[1])
		}
	}
}
