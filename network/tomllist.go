package network

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"dvsim/internal/npz"
)

// listFile reads synapses from a list beside the network file: a .csv with the columns
// source, target, weight and, if wanted, delay, or a .npz with arrays of these names.
func (b *synapseReader) listFile(name string) Synapses {
	path := name
	if b.r.file == "" {
		b.fail("synapses", fmt.Sprintf("%q cannot be read: the network is no file that it could lie beside", name), "")
		return &Sparse{}
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(b.r.file), path)
	}
	var list []Synapse
	var err error
	if strings.HasSuffix(name, ".npz") {
		list, err = b.listNPZ(path)
	} else {
		list, err = b.listCSV(path)
	}
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			err = errors.New("there is no such file")
		}
		b.fail("synapses", fmt.Sprintf("%s: %v", path, err), "")
	}
	if b.failed {
		return &Sparse{}
	}
	return NewSparse(b.in.Len(), list)
}

// listCSV reads lines "source,target,weight" or "source,target,weight,delay". The
// first line may name the columns. A delay is a time ("1.5ms"), or steps.
func (b *synapseReader) listCSV(path string) ([]Synapse, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var list []Synapse
	faults := 0
	in := bufio.NewScanner(f)
	for line := 1; in.Scan(); line++ {
		text := strings.TrimSpace(in.Text())
		if text == "" || text[0] == '#' || line == 1 && strings.HasPrefix(text, "source") {
			continue
		}
		if !b.r.afford(b.t, "synapses", 4) {
			b.failed = true
			return nil, nil
		}
		s, msg := b.csvLine(text)
		if msg == "" {
			list = append(list, s)
			continue
		}
		b.failed = true
		if faults++; faults <= 10 {
			b.r.found = append(b.r.found, Problem{File: path, Line: line, Where: b.t.where, Msg: msg})
		}
	}
	if faults > 10 {
		b.fail("synapses", fmt.Sprintf("%s further lines of %s are wrong", count(faults-10), path), "")
	}
	if err := in.Err(); err != nil {
		return nil, err
	}
	return list, nil
}

func (b *synapseReader) csvLine(text string) (s Synapse, msg string) {
	parts := strings.Split(text, ",")
	if len(parts) < 3 || len(parts) > 4 {
		return s, "a line is source,target,weight or source,target,weight,delay"
	}
	fields := make([]any, len(parts))
	for i, p := range parts {
		p = strings.TrimSpace(p)
		fields[i] = p
		if n, err := strconv.ParseInt(p, 10, 64); err == nil {
			fields[i] = n
		} else if x, err := strconv.ParseFloat(p, 64); err == nil && i == 2 {
			fields[i] = x
		}
	}
	return b.synapse(fields)
}

// listNPZ reads arrays source, target, weight and, if it is there, delay: in steps of a
// clocked network, else µs.
func (b *synapseReader) listNPZ(path string) ([]Synapse, error) {
	f, err := npz.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	names := []string{"source", "target", "delay"}
	var ints [3][]int64
	n := -1
	for i, name := range names {
		if !f.Has(name) {
			if name == "delay" {
				break
			}
			return nil, fmt.Errorf("it has no array %q", name)
		}
		st, err := f.Stat(name)
		if err != nil {
			return nil, err
		}
		if !b.r.afford(b.t, "synapses", 2*st.Len()) {
			b.failed = true
			return nil, nil
		}
		if ints[i], _, err = f.Int64s(name); err != nil {
			return nil, err
		}
		if n >= 0 && len(ints[i]) != n {
			return nil, fmt.Errorf("arrays of %s and %s elements", count(n), count(len(ints[i])))
		}
		n = len(ints[i])
	}
	if !f.Has("weight") {
		return nil, errors.New(`it has no array "weight"`)
	}
	w, _, err := f.Float32s("weight")
	if err != nil {
		return nil, err
	}
	if len(w) != n {
		return nil, fmt.Errorf("%s weights for %s synapses", count(len(w)), count(n))
	}
	list := make([]Synapse, n)
	for k := range list {
		delay := int64(0)
		if ints[2] != nil {
			delay = ints[2][k]
		}
		src, dst := ints[0][k], ints[1][k]
		switch {
		case src < 0 || src >= int64(b.in.Len()):
			return nil, fmt.Errorf("synapse %d: source %d does not exist, there are %s", k, src, count(b.in.Len()))
		case dst < 0 || dst >= int64(b.out.Len()):
			return nil, fmt.Errorf("synapse %d: target %d does not exist, there are %s", k, dst, count(b.out.Len()))
		case delay < 0 || delay > maxSynapses:
			return nil, fmt.Errorf("synapse %d: delay %d is impossible", k, delay)
		}
		list[k] = Synapse{int32(src), int32(dst), w[k], int32(delay)}
	}
	return list, nil
}
