package all_test

import (
	"slices"
	"testing"

	"dvsim/events"
	_ "dvsim/formats/all"
)

func TestFormats(t *testing.T) {
	var names []string
	for _, f := range events.Formats() {
		names = append(names, f.Name)
		if f.Description == "" || len(f.Extensions) == 0 || f.Decode == nil {
			t.Errorf("format %s is incomplete: %+v", f.Name, f)
		}
	}
	for _, want := range []string{"aedat1", "aedat2", "aedat3", "aedat4", "aer16", "aer32", "nmnist"} {
		if !slices.Contains(names, want) {
			t.Errorf("format %s is not registered; there are %v", want, names)
		}
	}
}
