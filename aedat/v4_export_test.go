package aedat

// V4Header writes a header with any text as the description of the streams.
func V4Header(compression int, info string) []byte {
	return v4AppendHeader(nil, v4Codec(compression), -1, info)
}
