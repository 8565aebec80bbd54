package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dvsim/learn"
)

// fit trains, epoch by epoch, and keeps the run folder up to date.
func (a *app) fit(ctx context.Context, t *learn.Trainer, s *trainSettings, d *loaded, folder *runFolder) error {
	train, err := s.augmented(d.train, t)
	if err != nil {
		return err
	}
	if !a.json {
		fmt.Fprintf(a.out, "%s: %s, %s weights, on %s\n", a.bold(t.Net.Name), t.Net.Describe(), count(int64(parameters(t.Net))), d.describe())
		if folder.resumed > 0 {
			fmt.Fprintf(a.out, "going on after epoch %d\n", folder.resumed)
		}
	}
	if folder.resumed >= s.Epochs {
		fmt.Fprintf(a.err, "dvsim: %s has its %d epochs; give more to go on: --epochs %d\n", folder.dir, folder.resumed, 2*folder.resumed)
	}
	bar := a.counter("training")
	t.Warn = func(w learn.Warning) {
		bar.clear()
		fmt.Fprintf(a.err, "dvsim: warning: epoch %d, batch %d: %s\n", w.Epoch, w.Batch, w.Text)
	}
	t.Progress = func(p learn.Progress) {
		bar.set(fmt.Sprintf("epoch %d/%d, loss %s", p.Epoch+1, p.Epochs, lossNumber(p.Loss)), p.Batch, p.Batches)
	}
	t.AfterEpoch = func(e learn.Epoch) error {
		bar.clear()
		if err := a.printEpoch(e, s.Epochs); err != nil {
			return err
		}
		return folder.after(t, e)
	}
	began := time.Now()
	_, fitErr := t.Fit(ctx, train, d.test)
	bar.clear()
	var diverged *learn.DivergedError
	switch interrupted := errors.Is(fitErr, context.Canceled); {
	case errors.As(fitErr, &diverged):
		return fmt.Errorf("%w; %s", fitErr, folder.left())
	case fitErr != nil && !interrupted:
		return fitErr
	}
	if err := folder.finish(t, d); err != nil {
		return err
	}
	if fitErr != nil {
		fmt.Fprintf(a.err, "dvsim: a checkpoint is saved; go on with: dvsim train --resume %s\n", folder.dir)
		return fitErr
	}
	if !a.json {
		fmt.Fprintf(a.out, "trained in %.1f s; to judge it: dvsim eval %s\n", time.Since(began).Seconds(), folder.dir)
	}
	return nil
}

// augmented is the training data as --augment changes it.
func (s *trainSettings) augmented(d learn.Data, t *learn.Trainer) (learn.Data, error) {
	change, err := learn.ParseAugment(s.Augment)
	if err == nil {
		d, err = change.Of(d, t.Net.Input.Shape, s.Seed)
	}
	if err != nil {
		return nil, usagef("--augment: %w", err)
	}
	return d, nil
}

// epochLine is what --json prints of an epoch; history.jsonl has more.
type epochLine struct {
	Epoch         int      `json:"epoch"`
	Loss          float64  `json:"loss"`
	TrainAccuracy float64  `json:"train_accuracy"`
	TestAccuracy  *float64 `json:"test_accuracy"`
	HiddenSpikes  float64  `json:"hidden_spikes"` // a sample
	Seconds       float64  `json:"seconds"`
}

// printEpoch prints one epoch.
func (a *app) printEpoch(e learn.Epoch, epochs int) error {
	if a.json {
		return a.printJSON(epochLine{e.Epoch, e.Loss, e.TrainAccuracy, e.TestAccuracy, e.HiddenSpikes, e.Seconds})
	}
	test := ""
	if e.TestAccuracy != nil {
		test = fmt.Sprintf("  test %5.2f %%", 100**e.TestAccuracy)
	}
	_, err := fmt.Fprintf(a.out, "epoch %*d/%d  loss %s  train %5.2f %%%s  %4.0f spikes a sample  %.2f s\n",
		len(fmt.Sprint(epochs)), e.Epoch, epochs, lossNumber(e.Loss), 100*e.TrainAccuracy, test, e.HiddenSpikes+e.OutputSpikes, e.Seconds)
	return err
}

// lossNumber writes a loss with four decimals, or with powers of ten where it has
// exploded.
func lossNumber(x float64) string {
	if x >= 1e5 {
		return fmt.Sprintf("%.3g", x)
	}
	return fmt.Sprintf("%.4f", x)
}
