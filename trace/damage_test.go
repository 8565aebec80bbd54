package trace

import (
	"bytes"
	"encoding/binary"
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestEveryTruncationIsSeen(t *testing.T) {
	b := encode(t, tiny())
	for n := range b {
		_, _, err := decode(b[:n], Options{})
		var fe *FormatError
		if !errors.Is(err, ErrTruncated) || !errors.As(err, &fe) || fe.Offset > int64(n) {
			t.Fatalf("cut after %d of %d bytes: %v", n, len(b), err)
		}
	}
}

func TestEveryFlippedByteIsSeen(t *testing.T) {
	b := encode(t, tiny())
	for i := range b {
		c := bytes.Clone(b)
		c[i] ^= 0x20
		if _, _, err := decode(c, Options{}); err == nil {
			t.Fatalf("byte %d of %d was changed and nobody noticed", i, len(b))
		}
	}
	if _, _, err := decode(append(bytes.Clone(b), 0), Options{}); !errors.Is(err, ErrCorrupt) {
		t.Errorf("a byte too many: %v", err)
	}
	later := bytes.Clone(b)
	later[8] = 2
	if _, _, err := decode(later, Options{}); !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), "version 2") {
		t.Errorf("a later version: %v", err)
	}
	if _, _, err := decode([]byte("#!AER-DAT2.0\r\n1234567890"), Options{}); !errors.Is(err, ErrNotTrace) {
		t.Errorf("another format: %v", err)
	}
}

// blocks lists the places of the blocks of a file.
func blocks(b []byte) (at []int, info []blockInfo) {
	for i := 16 + int(binary.LittleEndian.Uint32(b[12:])) + 4; ; {
		var x blockInfo
		if !x.get(b[i:]) {
			return at, info
		}
		at, info = append(at, i), append(info, x)
		i += blockHeader + int(x.stored)
	}
}

// TestSalvageLosesOneBlock: damage anywhere in one block costs this block and nothing else.
func TestSalvageLosesOneBlock(t *testing.T) {
	s := large()
	whole := encode(t, s)
	at, info := blocks(whole)
	truth := [][][3]int64{s.flat(0), s.flat(1)}
	for k := range at {
		if testing.Short() && k%5 > 0 {
			continue
		}
		for _, where := range []int{0, 10, blockHeader + 5, blockHeader + int(info[k].stored) - 16} {
			b := bytes.Clone(whole)
			for i := range 16 {
				b[at[k]+where+i] ^= 0xa5
			}
			_, _, err := decode(b, Options{})
			var fe *FormatError
			if !errors.As(err, &fe) || fe.Offset != int64(at[k]) {
				t.Fatalf("block %d at byte %d: strict reading says %v", k, at[k], err)
			}
			got, r, err := decode(b, Options{Salvage: true})
			if err != nil {
				t.Fatal(err)
			}
			size := int64(blockHeader) + int64(info[k].stored)
			if l := r.Loss(); l.Spikes != int64(info[k].spikes) || l.Bytes != size || l.Truncated || len(l.Gaps) != 1 {
				t.Fatalf("block %d with %d spikes, %d bytes: loss = %+v", k, info[k].spikes, size, l)
			}
			if got.duration != s.duration {
				t.Fatalf("duration %d", got.duration)
			}
			for layer := range s.info.Layers {
				want, have := truth[layer], got.flat(layer)
				lost := 0
				if int(info[k].layer) == layer {
					lost = int(info[k].spikes)
				}
				if len(have) != len(want)-lost {
					t.Fatalf("block %d: layer %d has %d of %d spikes, %d lost", k, layer, len(have), len(want), lost)
				}
				n := 0 // what is left is the truth with one stretch cut out
				for n < len(have) && have[n] == want[n] {
					n++
				}
				if !slices.Equal(have[n:], want[n+lost:]) {
					t.Fatalf("block %d: layer %d: the rest is not the truth", k, layer)
				}
			}
		}
	}
}

func TestSalvageOfACutFile(t *testing.T) {
	s := large()
	whole := encode(t, s)
	at, _ := blocks(whole)
	for _, cut := range []int{at[0], at[0] + 3, at[3], at[3] + 20, at[3] + 1000, len(whole) - 1} {
		got, r, err := decode(whole[:cut], Options{Salvage: true})
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		if !r.Loss().Truncated || !r.Loss().Any() {
			t.Errorf("cut at %d: loss = %+v", cut, r.Loss())
		}
		for layer := range s.info.Layers {
			have, want := got.flat(layer), s.flat(layer)
			if !slices.Equal(have, want[:len(have)]) {
				t.Errorf("cut at %d: layer %d: not the beginning of the truth", cut, layer)
			}
			if len(have) > 0 && got.duration <= have[len(have)-1][0] {
				t.Errorf("cut at %d: duration %d is before the last spike", cut, got.duration)
			}
		}
	}
	// Bytes after the footer are named, and cost nothing else.
	got, r, err := decode(append(bytes.Clone(whole), "more"...), Options{Salvage: true})
	if err != nil || r.Loss().Bytes != 4 || r.Loss().Spikes != 0 || r.Loss().Truncated {
		t.Fatalf("%v, %+v", err, r.Loss())
	}
	sameSpikes(t, got, s)
	// A block that is missing without a trace shows in the footer's totals.
	next := at[2]
	gone := slices.Concat(whole[:at[1]], whole[next:])
	if _, _, err := decode(gone, Options{}); !errors.Is(err, ErrCorrupt) {
		t.Errorf("a block is gone: %v", err)
	}
}

// TestDeclaredSizesDoNotAllocate: a few bytes that declare gigabytes cost little.
func TestDeclaredSizesDoNotAllocate(t *testing.T) {
	head := append([]byte(fileMagic), 1, 0, 0, 0)
	hugeInfo := binary.LittleEndian.AppendUint32(bytes.Clone(head), maxInfo)
	tooHuge := binary.LittleEndian.AppendUint32(bytes.Clone(head), 1<<31)
	var block bytes.Buffer
	w := NewWriter(&block)
	if err := w.Begin(tiny().info); err != nil {
		t.Fatal(err)
	}
	x := blockInfo{stored: maxRaw, raw: maxRaw, spikes: blockSpikes, groups: blockSpikes, last: 1 << 40}
	hugeBlock := append(block.Bytes(), make([]byte, blockHeader)...)
	x.put(hugeBlock[len(hugeBlock)-blockHeader:])
	for name, c := range map[string]struct {
		bytes []byte
		want  error
	}{
		"description":      {hugeInfo, ErrTruncated},
		"huge description": {tooHuge, ErrTooLarge},
		"block":            {hugeBlock, ErrTruncated},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, err := decode(c.bytes, Options{})
		runtime.ReadMemStats(&after)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		// The window of the reader and the tables of the decompressor.
		if n := after.TotalAlloc - before.TotalAlloc; n > 3<<20 {
			t.Errorf("%s: %d bytes allocated for a file of %d", name, n, len(c.bytes))
		}
	}
}

// FuzzReader: no panic, bounded memory, and what is read can be written and read
// again as the same trace.
func FuzzReader(f *testing.F) {
	f.Add(encode(f, tiny()))
	f.Add(encode(f, &script{info: Info{Layers: []Layer{{H: 1, W: 1, C: 1}}}}))
	f.Add(encode(f, &script{info: Info{Layers: []Layer{{H: 1, W: 70000, C: 1}}}, calls: []call{{0, 5, upTo(70000), nil}}, duration: 6}))
	f.Add([]byte(fileMagic))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, opt := range []Options{{}, {Salvage: true}} {
			s, r, err := decode(b, opt)
			if err != nil {
				continue
			}
			if !opt.Salvage && r.Loss().Any() {
				t.Fatal("strict reading lost something")
			}
			again, _, err := decode(encode(t, s), Options{})
			if err != nil {
				t.Fatalf("what was read cannot be read again: %v", err)
			}
			sameSpikes(t, again, s)
		}
	})
}

func upTo(n uint32) (all []uint32) {
	for i := range n {
		all = append(all, i)
	}
	return all
}

// FuzzBlock gets past the checksums: any content of a block, sealed as a writer would.
func FuzzBlock(f *testing.F) {
	b := encode(f, tiny())
	at, info := blocks(b)
	w := NewWriter(&bytes.Buffer{})
	if err := w.Begin(tiny().info); err != nil {
		f.Fatal(err)
	}
	r, err := NewReader(bytes.NewReader(b), Options{})
	if err != nil {
		f.Fatal(err)
	}
	if err := r.prepare(); err != nil {
		f.Fatal(err)
	}
	for i, x := range info {
		raw, err := r.dec.DecodeAll(b[at[i]+blockHeader:][:x.stored], nil)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(x.layer, x.flags, x.spikes, x.groups, x.first, x.last, raw)
		f.Add(x.layer, x.flags|flagMore, x.spikes, x.groups, x.first, x.last, raw)
	}
	head := b[:at[0]]
	f.Fuzz(func(t *testing.T, layer, flags uint16, spikes, groups uint32, first, last int64, raw []byte) {
		payload := w.enc.EncodeAll(raw, nil)
		x := blockInfo{layer, flags, uint32(len(payload)), uint32(len(raw)), spikes, groups, first, last, checksum(payload)}
		block := make([]byte, blockHeader, blockHeader+len(payload))
		x.put(block)
		block = append(block, payload...)
		file := slices.Concat(head, block, block) // twice: the second cannot be in order
		if _, _, err := decode(file, Options{}); err == nil {
			t.Fatal("a file without footer is accepted")
		}
		s, r, err := decode(file, Options{Salvage: true})
		if err != nil {
			t.Fatalf("salvage: %v", err)
		}
		if !r.Loss().Truncated {
			t.Fatalf("loss = %+v", r.Loss())
		}
		again, _, err := decode(encode(t, s), Options{})
		if err != nil {
			t.Fatalf("what was read cannot be written and read again: %v", err)
		}
		sameSpikes(t, again, s)
	})
}
