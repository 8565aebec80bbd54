package aedat

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"dvsim/events"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// v4Codec is the compression of a file, numbered as IOHeader.compression is.
type v4Codec int32

const (
	v4None     v4Codec = 0
	v4LZ4      v4Codec = 1
	v4LZ4High  v4Codec = 2
	v4Zstd     v4Codec = 3
	v4ZstdHigh v4Codec = 4
)

// v4CodecNames are the names for people; index is the code.
var v4CodecNames = [...]string{"none", "lz4", "lz4-high", "zstd", "zstd-high"}

// v4CodecTags are the names in the XML description of a stream.
var v4CodecTags = [...]string{"NONE", "LZ4", "LZ4_HIGH", "ZSTD", "ZSTD_HIGH"}

func (c v4Codec) known() bool    { return c >= v4None && c <= v4ZstdHigh }
func (c v4Codec) String() string { return v4CodecNames[c] }

// magic is how each compressed packet begins, 0 for none.
func (c v4Codec) magic() uint32 {
	switch c {
	case v4LZ4, v4LZ4High:
		return lz4Magic
	case v4Zstd, v4ZstdHigh:
		return zstdMagic
	}
	return 0
}

const zstdMagic = 0xFD2FB528

const (
	// v4MaxPacket bounds the bytes of one packet in the file.
	v4MaxPacket = 256 << 20
	// v4MaxRaw bounds the bytes of one packet, decompressed.
	v4MaxRaw = 1 << 30
	// Beyond zstdFree bytes of content a Zstd frame must not declare more than
	// zstdRatio times its own size.
	zstdFree  = 16 << 20
	zstdRatio = 1024
)

// v4Unpacker decompresses packets into memory that it keeps. Not for use by
// more than one goroutine.
type v4Unpacker struct {
	codec v4Codec
	buf   []byte
	lz4   lz4Decoder
	zstd  *zstd.Decoder
}

// unpack returns the content of a packet, valid until the next call. sure tells
// that a checksum over the content was there and right.
func (u *v4Unpacker) unpack(src []byte) (raw []byte, sure bool, err error) {
	switch u.codec {
	case v4LZ4, v4LZ4High:
		u.buf, sure, err = u.lz4.decode(u.buf, src, v4MaxRaw)
		return u.buf, sure, err
	case v4Zstd, v4ZstdHigh:
		return u.unpackZstd(src)
	}
	return src, false, nil
}

func (u *v4Unpacker) unpackZstd(src []byte) (raw []byte, sure bool, err error) {
	var h zstd.Header
	if err := h.Decode(src); err != nil {
		return nil, false, fmt.Errorf("%w: Zstd frame: %w", events.ErrCorrupt, err)
	}
	if h.HasFCS && h.FrameContentSize > zstdFree && h.FrameContentSize > zstdRatio*uint64(len(src)) {
		return nil, false, fmt.Errorf("%w: Zstd frame of %d bytes declares a content of %d", events.ErrTooLarge, len(src), h.FrameContentSize)
	}
	if !h.HasFCS {
		return u.unpackStream(src, h.HasCheckSum)
	}
	if u.zstd == nil {
		// These options are valid, so there is no error.
		u.zstd, _ = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(v4MaxRaw))
	}
	u.buf, err = u.zstd.DecodeAll(src, u.buf[:0])
	switch {
	case errors.Is(err, zstd.ErrDecoderSizeExceeded), errors.Is(err, zstd.ErrWindowSizeExceeded):
		return nil, false, fmt.Errorf("%w: Zstd: %w", events.ErrTooLarge, err)
	case err != nil:
		return nil, false, fmt.Errorf("%w: Zstd: %w", events.ErrCorrupt, err)
	}
	return u.buf, h.HasCheckSum, nil
}

// unpackStream decompresses Zstd frames that do not say how large they are.
func (u *v4Unpacker) unpackStream(src []byte, sum bool) ([]byte, bool, error) {
	r := zstdStream(src)
	defer r.Close()
	var err error
	u.buf, err = v4ReadAll(u.buf[:0], r, min(v4MaxRaw, zstdFree+zstdRatio*len(src)))
	if err != nil && !errors.Is(err, events.ErrTooLarge) {
		err = fmt.Errorf("%w: Zstd: %w", events.ErrCorrupt, err)
	}
	return u.buf, sum, err
}

// zstdStream reads Zstd frames piece by piece, with a window of at most 8 MiB,
// which is what the specification (RFC 8878, 3.1.1.1.2) asks of every decoder.
func zstdStream(src []byte) *zstd.Decoder {
	// These options are valid, so there is no error.
	r, _ := zstd.NewReader(bytes.NewReader(src), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(8<<20))
	return r
}

// head returns the first bytes of a packet's content, at least 16 where it has
// them, without decompressing all of it. src may be cut.
func (u *v4Unpacker) head(src []byte) []byte {
	switch u.codec {
	case v4LZ4, v4LZ4High:
		h, err := lz4ParseHeader(src)
		if err != nil {
			return nil
		}
		block, _, stored, err := lz4Block(src[h.bytes:], h)
		if err != nil || stored {
			return block
		}
		out := make([]byte, min(h.blockMax, lz4Ratio*len(block)))
		n, err := lz4.UncompressBlock(block, out)
		if err != nil {
			return nil
		}
		return out[:n]
	case v4Zstd, v4ZstdHigh:
		r := zstdStream(src)
		defer r.Close()
		out := make([]byte, 64)
		n := 0
		for n < 16 {
			m, err := r.Read(out[n:])
			n += m
			if err != nil {
				break
			}
		}
		return out[:n]
	}
	return src
}

// trim gives up memory that one odd packet has made large.
func (u *v4Unpacker) trim() {
	if cap(u.buf) > v4KeepBytes {
		u.buf = nil
	}
}

// close ends the decoder's use.
func (u *v4Unpacker) close() {
	if u.zstd != nil {
		u.zstd.Close()
	}
}

// v4Packer compresses packets for writing. The same input gives the same bytes.
type v4Packer struct {
	codec v4Codec
	buf   []byte
	fast  lz4.Compressor
	high  lz4.CompressorHC
	zstd  *zstd.Encoder
}

func newV4Packer(c v4Codec) *v4Packer {
	p := &v4Packer{codec: c, high: lz4.CompressorHC{Level: lz4.Level9}}
	if c.magic() == zstdMagic {
		level := zstd.SpeedDefault
		if c == v4ZstdHigh {
			level = zstd.SpeedBestCompression
		}
		// These options are valid, so there is no error. A single segment always
		// states its size, without which dv-processing refuses a packet.
		p.zstd, _ = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(level), zstd.WithEncoderCRC(true), zstd.WithSingleSegment(true))
	}
	return p
}

// pack returns the bytes of a packet for the file, valid until the next call.
func (p *v4Packer) pack(raw []byte) []byte {
	switch p.codec {
	case v4LZ4, v4LZ4High:
		p.buf = p.packLZ4(p.buf[:0], raw)
		return p.buf
	case v4Zstd, v4ZstdHigh:
		p.buf = p.zstd.EncodeAll(raw, p.buf[:0])
		return p.buf
	}
	return raw
}

// packLZ4 writes a frame of independent blocks with content size and checksum:
// the checksum lets a reader tell damage from data.
func (p *v4Packer) packLZ4(dst, raw []byte) []byte {
	code := 4 // 64 KiB
	for code < 7 && len(raw) > 1<<(8+2*code) {
		code++
	}
	dst = binary.LittleEndian.AppendUint32(dst, lz4Magic)
	dst = append(dst, 0x40|0x20|0x08|0x04, byte(code<<4))
	dst = binary.LittleEndian.AppendUint64(dst, uint64(len(raw)))
	dst = append(dst, byte(v4XXH32(dst[4:])>>8))
	for rest := raw; len(rest) > 0; {
		block := rest[:min(len(rest), 1<<(8+2*code))]
		rest = rest[len(block):]
		at := len(dst)
		bound := lz4.CompressBlockBound(len(block))
		dst = append(dst, make([]byte, 4+bound)...)
		var n int
		if p.codec == v4LZ4High {
			n, _ = p.high.CompressBlock(block, dst[at+4:]) // no error: the bound is there
		} else {
			n, _ = p.fast.CompressBlock(block, dst[at+4:])
		}
		word := uint32(n)
		if n == 0 || n >= len(block) {
			n = copy(dst[at+4:], block)
			word = uint32(n) | lz4StoredBit
		}
		binary.LittleEndian.PutUint32(dst[at:], word)
		dst = dst[:at+4+n]
	}
	dst = binary.LittleEndian.AppendUint32(dst, 0)
	return binary.LittleEndian.AppendUint32(dst, v4XXH32(raw))
}
