package datasets_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"dvsim/datasets"
	"dvsim/network"
)

// Two recordings in memory (5-byte events, as in N-MNIST) become samples of four steps.
func Example() {
	recs := []datasets.Recording{
		datasets.Memory("0/1.bin", 0, []byte{1, 0, 0x80, 0, 10, 1, 0, 0x80, 0, 20, 2, 0, 0x00, 0, 90}),
		datasets.Memory("1/1.bin", 1, nil),
	}
	in := network.Input{Shape: network.Shape{H: 34, W: 34, C: 2}}
	set, report, err := datasets.Encode(context.Background(), recs, datasets.Encoding{Input: &in, DtUS: 25, Steps: 4, Classes: []string{"zero", "one"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range set.Samples {
		s := &set.Samples[i]
		fmt.Println(s.Name, set.Classes[s.Label], s.Spikes(), "spikes,", len(s.Step(0)), "entry in the first step")
	}
	fmt.Print(&report)
	// Output:
	// 0/1.bin zero 3 spikes, 1 entry in the first step
	// 1/1.bin one 0 spikes, 0 entry in the first step
	// 1 recording without events (silent samples) (1/1.bin)
}

// A folder of class folders is a data set; a tenth of it is kept for validation.
func ExampleFind() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	for _, class := range []string{"10", "9"} {
		for i := range 10 {
			name := filepath.Join(dir, class, fmt.Sprintf("%d.bin", i))
			os.MkdirAll(filepath.Dir(name), 0o755)
			os.WriteFile(name, []byte{1, 2, 0x80, 0, 10}, 0o644)
		}
	}
	l, err := datasets.Find(dir, datasets.FindOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer l.Close()
	train, validation, err := l.Split(0.1, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(l.Kind, l.Classes, len(train), len(validation))
	// Output: folder [9 10] 18 2
}
