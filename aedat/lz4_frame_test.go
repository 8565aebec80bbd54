package aedat

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"runtime"
	"testing"

	"dvsim/events"

	"github.com/pierrec/lz4/v4"
)

// lz4Sample is compressible data with long and short matches and runs.
func lz4Sample(n int, seed uint64) []byte {
	rng := rand.New(rand.NewPCG(seed, 1))
	b := make([]byte, 0, n)
	for len(b) < n {
		switch k := rng.IntN(60); {
		case k < 20 && len(b) > 0:
			at := rng.IntN(len(b))
			b = append(b, b[at:min(len(b), at+4+rng.IntN(3000))]...)
		case k < 25:
			b = append(b, bytes.Repeat([]byte{byte(k)}, 1+rng.IntN(500))...)
		default:
			for range 1 + rng.IntN(40) {
				b = append(b, byte(rng.Uint32()))
			}
		}
	}
	return b[:n]
}

// lz4Library makes a frame with the library's Writer.
func lz4Library(t testing.TB, data []byte, opts ...lz4.Option) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := lz4.NewWriter(&buf)
	if err := w.Apply(append(opts, lz4.ConcurrencyOption(1))...); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestLZ4FramesOfTheLibrary(t *testing.T) {
	var z lz4Decoder
	var out []byte
	for _, n := range []int{1, 13, 1000, 65536, 65537, 300_000} {
		data := lz4Sample(n, uint64(n))
		for _, size := range []lz4.BlockSize{lz4.Block64Kb, lz4.Block256Kb, lz4.Block1Mb, lz4.Block4Mb} {
			for flags := range 8 {
				opts := []lz4.Option{lz4.BlockSizeOption(size), lz4.ChecksumOption(flags&1 > 0), lz4.BlockChecksumOption(flags&2 > 0)}
				if flags&4 > 0 {
					opts = append(opts, lz4.SizeOption(uint64(n)))
				}
				frame := lz4Library(t, data, opts...)
				var sure bool
				var err error
				out, sure, err = z.decode(out, frame, 1<<30)
				if err != nil || !bytes.Equal(out, data) || sure != (flags&1 > 0) {
					t.Fatalf("%d bytes, blocks of %v, flags %b: %v, sure %v", n, size, flags, err, sure)
				}
				// Two frames behind one another are one content.
				if out, _, err = z.decode(out, append(frame, frame...), 1<<30); err != nil || len(out) != 2*n {
					t.Fatalf("two frames: %v", err)
				}
				if _, _, err := z.decode(nil, frame, n-1); !errors.Is(err, events.ErrTooLarge) && !errors.Is(err, events.ErrCorrupt) {
					t.Fatalf("limit: %v", err)
				}
			}
		}
		legacy := lz4Library(t, data, lz4.LegacyOption(true))
		if got, sure, err := z.decode(nil, legacy, 1<<30); err != nil || sure || !bytes.Equal(got, data) {
			t.Fatalf("legacy frame of %d bytes: %v", n, err)
		}
	}
}

// lz4Linked writes a frame whose blocks refer to the 64 KiB before them, as
// liblz4 does and the library's Writer does not: matches are taken from the last
// block with a match finder of a few lines.
func lz4Linked(data []byte) []byte {
	b := []byte{0x04, 0x22, 0x4D, 0x18, 0x40, 0x40, 0}
	b[6] = byte(v4XXH32(b[4:6]) >> 8)
	for from := 0; from < len(data); from += 64 << 10 {
		block := lz4BlockWith(data[:min(len(data), from+64<<10)], from)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(block)))
		b = append(b, block...)
	}
	return append(b, 0, 0, 0, 0)
}

// lz4BlockWith compresses data[from:], with matches that may begin before from.
func lz4BlockWith(data []byte, from int) []byte {
	var out []byte
	length := func(n int) {
		for ; n >= 255; n -= 255 {
			out = append(out, 255)
		}
		out = append(out, byte(n))
	}
	seen := map[[8]byte]int{}
	at, lit := max(0, from-64<<10+8), from
	for ; at < from; at++ {
		seen[[8]byte(data[at:at+8])] = at
	}
	emit := func(to, off, n int) {
		lits := data[lit:to]
		token := byte(min(15, len(lits)) << 4)
		if n > 0 {
			token |= byte(min(15, n-4))
		}
		out = append(out, token)
		if len(lits) >= 15 {
			length(len(lits) - 15)
		}
		out = append(out, lits...)
		if n > 0 {
			out = binary.LittleEndian.AppendUint16(out, uint16(off))
			if n-4 >= 15 {
				length(n - 4 - 15)
			}
		}
	}
	for at = from; at < len(data)-12; {
		key := [8]byte(data[at : at+8])
		m, ok := seen[key]
		seen[key] = at
		if !ok || at-m > 65535 {
			at++
			continue
		}
		n := 8
		for at+n < len(data)-5 && data[m+n] == data[at+n] {
			n++
		}
		emit(at, at-m, n)
		at += n
		lit = at
	}
	emit(len(data), 0, 0)
	return out
}

func TestLZ4LinkedBlocks(t *testing.T) {
	var z lz4Decoder
	for _, n := range []int{100, 65536, 200_000, 400_001} {
		data := lz4Sample(n, 7)
		frame := lz4Linked(data)
		got, sure, err := z.decode(nil, frame, 1<<30)
		if err != nil || sure || !bytes.Equal(got, data) {
			t.Fatalf("%d bytes: %v", n, err)
		}
		// The library agrees that this is a frame.
		lib, err := io.ReadAll(lz4.NewReader(bytes.NewReader(frame)))
		if err != nil || !bytes.Equal(lib, data) {
			t.Fatalf("%d bytes by the library: %v", n, err)
		}
	}
}

func TestLZ4OurFramesReadByTheLibrary(t *testing.T) {
	for _, c := range []v4Codec{v4LZ4, v4LZ4High} {
		p := newV4Packer(c)
		sizes := []int{0, 1, 100, 65536, 70_000, 5 << 20}
		if testing.Short() {
			sizes = sizes[:5]
		}
		for _, n := range sizes {
			data := lz4Sample(n, 3)
			frame := p.pack(data)
			lib, err := io.ReadAll(lz4.NewReader(bytes.NewReader(frame)))
			if err != nil || !bytes.Equal(lib, data) {
				t.Fatalf("%s, %d bytes: %v", c, n, err)
			}
		}
		random := make([]byte, 100_000)
		for i := range random {
			random[i] = byte(rand.Uint32())
		}
		if frame := p.pack(random); len(frame) > len(random)+64 {
			t.Errorf("incompressible data grew by %d bytes", len(frame)-len(random))
		}
	}
}

// Every byte of a frame that has checksums is guarded.
func TestLZ4ChecksumsAreVerified(t *testing.T) {
	data := lz4Sample(3000, 1)
	var z lz4Decoder
	for _, opts := range [][]lz4.Option{{lz4.ChecksumOption(true)}, {lz4.ChecksumOption(false), lz4.BlockChecksumOption(true)}, {lz4.ChecksumOption(true), lz4.SizeOption(3000)}} {
		frame := lz4Library(t, data, opts...)
		for i := range frame {
			for _, bit := range []byte{1, 0x10, 0x80} {
				if i == 10 && bit == 0x80 && opts[0].String() == lz4.ChecksumOption(false).String() {
					continue // "stored as it is": no checksum of a block covers this bit
				}
				b := bytes.Clone(frame)
				b[i] ^= bit
				if got, _, err := z.decode(nil, b, 1<<20); err == nil && !bytes.Equal(got, data) {
					t.Errorf("byte %d of %d changed by %#x: no error, other content", i, len(frame), bit)
				}
			}
		}
		for n := range frame {
			if _, _, err := z.decode(nil, frame[:n], 1<<20); err == nil {
				t.Errorf("cut at %d of %d: no error", n, len(frame))
			}
		}
	}
}

// A few bytes that declare much must not make the decoder allocate it.
func TestUnpackAllocatesByRealBytes(t *testing.T) {
	huge := []byte{0x04, 0x22, 0x4D, 0x18, 0x48, 0x70, 0, 0, 0, 0x80, 0, 0, 0, 0, 0} // content of 2 GiB, blocks of 4 MiB
	huge[14] = byte(v4XXH32(huge[4:14]) >> 8)
	blocks := []byte{0x04, 0x22, 0x4D, 0x18, 0x60, 0x70, 0, 6, 0, 0, 0, 0x10, 'x', 1, 0, 0, 0, 0, 0, 0, 0}
	blocks[6] = byte(v4XXH32(blocks[4:6]) >> 8)
	for what, c := range map[string]struct {
		codec v4Codec
		b     []byte
	}{
		"lz4, content of 2 GiB":    {v4LZ4, huge},
		"lz4, blocks of 4 MiB":     {v4LZ4, blocks},
		"zstd, content of 2 GiB":   {v4Zstd, []byte{0x28, 0xB5, 0x2F, 0xFD, 0xA0, 0, 0, 0, 0x80, 3, 0, 0}},
		"zstd, content of 900 MiB": {v4Zstd, []byte{0x28, 0xB5, 0x2F, 0xFD, 0xA0, 0, 0, 0x40, 0x38, 3, 0, 0}},
		"zstd, content of 15 MiB":  {v4Zstd, []byte{0x28, 0xB5, 0x2F, 0xFD, 0xA0, 0, 0, 0xF0, 0, 3, 0, 0}},
		"zstd, window of 2 GiB":    {v4Zstd, []byte{0x28, 0xB5, 0x2F, 0xFD, 0, 0xA8, 3, 0, 0}},
	} {
		u := v4Unpacker{codec: c.codec}
		_, _, _ = u.unpack([]byte{0x28, 0xB5, 0x2F, 0xFD, 0x20, 0, 1, 0, 0}) // what the library needs once
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, err := u.unpack(c.b)
		runtime.ReadMemStats(&after)
		grown := after.TotalAlloc - before.TotalAlloc
		t.Logf("%s: %v, %d KB", what, err, grown>>10)
		if grown > 2<<20 {
			t.Errorf("%s: %d KB allocated", what, grown>>10)
		}
	}
}

// A bomb: RLE blocks that become 128 KiB each.
func TestZstdBomb(t *testing.T) {
	b := []byte{0x28, 0xB5, 0x2F, 0xFD, 0, 0x58} // no content size, window of 2 MiB
	for range 1000 {
		b = append(b, byte(1<<20>>0&0xff)|2, 0, 0x10, 'x')
	}
	u := v4Unpacker{codec: v4Zstd}
	raw, _, err := u.unpack(b)
	if !errors.Is(err, events.ErrTooLarge) {
		t.Errorf("%d bytes became %d: %v", len(b), len(raw), err)
	}
}

func TestXXH32(t *testing.T) {
	// Vectors of the reference implementation's own sanity check and of its documentation.
	for in, want := range map[string]uint32{
		"":    0x02CC5D05,
		"a":   0x550D7456,
		"abc": 0x32D153FF,
		"Nobody inspects the spammish repetition": 0xE2293B2F,
	} {
		if got := v4XXH32([]byte(in)); got != want {
			t.Errorf("%q: %#x, want %#x", in, got, want)
		}
	}
}

func FuzzLZ4Frame(f *testing.F) {
	data := lz4Sample(2000, 1)
	f.Add(lz4Library(f, data))
	f.Add(lz4Library(f, data[:100], lz4.BlockChecksumOption(true), lz4.SizeOption(100)))
	f.Add(lz4Linked(data))
	f.Add(lz4Library(f, data[:50], lz4.LegacyOption(true)))
	f.Add(newV4Packer(v4LZ4).pack(data[:300]))
	f.Add([]byte{0x50, 0x2A, 0x4D, 0x18, 1, 0, 0, 0, 9})
	f.Fuzz(func(t *testing.T, b []byte) {
		var z lz4Decoder
		got, _, err := z.decode(nil, b, 1<<20)
		if len(got) > 1<<20 {
			t.Fatalf("%d bytes beyond the limit", len(got))
		}
		if cap(got) > 1<<21+600*len(b) {
			t.Fatalf("%d bytes of memory for %d bytes", cap(got), len(b))
		}
		if err != nil {
			return
		}
		// What is accepted is what the library makes of it, if the library takes it.
		lib, lerr := io.ReadAll(io.LimitReader(lz4.NewReader(bytes.NewReader(b)), 1<<20))
		if lerr == nil && len(lib) > 0 && !bytes.HasPrefix(got, lib) {
			t.Fatalf("%d bytes, the library gives %d others", len(got), len(lib))
		}
	})
}

func BenchmarkLZ4Frame(b *testing.B) {
	data := lz4Sample(160_000, 1)
	frame := lz4Linked(data)
	b.Run("decoder=walk", func(b *testing.B) {
		var z lz4Decoder
		var out []byte
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			out, _, _ = z.decode(out, frame, 1<<30)
		}
	})
	b.Run("decoder=library", func(b *testing.B) {
		r := lz4.NewReader(nil)
		out := make([]byte, len(data))
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			r.Reset(bytes.NewReader(frame))
			if _, err := io.ReadFull(r, out); err != nil {
				b.Fatal(err)
			}
		}
	})
}
