package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// version is set by release builds: go build -ldflags "-X main.version=1.2.3".
var version = "0.1.0-dev"

// versionResult is what dvsim version tells.
type versionResult struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Tell the version",
		Example: "  dvsim version\n  dvsim version --json",
		Args:    argsError(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			v := versionResult{Version: version, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
			if info, ok := debug.ReadBuildInfo(); ok {
				for _, s := range info.Settings {
					if s.Key == "vcs.revision" {
						v.Revision = s.Value
					}
				}
			}
			if a.json {
				return a.printJSON(v)
			}
			fmt.Fprintf(a.out, "dvsim %s (%s, %s)", v.Version, v.Go, v.Platform)
			if v.Revision != "" {
				fmt.Fprintf(a.out, " %.12s", v.Revision)
			}
			fmt.Fprintln(a.out)
			return nil
		},
	}
}

func (a *app) manCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "man DIR",
		Short:   "Write the man pages into a folder",
		Example: "  dvsim man ~/.local/share/man/man1",
		Args:    argsError(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := makeDir(args[0]); err != nil {
				return err
			}
			root := cmd.Root()
			root.DisableAutoGenTag = true
			// A fixed date: the pages depend on the program only.
			date := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			err := doc.GenManTree(root, &doc.GenManHeader{Title: "DVSIM", Section: "1", Source: "dvsim " + version, Date: &date}, args[0])
			if err != nil {
				return friendly(err)
			}
			if !a.json {
				fmt.Fprintf(a.out, "man pages in %s; read one with: man -l %s/dvsim.1\n", args[0], args[0])
			}
			return nil
		},
	}
}

// makeDir makes a folder for output.
func makeDir(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return friendly(err)
	}
	return nil
}
