package main

import (
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
)

// progress shows a bar with rate and time left on a terminal, for work that
// takes longer than a second. On anything but a terminal it does nothing.
type progress struct {
	o     *opened
	name  string
	start time.Time
	bar   *progressbar.ProgressBar
	next  time.Time
	on    bool
}

func (a *app) progress(name string, o *opened) *progress {
	now := time.Now()
	return &progress{o: o, name: displayName(name), start: now, next: now.Add(time.Second), on: terminal(a.err)}
}

// tick is called once a batch of events.
func (p *progress) tick() {
	if !p.on {
		return
	}
	now := time.Now()
	if now.Before(p.next) {
		return
	}
	p.next = now.Add(100 * time.Millisecond)
	if p.bar == nil {
		p.bar = progressbar.NewOptions64(p.o.size,
			progressbar.OptionSetWriter(os.Stderr),
			progressbar.OptionSetDescription(p.name),
			progressbar.OptionShowBytes(true),
			progressbar.OptionSetPredictTime(p.o.size > 0),
			progressbar.OptionFullWidth(),
			progressbar.OptionClearOnFinish(),
			progressbar.OptionEnableColorCodes(false))
	}
	_ = p.bar.Set64(p.o.read.Load()) // a bar that cannot be drawn is no failure of the work
}

// done takes the bar away.
func (p *progress) done() {
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}
