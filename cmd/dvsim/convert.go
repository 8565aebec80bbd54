package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"dvsim/events"
)

func (a *app) convertCommand() *cobra.Command {
	f := &inputFlags{}
	var to, compression string
	cmd := &cobra.Command{
		Use:   "convert IN OUT",
		Short: "Write a recording in another format",
		Long: `Read a recording and write it in the format of the extension of OUT, with
frames, IMU readings and triggers where both formats have them. What the target
cannot hold is an error or is counted, never left out in silence. OUT appears
only when it is complete.`,
		Example: `  dvsim convert recording.aedat recording.aedat4
  dvsim convert recording.aedat4 small.aedat4 --compression zstd --from 200ms --to 1s
  dvsim convert recording.aedat4 recording.aedat --as aedat3`,
		Args: argsError(cobra.ExactArgs(2)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.convert(cmd.Context(), f, args[0], args[1], to, events.WriteOptions{Compression: compression})
		},
	}
	f.register(cmd)
	cmd.Flags().StringVar(&to, "as", "", "format to write; default: by the extension of OUT")
	cmd.Flags().StringVar(&compression, "compression", "", "none, lz4, lz4-high, zstd or zstd-high (AEDAT 4)")
	return cmd
}

// convertResult is what dvsim convert tells.
type convertResult struct {
	File        string `json:"file"`
	Out         string `json:"out"`
	Format      string `json:"format"`
	Events      int64  `json:"events"`
	Frames      int64  `json:"frames"`
	IMU         int64  `json:"imu"`
	Triggers    int64  `json:"triggers"`
	LeftOut     int64  `json:"left_out_records"` // frames, readings and triggers that the target cannot hold
	LostPackets int64  `json:"lost_packets"`
	LostBytes   int64  `json:"lost_bytes"`
}

func (a *app) convert(ctx context.Context, f *inputFlags, in, out, as string, opt events.WriteOptions) error {
	res := convertResult{File: displayName(in), Out: out}
	var sink events.RecordWriter
	// Frames, readings and triggers outside --from and --to stay with the whole
	// recording: only events are cut.
	tap := events.Tap{
		Frame: func(fr *events.Frame) error {
			if sink == nil {
				res.LeftOut++
				return nil
			}
			res.Frames++
			return sink.WriteFrame(fr)
		},
		IMU: func(s []events.IMU) error {
			if sink == nil {
				res.LeftOut += int64(len(s))
				return nil
			}
			res.IMU += int64(len(s))
			return sink.WriteIMU(s)
		},
		Trigger: func(s []events.Trigger) error {
			if sink == nil {
				res.LeftOut += int64(len(s))
				return nil
			}
			res.Triggers += int64(len(s))
			return sink.WriteTriggers(s)
		},
	}
	o, err := a.open(in, f, tap)
	if err != nil {
		return err
	}
	defer o.Close()
	w, err := events.Create(out, as, o.Header(), opt)
	if err != nil {
		return friendly(err)
	}
	defer w.Abort()
	sink, _ = w.Records()
	bar := a.progress(in, o)
	res.Events, err = events.Copy(w, &watched{Reader: &untilDone{o.Reader, ctx}, batch: func([]events.Event) { bar.tick() }})
	bar.done()
	if err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	res.Format = w.Format()
	loss := o.rec.Report().Loss
	res.LostPackets, res.LostBytes = loss.Packets, loss.Bytes
	if loss.Any() || res.LeftOut > 0 {
		a.salvaged()
	}
	if a.json {
		return a.printJSON(res)
	}
	fmt.Fprintf(a.out, "%s: %s, %s events, %s frames, %s IMU readings, %s triggers\n", out, res.Format, count(res.Events), count(res.Frames), count(res.IMU), count(res.Triggers))
	if res.LeftOut > 0 {
		fmt.Fprintf(a.err, "dvsim: %s holds no frames, IMU readings or triggers: %s of them were left out\n", res.Format, count(res.LeftOut))
	}
	a.printLoss(loss)
	return nil
}
