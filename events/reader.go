package events

import "io"

// Reader is a stream of events: a decoder, or a filter around another Reader.
//
// Read fills dst with up to len(dst) events in the order of the stream and
// returns how many. The rules are those of io.Reader: the n events are valid
// even when err is not nil, io.EOF ends the stream and is returned again by
// every later call, any other error is sticky too. Read may return fewer events
// than asked for; with len(dst) > 0 it returns 0 events only together with an error.
// dst belongs to the caller.
//
// Times are not promised to be monotonic: decoders give file order and count
// the steps backwards ([Report].Backward); filter.Reorder repairs them.
type Reader interface {
	// Header describes the stream. It is complete when the Reader is handed out and
	// does not change; filters that change the geometry return a changed copy.
	Header() *Header
	Read(dst []Event) (n int, err error)
}

// Decoder is the Reader that a codec makes of bytes.
type Decoder interface {
	Reader
	// Report tells what has been met up to now; call it after io.EOF for the whole
	// recording. It must not be called while Read runs.
	Report() Report
	// Close stops the decoder's goroutines and releases its memory. It does not
	// close the source. Close is idempotent; Read fails after it.
	Close() error
}

// Recording is an open recording: a Decoder that owns its file.
type Recording = Decoder

// Stream is one of the streams of a recording.
type Stream struct {
	ID       int
	Kind     Kind
	Name     string   // the format's own name or type, for example "EVTS"
	Source   string   // the device, when the file names it
	Geometry Geometry // events and frames only
}

// Header is what a recording says of itself before its first event.
type Header struct {
	Format      string // the name in the registry: "aedat4"
	Version     string // "4.0"
	Compression string // "none", "lz4", "lz4-high", "zstd", "zstd-high"; "" where the format has none
	Geometry    Geometry
	// GeometryGuessed is true where the file does not say its size and the codec
	// took the usual one.
	GeometryGuessed bool
	Source          string // the device, when the file names it
	Streams         []Stream
	// Bytes is the length of the header: the offset of the first data byte.
	Bytes int64
	// Notes are remarks for people: quirks met, guesses made.
	Notes []string
}

// Clone returns a deep copy.
func (h *Header) Clone() *Header {
	c := *h
	c.Streams = append([]Stream(nil), h.Streams...)
	c.Notes = append([]string(nil), h.Notes...)
	return &c
}

// Writer writes a recording.
type Writer interface {
	// Write appends events in order. src stays the caller's. An event that the
	// format cannot hold (coordinates, time range) is an error that names it;
	// nothing of that call is written then.
	Write(src []Event) error
	// Close finishes the recording (last packet, data table). It does not close the
	// sink. Without Close the recording is incomplete.
	Close() error
}

// RecordWriter is a Writer whose format also holds frames, IMU readings and triggers.
type RecordWriter interface {
	Writer
	WriteFrame(*Frame) error
	WriteIMU([]IMU) error
	WriteTriggers([]Trigger) error
}

// Source is where a decoder gets its bytes. Reader is always set. At and Size
// are set for regular files: a codec may then read in parallel, jump to a data
// table, and check declared lengths against the length of the file.
type Source struct {
	io.Reader             // positioned at byte 0
	At        io.ReaderAt // nil for a pipe
	Size      int64       // -1 when unknown
	Name      string      // for messages and for formats that are known by their extension
}

// Origin says where pixel (0, 0) is in the events that a decoder gives.
type Origin string

const (
	// OriginStored keeps the coordinates as the file has them (default). This is
	// what the reference decoders of each format give.
	OriginStored Origin = "stored"
	// OriginTopLeft turns them so that X grows to the right and Y downwards.
	OriginTopLeft Origin = "topleft"
)

// Options steers decoding. The zero value is strict, with coordinates as stored.
type Options struct {
	// Format is the registry name that overrules detection by content; "" detects.
	Format string
	// Geometry overrules the size that the file states or lacks.
	Geometry Geometry
	// Salvage skips damaged packets and goes on; the default (strict) stops at the first.
	Salvage bool
	// Origin is where pixel (0, 0) is; "" is OriginStored.
	Origin Origin
	// Workers is how many goroutines decode; 0 is GOMAXPROCS, 1 decodes in the
	// caller's goroutine. The events are the same for any number.
	Workers int
	// Tap receives frames, IMU readings and triggers.
	Tap Tap
}

// WriteOptions steers encoding. The zero value takes each format's default.
type WriteOptions struct {
	// Compression is one of the format's names; "" is the format's default.
	Compression string
	// PacketEvents is the number of events a packet; 0 is the format's default.
	PacketEvents int
}
