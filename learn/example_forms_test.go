package learn_test

import (
	"fmt"

	"dvsim/learn"
	"dvsim/network"
)

func ExampleSurrogate() {
	for _, s := range []learn.Surrogate{learn.Atan(2), learn.FastSigmoid(25), learn.Tent(0.5)} {
		fmt.Printf("%-16v at the threshold %v, 0.1 below it %.3f\n", s, s.Grad(0), s.Grad(-0.1))
	}
	// Output:
	// atan:2           at the threshold 1, 0.1 below it 0.910
	// fast_sigmoid:25  at the threshold 1, 0.1 below it 0.082
	// tent:0.5         at the threshold 2, 0.1 below it 1.600
}

func ExampleParseSurrogate() {
	s, err := learn.ParseSurrogate("fast_sigmoid:slope=10")
	fmt.Println(s, err)
	_, err = learn.ParseSurrogate("fastsigmoid")
	fmt.Println(err)
	// Output:
	// fast_sigmoid:10 <nil>
	// unknown surrogate "fastsigmoid"; did you mean "fast_sigmoid"?
}

func ExampleLoss() {
	// Two samples of two steps, three neurons: neuron 0 spikes twice in the first
	// sample, neuron 2 once in the second.
	out := &learn.Output{Samples: 2, Steps: 2, Neurons: 3, Spikes: []float32{
		1, 0, 0, 1, 0, 0,
		0, 0, 1, 0, 0, 0,
	}}
	labels := []int{0, 2}
	g := &learn.Gradient{PerSpike: make([]float32, len(out.Spikes))}
	fmt.Printf("%.4f\n", learn.CrossEntropyCount().Of(out, labels, g))
	fmt.Printf("%.3f\n", g.PerSpike[:3])

	classes := make([]int, out.Samples)
	learn.Predict(classes, out, 0)
	fmt.Println(classes, learn.Accuracy(classes, labels))
	// Output:
	// 0.3955
	// [-0.107 0.053 0.053]
	// [0 2] 1
}

func ExampleRegulariser() {
	// In 10 samples of 20 steps one neuron was silent and one spiked 40 times.
	perSpike := make([]float32, 2)
	fmt.Printf("%.3f\n", learn.TargetRate(0.1, 1).Of([]float64{0, 40}, 10, 20, perSpike))
	fmt.Println(perSpike) // a spike of the first makes the loss smaller
	// Output:
	// 0.020
	// [-0.001 0.001]
}

func ExampleOptimizer() {
	for _, o := range []learn.Optimizer{{}, learn.AdamW(2e-3, 0.01), learn.SGD(0.1, 0.9)} {
		fmt.Println(o)
	}
	fmt.Println(learn.Optimizer{Kind: learn.SGDKind}.Check())
	// Output:
	// adam:lr=0.001:beta1=0.9:beta2=0.999:eps=1e-08:decay=0
	// adamw:lr=0.002:beta1=0.9:beta2=0.999:eps=1e-08:decay=0.01
	// sgd:lr=0.1:momentum=0.9:decay=0:nesterov=0
	// learn: sgd: lr is 0; it must be greater than 0
}

func ExampleSchedule() {
	s := learn.WarmupCosineSchedule(0.2, 0.1, 0)
	for epoch := range 6 {
		fmt.Printf("%.5f ", s.Rate(1e-3, float64(epoch), 5))
	}
	// Output:
	// 0.00010 0.00100 0.00085 0.00050 0.00015 0.00000
}

func ExamplePictures() {
	set := learn.PictureSet{
		Name: "dots", Pixels: []uint8{0, 255, 51, 0}, Size: 4, Labels: []uint8{1}, Classes: 2, Steps: 5,
	}
	for _, text := range []string{"constant", "latency:linear=1:normalize=1:clip=1", "rate:gain=0.5"} {
		set.Coding, _ = learn.ParseCoding(text)
		d, err := learn.Pictures(set)
		if err != nil {
			fmt.Println(err)
			return
		}
		var in learn.Input
		d.Fill(&in, 0, -1)
		fmt.Println(text, in.Source, in.Value, in.Ends)
	}
	// Output:
	// constant [1 2] [1 0.2] [2]
	// latency:linear=1:normalize=1:clip=1 [1 2] [] [1 1 1 2 2]
	// rate:gain=0.5 [1 1] [] [0 1 2 2 2]
}

func ExampleSequences() {
	d, err := learn.Sequences(learn.SequenceSet{
		Name: "steps", Values: []float32{0, 0.5, 0.5, 0.2}, Size: 1, Steps: 4, Labels: []int{0}, Classes: 1,
		Coding: learn.DeltaOptions{Threshold: 0.25, Off: true},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	var in learn.Input
	d.Fill(&in, 0, 0)
	for t := range d.Steps() {
		fmt.Println(in.Step(t))
	}
	// Output:
	// [] []
	// [0] [1]
	// [] []
	// [0] [-1]
}

func ExampleAugment() {
	a, err := learn.ParseAugment("shift=2,drop=0.1")
	if err != nil {
		fmt.Println(err)
		return
	}
	d, _ := learn.Pictures(learn.PictureSet{Name: "black", Pixels: make([]uint8, 9), Size: 9, Labels: []uint8{0}, Classes: 1, Steps: 1})
	_, err = a.Of(d, network.Flat(9), 1)
	fmt.Println(err)
	d, err = a.Of(d, network.Shape{H: 3, W: 3, C: 1}, 1)
	fmt.Println(a, d.Len(), err)
	// Output:
	// learn: shift: the samples have no rows and columns
	// shift=2,drop=0.1 1 <nil>
}
