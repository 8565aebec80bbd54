package aedat

import (
	"fmt"

	"dvsim/events"
)

// Words of a DAVIS recording that are no events.

// other takes a word with bit 31 or bit 10 set, met at time t.
//
//	bit 31 set, bits 11..10 = 3   IMU
//	bit 31 set, otherwise         APS: 0 reset read, 1 signal read, 2 deprecated
//	bit 31 clear, bit 10 set      external input: code 2 falling, 3 rising, 4 pulse
func (d *davisDecoder) other(a uint32, t int64) error {
	if a>>31 == 0 {
		source := events.TriggerSource(-1)
		switch a & 0x3ff {
		case 2:
			source = events.TriggerExternalFall
		case 3:
			source = events.TriggerExternalRise
		case 4:
			source = events.TriggerExternalPulse
		default:
			d.special++
			return nil
		}
		return d.trigger(events.Trigger{Stream: davisTriggers, T: t, Source: source})
	}
	switch a >> 10 & 3 {
	case 0:
		return d.aps.reset(int(a>>12&0x3ff), int(a>>22&0x1ff), uint16(a&0x3ff), t)
	case 1:
		return d.aps.signal(int(a>>12&0x3ff), int(a>>22&0x1ff), uint16(a&0x3ff), t)
	case 3:
		return d.imu.word(a, t)
	}
	d.special++
	return nil
}

func (d *davisDecoder) trigger(g events.Trigger) error {
	d.triggers.add(1, g.T, g.T)
	if d.tap.Trigger == nil {
		return nil
	}
	return d.tap.Trigger([]events.Trigger{g})
}

// Report implements events.Decoder.
func (d *davisDecoder) Report() events.Report {
	r := d.aerDecoder.Report()
	r.Special = d.special
	if len(d.h.Streams) > 1 {
		r.Streams = append(r.Streams, d.aps.count.report(d.h.Streams[davisFrames]),
			d.imu.count.report(d.h.Streams[davisIMU]), d.triggers.report(d.h.Streams[davisTriggers]))
	}
	if d.special > 0 {
		r.Warnings = append(r.Warnings, fmt.Sprintf("%d words carry the mark of special events, but no code of an input (v2e marks noise so); they are not given out", d.special))
	}
	if d.imu.lost > 0 {
		r.Warnings = append(r.Warnings, fmt.Sprintf("%d words of the inertial sensor belong to readings that were cut, and were left out", d.imu.lost))
	}
	r.Warnings = append(r.Warnings, d.aps.warnings()...)
	return r
}

// finishDavis is the finish of aerDecoder.
func (d *davisDecoder) finishDavis() error {
	d.imu.cut()
	return d.aps.finish()
}

// v2IMU puts readings of the inertial sensor together: seven words each.
type v2IMU struct {
	tap   func([]events.IMU) error
	count aerCount
	accel float32 // g a step
	gyro  float32 // °/s a step
	raw   [7]int16
	have  int   // words of the current reading
	begin int64 // time of its first word
	lost  int64 // words of readings that were cut
}

// newV2IMU takes the ranges from the header: ±32,768 are ±accel g and ±gyro °/s.
// Where it does not state them they are jAER's defaults, ±4 g and ±500 °/s.
// InvenSense rounds the steps of its MPU-6100 for rotation: 65.5 a °/s at ±500.
func newV2IMU(th *textHeader, tap func([]events.IMU) error) v2IMU {
	m := v2IMU{tap: tap, accel: 4. / 32768, gyro: 1 / 65.5}
	if th.accelRange > 0 {
		m.accel = float32(th.accelRange) / 32768
	}
	if th.gyroRange > 0 {
		m.gyro = float32(th.gyroRange) / 500 / 65.5
	}
	return m
}

// word takes bits 30..28, the code (0..2 acceleration x, y, z, 3 temperature,
// 4..6 rotation x, y, z), and bits 27..12, the value.
func (m *v2IMU) word(a uint32, t int64) error {
	code := int(a >> 28 & 7)
	if code != m.have {
		m.cut()
		if code != 0 {
			m.lost++
			return nil
		}
	}
	if code == 0 {
		m.begin = t
	}
	m.raw[code] = int16(a >> 12)
	m.have++
	if m.have < len(m.raw) {
		return nil
	}
	m.have = 0
	m.count.add(1, m.begin, m.begin)
	if m.tap == nil {
		return nil
	}
	v := func(i int) float32 { return float32(m.raw[i]) }
	return m.tap([]events.IMU{{
		Stream: davisIMU, T: m.begin,
		Accel:       [3]float32{v(0) * m.accel, v(1) * m.accel, v(2) * m.accel},
		Temperature: v(3)/340 + 35,
		Gyro:        [3]float32{v(4) * m.gyro, v(5) * m.gyro, v(6) * m.gyro},
	}})
}

// cut gives up the reading at hand.
func (m *v2IMU) cut() {
	m.lost += int64(m.have)
	m.have = 0
}
