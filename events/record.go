package events

// Kind is what a stream of a recording holds.
type Kind string

// The kinds of stream that recordings of event cameras hold.
const (
	KindEvents  Kind = "events"
	KindFrames  Kind = "frames"
	KindIMU     Kind = "imu"
	KindTrigger Kind = "triggers"
	// KindOther is a stream that is skipped by its size; its packets are counted.
	KindOther Kind = "other"
)

// PixelFormat is the layout of a frame's pixels.
type PixelFormat string

// Pixel formats, named as in the world of pictures: grey, three or four
// channels, 8 or 16 bits. 16-bit samples are little-endian.
const (
	Gray8  PixelFormat = "gray8"
	Gray16 PixelFormat = "gray16"
	BGR8   PixelFormat = "bgr8"
	BGR16  PixelFormat = "bgr16"
	BGRA8  PixelFormat = "bgra8"
	BGRA16 PixelFormat = "bgra16"
	RGB16  PixelFormat = "rgb16"
	RGBA16 PixelFormat = "rgba16"
)

// Channels returns how many samples a pixel has, 0 for an unknown format.
func (f PixelFormat) Channels() int {
	switch f {
	case Gray8, Gray16:
		return 1
	case BGR8, BGR16, RGB16:
		return 3
	case BGRA8, BGRA16, RGBA16:
		return 4
	}
	return 0
}

// SampleBytes returns the bytes of one sample: 1 or 2, 0 for an unknown format.
func (f PixelFormat) SampleBytes() int {
	switch f {
	case Gray8, BGR8, BGRA8:
		return 1
	case Gray16, BGR16, BGRA16, RGB16, RGBA16:
		return 2
	}
	return 0
}

// Frame is a conventional picture that the camera took beside its events.
// All times are microseconds on the recording's clock; 0 where the format has none.
type Frame struct {
	Stream                     int
	T                          int64 // the time that stands for the frame, by the format's own rule
	Begin, End                 int64 // readout
	ExposureBegin, ExposureEnd int64
	X, Y                       int // position of the upper left pixel (region of interest)
	Width, Height              int
	Format                     PixelFormat
	Source                     int8 // AEDAT 4: 0 undefined, 1 sensor, ...
	// Pixels holds Height rows of Width pixels, top row first. It belongs to the
	// decoder and is valid only until the callback returns.
	Pixels []byte
}

// IMU is one reading of the inertial sensor. A value that the format or the
// device lacks is 0.
type IMU struct {
	Stream      int
	T           int64      // µs
	Temperature float32    // °C
	Accel       [3]float32 // x, y, z in g
	Gyro        [3]float32 // x, y, z in °/s
	Mag         [3]float32 // x, y, z in µT
}

// TriggerSource says what a trigger tells.
type TriggerSource int8

// Trigger sources, numbered as AEDAT 4 numbers them; other formats are mapped.
const (
	TriggerReset         TriggerSource = 0
	TriggerExternalRise  TriggerSource = 1
	TriggerExternalFall  TriggerSource = 2
	TriggerExternalPulse TriggerSource = 3
	TriggerGeneratorRise TriggerSource = 4
	TriggerGeneratorFall TriggerSource = 5
	TriggerFrameBegin    TriggerSource = 6
	TriggerFrameEnd      TriggerSource = 7
	TriggerExposureBegin TriggerSource = 8
	TriggerExposureEnd   TriggerSource = 9
	TriggerOther         TriggerSource = 127
)

// Trigger is a mark in time: an external signal or a moment of the frame clock.
type Trigger struct {
	Stream int
	T      int64 // µs
	Source TriggerSource
}

// Tap receives what a recording holds besides events, in file order, while
// [Reader.Read] runs. A nil function means: count it, but do not decode it.
// The slices and the frame belong to the decoder and are valid only until the
// function returns. An error ends the reading and is returned by Read.
type Tap struct {
	Frame   func(*Frame) error
	IMU     func([]IMU) error
	Trigger func([]Trigger) error
}
