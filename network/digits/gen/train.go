package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"dvsim/bench"
	"dvsim/datasets"
	"dvsim/datasets/saccades"
	"dvsim/events/dvs"
	"dvsim/internal/kernel"
	"dvsim/learn"
	"dvsim/network"
)

// logName is the log beside the network.
const logName = "digits.log"

// make trains the network and writes it into a folder.
func (s *settings) make(ctx context.Context, dir string) error {
	var text bytes.Buffer
	log := io.MultiWriter(os.Stdout, &text)
	n := s.untrained()
	t := s.trainer(n)
	defer t.Close()
	fmt.Fprintf(log, "go generate dvsim/network\n%s, kernels %s\n\n", bench.Machine(), kernel.Path())
	fmt.Fprintf(log, "strokes of seed %d to train on, of seed %d to judge by, seen by the sensor nmnist of the same seeds\n", s.trainSeed, s.testSeed)
	fmt.Fprintf(log, "network %s without biases, β %v, step %v, seed %d\n", n.Describe(), s.beta, time.Duration(s.stepUS)*time.Microsecond, s.seed)
	fmt.Fprintf(log, "loss %s, and %s on the spikes of %s; surrogate %v\n", t.Loss.Name(), t.Penalties[0].Name(), t.Penalties[0].Layer, t.Surrogate)
	fmt.Fprintf(log, "%v, schedule %v, batches of %d, augmented by %v\n\n", t.Optimizer, t.Schedule, t.Batch, s.augment)

	began := time.Now()
	trainPart, testPart := s.parts()
	train, err := s.encode(ctx, trainPart, s.trainSeed, n)
	if err != nil {
		return err
	}
	test, err := s.encode(ctx, testPart, s.testSeed, n)
	if err != nil {
		return err
	}
	fmt.Fprintf(log, "%d + %d recordings of %d steps in %.0f s\n", train.Len(), test.Len(), train.Steps(), time.Since(began).Seconds())
	if train, err = s.augment.Of(train, n.Input.Shape, s.seed); err != nil {
		return err
	}
	t.AfterEpoch = func(e learn.Epoch) error {
		_, err := fmt.Fprintf(log, "epoch %2d/%d  loss %.4f  train %.4f  test %.4f  spikes a recording: hidden %.0f, out %.0f  %.1f s\n",
			e.Epoch, s.epochs, e.Loss, e.TrainAccuracy, *e.TestAccuracy, e.HiddenSpikes, e.OutputSpikes, e.Seconds)
		return err
	}
	history, err := t.Fit(ctx, train, test)
	if err != nil {
		return err
	}
	last := history[len(history)-1]
	seconds := 0.0
	for _, e := range history {
		seconds += e.Seconds
	}
	fmt.Fprintf(log, "\naccuracy %.4f of %d test recordings, trained in %.0f s\n", *last.TestAccuracy, test.Len(), seconds)
	if err := network.Save(dir, n); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, logName), text.Bytes(), 0o644)
}

// encode records a part on the disk, where it stays for a moment, and turns it into
// samples for the network.
func (s *settings) encode(ctx context.Context, p saccades.Part, seed uint64, n *network.Network) (learn.Data, error) {
	tmp, err := os.MkdirTemp("", "digits-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(tmp)
	set := filepath.Join(tmp, "set")
	if _, err := saccades.Write(ctx, set, saccades.Options{Seed: seed, Workers: s.workers}, p); err != nil {
		return nil, err
	}
	l, err := datasets.Find(set, datasets.FindOptions{Classes: n.Layers[1].Labels})
	if err != nil {
		return nil, err
	}
	defer l.Close()
	samples, _, err := datasets.Encode(ctx, append(l.Train, l.Test...), datasets.Encoding{
		Input: &n.Input, Network: n.Name, DtUS: n.DtUS, DurationUS: dvs.NMNISTDuration, Classes: l.Classes, Workers: s.workers,
	})
	if err != nil {
		return nil, err
	}
	return learn.Spikes(samples), nil
}
