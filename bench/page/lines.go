package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"dvsim/bench"
)

// decodeLines reads one JSON object a line.
func decodeLines[T any](text []byte) ([]T, error) {
	var list []T
	dec := json.NewDecoder(bytes.NewReader(text))
	for {
		var v T
		err := dec.Decode(&v)
		switch {
		case errors.Is(err, io.EOF):
			return list, nil
		case err != nil:
			return nil, fmt.Errorf("object %d: %w", len(list)+1, err)
		}
		list = append(list, v)
	}
}

func seconds(s float64) string {
	if s < 0.1 {
		return fmt.Sprintf("%.3g ms", 1e3*s)
	}
	return fmt.Sprintf("%.3g s", s)
}

func megabytes(b int64) string { return fmt.Sprintf("%.0f MB", float64(b)/(1<<20)) }

// networkTables shows the runs of bench networks --json, all jobs in one table.
func networkTables(text []byte, p *printer) error {
	list, err := decodeLines[bench.NetworkLine](text)
	if err != nil || len(list) == 0 {
		return err
	}
	fmt.Fprintf(p, "Machine: %s\n\n", list[0].Machine)
	p.head("job", "program", "fastest", "median", "runs", "ratio", "spikes", "rate", "synaptic events/s", "of L2 limit", "build", "peak memory")
	ours := map[string]bench.NetworkLine{}
	for _, l := range list {
		if l.NetworkRun == nil {
			return errors.New("an object without a run")
		}
		if l.Who == "dvsim" {
			ours[l.Job] = l
		}
	}
	for _, l := range list {
		who := strings.TrimSpace(l.Who + " " + l.Version)
		if l.Error != "" {
			p.row(l.Job, who, "failed", "", "", "", "", "", "", "", "", "")
			continue
		}
		rate, share := "", ""
		if l.Additions > 0 {
			rate, share = fmt.Sprintf("%.4g M", l.Additions/1e6), fmt.Sprintf("%.2g %%", 100*l.L2Share)
		}
		p.row(l.Job, who, seconds(l.Best), seconds(l.Median), fmt.Sprint(len(l.Seconds)), fmt.Sprintf("%.3g", l.Ratio), strings.Trim(fmt.Sprint(l.Spikes), "[]"),
			fmt.Sprintf("%.3g Hz", l.RateHz), rate, share, seconds(l.Build), megabytes(l.PeakBytes))
		if l.Ratio < 1 && l.Ratio > 0 {
			p.lose("Network %s: %s needs %.2f of our time", l.Job, who, l.Ratio)
		}
		if us := ours[l.Job]; us.NetworkRun != nil && us.PeakBytes > l.PeakBytes {
			p.lose("Network %s: %s needs %s of memory, we %s", l.Job, who, megabytes(l.PeakBytes), megabytes(us.PeakBytes))
		}
	}
	return nil
}

// machineTable shows the limits of bench machine --json.
func machineTable(text []byte, p *printer) error {
	type line struct {
		bench.Limit
		Kernel, Machine string
	}
	list, err := decodeLines[line](text)
	if err != nil || len(list) == 0 {
		return err
	}
	fmt.Fprintf(p, "Machine: %s, kernels %s\n\n", list[0].Machine, list[0].Kernel)
	p.head("cores", "array", "additions/s", "read", "scattered rows")
	for _, l := range list {
		p.row(fmt.Sprint(l.Cores), fmt.Sprintf("%s, %d KB a core", l.Name, l.Bytes>>10), fmt.Sprintf("%.3g G", l.Additions/1e9),
			fmt.Sprintf("%.3g GB/s", l.Bandwidth/1e9), fmt.Sprintf("%.3g GB/s", l.Scattered/1e9))
	}
	return nil
}

// sparseTable shows the cells of bench sparse-dense --json.
func sparseTable(text []byte, p *printer) error {
	type line struct {
		bench.Cell
		Machine string
		L2Share float64 `json:"l2_share"`
	}
	list, err := decodeLines[line](text)
	if err != nil || len(list) == 0 {
		return err
	}
	fmt.Fprintf(p, "Machine: %s\n\n", list[0].Machine)
	p.head("step", "activity", "neurons", "event", "dense", "dense ÷ event", "of L2 limit")
	for _, l := range list {
		p.row(fmt.Sprintf("%g ms", float64(l.StepUS)/1e3), fmt.Sprintf("%.3g %%", 100*l.Activity), fmt.Sprint(l.Size), seconds(l.Event), seconds(l.Dense),
			fmt.Sprintf("%.3g", l.Ratio()), fmt.Sprintf("%.2g %%", 100*l.L2Share))
		if l.Ratio() < 1 {
			p.lose("Sparse against dense: at a step of %g ms, %.3g %% activity and %d neurons dense is %.2f times faster", float64(l.StepUS)/1e3, 100*l.Activity, l.Size, 1/l.Ratio())
		}
	}
	return nil
}

// trainTables shows the runs of bench train --json.
func trainTables(text []byte, p *printer) error {
	type line struct {
		bench.TrainRun
		BestS   float64 `json:"best_s"`
		MedianS float64 `json:"median_s"`
		Machine string
	}
	list, err := decodeLines[line](text)
	if err != nil || len(list) == 0 {
		return err
	}
	fmt.Fprintf(p, "Machine: %s\n\n", list[0].Machine)
	ours := map[string]float64{}
	for _, l := range list {
		if b, ok := ours[l.Job]; strings.HasPrefix(l.Who, "dvsim") && (!ok || l.BestS < b) {
			ours[l.Job] = l.BestS
		}
	}
	p.head("job", "program", "epoch, fastest", "median", "ratio", "peak memory")
	for _, l := range list {
		ratio := l.BestS / ours[l.Job]
		p.row(l.Job, l.Who, seconds(l.BestS), seconds(l.MedianS), fmt.Sprintf("%.3g", ratio), megabytes(l.PeakBytes))
		if ratio < 1 {
			p.lose("Training %s: %s needs %.2f of our time", l.Job, l.Who, ratio)
		}
	}
	return nil
}
