package datasets_test

import (
	"context"
	"fmt"
	"testing"

	"dvsim/datasets"
	_ "dvsim/formats/all"
	"dvsim/internal/reference"
	"dvsim/network"
)

func digits34() *network.Input {
	return &network.Input{Shape: network.Shape{H: 34, W: 34, C: 2}, Polarity: network.Split}
}

// BenchmarkEncode reads and bins the 900 real training recordings.
func BenchmarkEncode(b *testing.B) {
	l, err := datasets.Find(reference.Shared(b, "data", "nmnist-small"), datasets.FindOptions{})
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	recs := append(l.Train, l.Test...)
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("recordings=%d/workers=%d", len(recs), workers), func(b *testing.B) {
			b.ReportAllocs()
			n := int64(0)
			for b.Loop() {
				_, rep, err := datasets.Encode(context.Background(), recs, datasets.Encoding{Input: digits34(), Bins: 25, Classes: l.Classes, Workers: workers})
				if err != nil {
					b.Fatal(err)
				}
				n += rep.Events
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
		})
	}
}
