package aedat

import (
	"encoding/binary"

	"dvsim/events"

	"github.com/klauspost/compress/zstd"
)

// v4BoundBytes is how many events n bytes of a file hold at most. One byte of
// LZ4 becomes 255 at most. Zstd has no limit worth the name, but packets of
// events stay far below LZ4's.
func v4BoundBytes(c v4Codec, n int64) int64 {
	if c != v4None {
		n *= lz4Ratio
	}
	return n / v4EventBytes
}

// v4BeforeEvents are the bytes that a packet of events has besides its events, at least.
const v4BeforeEvents = 28

// v4BoundPacket is how many events a packet of events holds at most whose content
// could not be used: by what its beginning says, if that is plausible, else by its length.
func v4BoundPacket(c v4Codec, payload []byte) int64 {
	bound := v4BoundBytes(c, int64(len(payload)))
	var declared int64 = -1
	switch c {
	case v4LZ4, v4LZ4High:
		if h, err := lz4ParseHeader(payload); err == nil {
			declared = h.content
			if declared < 0 {
				declared = v4FirstLiterals(payload[h.bytes:])
			}
		}
	case v4Zstd, v4ZstdHigh:
		var h zstd.Header
		if h.Decode(payload) == nil && h.HasFCS && h.FrameContentSize <= v4MaxRaw {
			return max(0, int64(h.FrameContentSize)-v4BeforeEvents) / v4EventBytes
		}
	}
	if declared >= 0 {
		bound = min(bound, max(0, declared-v4BeforeEvents)/v4EventBytes)
	}
	return bound
}

// v4FirstLiterals looks for the length of the content in the first literals of the
// first LZ4 block, where a packet of events has its size, its identifier and its
// count uncompressed. It returns -1 unless size and count agree.
func v4FirstLiterals(b []byte) int64 {
	if len(b) < 4+2+32 || b[4]>>4 != 15 || b[5] < 32-15 || b[5] == 255 {
		return -1
	}
	b = b[6:]
	size, count := int64(binary.LittleEndian.Uint32(b)), int64(binary.LittleEndian.Uint32(b[28:]))
	if !v4HasIdent(b, v4IdentEvents) || size != 28+count*v4EventBytes {
		return -1
	}
	return size + 4
}

// bound is how many events the bytes from..to of the file hold at most.
func (s *v4Scanner) bound(from, to int64) int64 {
	if n, ok := s.lookTable().lost(s.streams, from, to); ok {
		return n
	}
	return v4BoundBytes(s.unpacker.codec, to-from)
}

// v4Label names a packet for messages.
func v4Label(no int64, c v4Codec) string {
	return "packet " + events.Thousands(no) + " (" + c.String() + ")"
}
