package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	_ "dvsim/formats/all"
	"dvsim/internal/kernel"
)

// Exit codes of the command.
const (
	exitOK          = 0
	exitFailure     = 1
	exitUsage       = 2
	exitSalvaged    = 3
	exitInterrupted = 130
)

// app is one call of the command: its streams and what it will exit with.
type app struct {
	in       io.Reader
	out, err io.Writer
	json     bool
	profile  profiles
	code     int
}

// usageError is an error of the caller's words, not of his data.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error {
	return usageError{fmt.Errorf(format, args...)}
}

// run is the whole command: arguments and streams in, exit code out.
func run(args []string, in io.Reader, out, errw io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	a := &app{in: in, out: out, err: errw}
	root := a.rootCommand()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errw)
	// A second interrupt ends the program the hard way.
	go func() { <-ctx.Done(); stop() }()
	err := root.ExecuteContext(ctx)
	if e := a.profile.stop(); err == nil {
		err = e
	}
	if err != nil {
		var usage usageError
		switch {
		case errors.Is(err, context.Canceled):
			fmt.Fprintln(errw, "dvsim: interrupted; what is printed and written covers what was done so far")
			return exitInterrupted
		case errors.As(err, &usage):
			fmt.Fprintf(errw, "dvsim: %v\n", err)
			return exitUsage
		case errors.Is(err, errReported):
			return exitFailure
		case errors.Is(err, syscall.EPIPE):
			return exitOK // the reader of our output has seen enough
		}
		fmt.Fprintf(errw, "dvsim: %v\n", err)
		return exitFailure
	}
	return a.code
}

// errReported is returned when the failures have been printed already, file by file.
var errReported = errors.New("some files failed")

// salvaged makes the exit code tell that something was lost.
func (a *app) salvaged() {
	if a.code == exitOK {
		a.code = exitSalvaged
	}
}

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "dvsim",
		Short: "Run spiking networks on event camera recordings, only where events arrive",
		Long: `dvsim reads a recording of an event camera (DVS), runs a spiking neural network
on it only where events arrive, and shows what happened.

Without a file, "dvsim run" takes a built-in recording of digits and a built-in
network that reads them.

Exit codes: 0 ok, 1 failure, 2 wrong usage, 3 salvaged with loss, 130 interrupted.`,
		Example: `  dvsim run                                     # the built-in recording and network
  dvsim run recording.aedat4 --raster out.png   # your own
  dvsim info recording.aedat4                   # what is in a file
  dvsim plot recording.aedat4                   # a picture of it`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			if s := cmd.SuggestionsFor(args[0]); len(s) > 0 {
				return usagef("there is no verb %q; did you mean %q? See: dvsim --help", args[0], s[0])
			}
			return usagef("there is no verb %q. See: dvsim --help", args[0])
		},
		PersistentPreRunE: func(*cobra.Command, []string) error {
			if err := kernel.Problem(); err != nil {
				return usageError{err}
			}
			return a.profile.start()
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SuggestionsMinimumDistance = 2
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%w. See: %s --help", err, cmd.CommandPath())
	})
	root.PersistentFlags().BoolVar(&a.json, "json", false, "print one JSON object a line on standard output")
	a.profile.register(root.PersistentFlags())
	root.AddCommand(a.runCommand(), a.trainCommand(), a.evalCommand(), a.infoCommand(), a.plotCommand(), a.convertCommand(), a.sampleCommand(), a.datasetCommand(), a.netCommand(), a.benchCommand(), a.versionCommand(), a.manCommand())
	return root
}

// argsError makes cobra's own argument checks usage errors.
func argsError(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usagef("%w. See: %s --help", err, cmd.CommandPath())
		}
		return nil
	}
}

// terminal reports whether w is a terminal.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// bold marks a heading on a terminal; NO_COLOR (no-color.org) turns it off.
func (a *app) bold(s string) string {
	if !terminal(a.out) || os.Getenv("NO_COLOR") != "" {
		return s
	}
	return "\x1b[1m" + s + "\x1b[0m"
}
