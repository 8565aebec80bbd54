package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"dvsim/events"
	"dvsim/network"
)

func (a *app) netCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "net",
		Short: "Show, check and list networks",
		Args:  argsError(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.netShowCommand(), a.netCheckCommand(), a.netListCommand())
	return cmd
}

// netFlags are what a network needs to know besides its file.
type netFlags struct {
	size, weights string
}

func (f *netFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.size, "size", "", "sensor size WIDTHxHEIGHT, for networks that fit any sensor; default: the network's own, else "+network.DefaultGeometry.String())
	cmd.Flags().StringVar(&f.weights, "weights", "", "weights (.npz) in place of those that the network file names")
}

func (f *netFlags) load(name string) (*network.Network, error) {
	var g events.Geometry
	if f.size != "" {
		var err error
		if g, err = events.ParseGeometry(f.size); err != nil {
			return nil, usagef("--size: %w", err)
		}
	}
	net, err := network.Load(name, network.Options{Geometry: g, Weights: f.weights})
	return net, friendly(err)
}

func (a *app) netShowCommand() *cobra.Command {
	f := &netFlags{}
	cmd := &cobra.Command{
		Use:   "show NAME|FILE",
		Short: "Show the layers of a network",
		Example: `  dvsim net show digits
  dvsim net show edges --size 346x260
  dvsim net show net.toml --json`,
		Args: argsError(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			net, err := f.load(args[0])
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(net.Summarize())
			}
			return network.Show(net, a.out)
		},
	}
	f.register(cmd)
	return cmd
}

func (a *app) netCheckCommand() *cobra.Command {
	f := &netFlags{}
	cmd := &cobra.Command{
		Use:     "check FILE...",
		Short:   "Check network files and tell all their problems at once",
		Example: "  dvsim net check net.toml",
		Args:    argsError(cobra.MinimumNArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			type checked struct {
				File  string `json:"file"`
				OK    bool   `json:"ok"`
				Error string `json:"error,omitempty"`
			}
			return a.eachFile(args, func(name string) error {
				if _, err := f.load(name); err != nil {
					return err
				}
				if a.json {
					return a.printJSON(checked{File: name, OK: true})
				}
				_, err := fmt.Fprintf(a.out, "%s: ok\n", name)
				return err
			}, func(name string, err error) any { return checked{File: name, Error: err.Error()} })
		},
	}
	f.register(cmd)
	return cmd
}

func (a *app) netListCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the built-in networks",
		Example: "  dvsim net list",
		Args:    argsError(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			var rows []string
			for _, b := range network.Builtins() {
				if a.json {
					if err := a.printJSON(map[string]string{"name": b.Name, "doc": b.Doc}); err != nil {
						return err
					}
				}
				rows = append(rows, b.Name+"\t"+b.Doc)
			}
			if !a.json {
				table(a.out, rows...)
			}
			return nil
		},
	}
}
