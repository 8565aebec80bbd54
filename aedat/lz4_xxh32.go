package aedat

import (
	"encoding/binary"
	"math/bits"
)

// xxHash32 with seed 0, the checksum of LZ4 frames.
// Source: xxHash specification 0.1.1, "XXH32 algorithm description".
const (
	xxPrime1 = 2654435761
	xxPrime2 = 2246822519
	xxPrime3 = 3266489917
	xxPrime4 = 668265263
	xxPrime5 = 374761393
)

// v4XXH32 hashes b: four lanes of 32 bits, 16 bytes a round.
func v4XXH32(b []byte) uint32 {
	n := uint32(len(b))
	var h uint32 = xxPrime5
	if len(b) >= 16 {
		v1, v2, v3, v4 := uint32(xxPrime1), uint32(xxPrime2), uint32(0), uint32(0)
		v1 += v2
		v4 -= xxPrime1
		for ; len(b) >= 16; b = b[16:] {
			v1 = bits.RotateLeft32(v1+binary.LittleEndian.Uint32(b)*xxPrime2, 13) * xxPrime1
			v2 = bits.RotateLeft32(v2+binary.LittleEndian.Uint32(b[4:])*xxPrime2, 13) * xxPrime1
			v3 = bits.RotateLeft32(v3+binary.LittleEndian.Uint32(b[8:])*xxPrime2, 13) * xxPrime1
			v4 = bits.RotateLeft32(v4+binary.LittleEndian.Uint32(b[12:])*xxPrime2, 13) * xxPrime1
		}
		h = bits.RotateLeft32(v1, 1) + bits.RotateLeft32(v2, 7) + bits.RotateLeft32(v3, 12) + bits.RotateLeft32(v4, 18)
	}
	h += n
	for ; len(b) >= 4; b = b[4:] {
		h = bits.RotateLeft32(h+binary.LittleEndian.Uint32(b)*xxPrime3, 17) * xxPrime4
	}
	for _, c := range b {
		h = bits.RotateLeft32(h+uint32(c)*xxPrime5, 11) * xxPrime1
	}
	h ^= h >> 15
	h *= xxPrime2
	h ^= h >> 13
	h *= xxPrime3
	return h ^ h>>16
}
