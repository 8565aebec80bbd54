package learn_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"dvsim/datasets/strokes"
	"dvsim/learn"
	"dvsim/network"
)

// digits are n drawn digits, shown for 25 steps as a constant current.
func digits(name string, from, n int) learn.Data {
	set := strokes.New(1)
	p := learn.PictureSet{
		Name: name, Pixels: make([]uint8, n*strokes.Pixels), Size: strokes.Pixels, Labels: make([]uint8, n), Classes: 10, Steps: 25,
	}
	for i := range n {
		p.Labels[i] = uint8(set.Picture(p.Pixels[i*strokes.Pixels:][:strokes.Pixels], uint64(from+i)))
	}
	d, err := learn.Pictures(p)
	if err != nil {
		log.Fatal(err)
	}
	return d
}

// The tutorial of snnTorch, with drawn digits in the place of MNIST's: 25 steps that
// all see the same picture, two layers of Leaky neurons, cross-entropy of the summed
// output spikes, Adam. docs/tutorial/from-snntorch.md has it line by line.
func Example() {
	train, test := digits("train", 0, 400), digits("test", 1000, 100)
	net, err := network.Load("tutorial", network.Options{Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	trainer := learn.Trainer{Net: net, Surrogate: learn.Atan(2), Loss: learn.CrossEntropyCount(), Optimizer: learn.Adam(1e-3), Batch: 32, Epochs: 3}
	defer trainer.Close()
	history, err := trainer.Fit(context.Background(), train, test)
	if err != nil {
		log.Fatal(err)
	}
	result, err := trainer.Evaluate(context.Background(), test)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(history), "epochs; four of five are right:", result.Accuracy() > 0.8)
	fmt.Println("the last epoch said so:", *history[2].TestAccuracy == result.Accuracy())
	// Output:
	// 3 epochs; four of five are right: true
	// the last epoch said so: true
}

// A run that is saved goes on later as if it had not stopped.
func ExampleTrainer_Restore() {
	dir, err := os.MkdirTemp("", "run")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	checkpoint := filepath.Join(dir, "checkpoint.npz")

	// train goes on from the checkpoint, if there is one, until so many epochs are done.
	train := func(net *network.Network, epochs int, resume bool) []learn.Epoch {
		t := learn.Trainer{Net: net, Epochs: epochs, Seed: 7}
		defer t.Close()
		if resume {
			if err := t.Restore(checkpoint); err != nil {
				log.Fatal(err)
			}
		}
		history, err := t.Fit(context.Background(), digits("train", 0, 300), nil)
		if err == nil {
			err = t.Save(checkpoint)
		}
		if err != nil {
			log.Fatal(err)
		}
		return history
	}
	fresh := func() *network.Network {
		net, err := network.Load("tutorial", network.Options{Seed: 1})
		if err != nil {
			log.Fatal(err)
		}
		return net
	}

	straight, stopped := fresh(), fresh()
	train(straight, 3, false)
	train(stopped, 1, false)
	history := train(stopped, 3, true)
	fmt.Println(len(history), "epochs, the same weights:", network.Diff(straight, stopped) == nil)
	// Output: 3 epochs, the same weights: true
}
