package main

import (
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
)

func (a *app) datasetCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "dataset",
		Short: "Make sets of labelled recordings, and tell what is in one",
		Args:  argsError(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.datasetMakeCommand(), a.datasetInfoCommand())
	return cmd
}

// tally shows a bar over things that are counted, as progress does over bytes.
type tally struct {
	bar  *progressbar.ProgressBar // nil: not on a terminal
	next time.Time
}

func (a *app) tally(what string, total int) *tally {
	t := &tally{next: time.Now().Add(time.Second)}
	if terminal(a.err) {
		t.bar = progressbar.NewOptions(total,
			progressbar.OptionSetWriter(os.Stderr),
			progressbar.OptionSetDescription(what),
			progressbar.OptionShowCount(),
			progressbar.OptionShowIts(),
			progressbar.OptionSetPredictTime(true),
			progressbar.OptionFullWidth(),
			progressbar.OptionClearOnFinish(),
			progressbar.OptionEnableColorCodes(false))
	}
	return t
}

// at tells how many are done; one goroutine at a time may call it.
func (t *tally) at(done int) {
	if t.bar == nil {
		return
	}
	if now := time.Now(); now.After(t.next) {
		t.next = now.Add(100 * time.Millisecond)
		_ = t.bar.Set(done) // a bar that cannot be drawn is no failure of the work
	}
}

// done takes the bar away.
func (t *tally) done() {
	if t.bar != nil {
		_ = t.bar.Clear()
	}
}
