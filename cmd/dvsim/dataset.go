package main

import "github.com/spf13/cobra"

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
