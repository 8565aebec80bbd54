package datasets_test

import (
	"testing"

	"dvsim/datasets"
	"dvsim/internal/reference"
)

func BenchmarkOpenMNIST(b *testing.B) {
	dir := reference.Shared(b, "data", "mnist")
	for b.Loop() {
		if _, _, err := datasets.OpenMNIST(dir); err != nil {
			b.Fatal(err)
		}
	}
}
