package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"dvsim/bench"
	"dvsim/internal/kernel"
)

func (a *app) benchMachineCommand() *cobra.Command {
	var workers int
	var child bool
	cmd := &cobra.Command{
		Use:   "machine",
		Short: "What this machine can do at most: additions and bytes a second",
		Long: `Measure the limits that the engines run into: how many weights a second our inner
loop adds onto accumulators, and how many bytes a second it reads for it, from
arrays that lie in each cache and in memory, on one core and on all. "scattered" are
rows of 256 bytes in no order. The tables of bench sparse-dense and bench networks
say what share of the L2 figure an engine reaches.`,
		Example: "  dvsim bench machine\n  dvsim bench machine --workers 1 --json",
		Args:    argsError(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			limits := bench.Limits(cores(workers))
			if child {
				return a.printJSON(limits)
			}
			if a.json {
				for _, l := range limits {
					if err := a.printJSON(struct {
						bench.Limit
						Kernel  string `json:"kernel"`
						Machine string `json:"machine"`
					}{l, kernel.Path(), bench.Machine()}); err != nil {
						return err
					}
				}
				return nil
			}
			fmt.Fprintf(a.out, "%s, kernels %s\n\n", bench.Machine(), kernel.Path())
			rows := []string{"cores\tarray\tadditions/s\tread\tscattered"}
			for _, l := range limits {
				rows = append(rows, fmt.Sprintf("%d\t%s, %s\t%s\t%s/s\t%s/s", l.Cores, l.Name, bytesText(int64(l.Bytes)), rate(l.Additions), bytesText(int64(l.Bandwidth)), bytesText(int64(l.Scattered))))
			}
			table(a.out, rows...)
			return nil
		},
	}
	cmd.Flags().IntVar(&workers, "workers", 0, "cores; 0: all")
	cmd.Flags().BoolVar(&child, "child", false, "print one list")
	_ = cmd.Flags().MarkHidden("child")
	return cmd
}

// limits measures what the machine can do with so many threads, in a process of its own.
func limits(ctx context.Context, threads int) ([]bench.Limit, error) {
	return bench.LimitsChild(ctx, "bench", "machine", "--child", "--workers", strconv.Itoa(threads))
}
