package dvs

import (
	"math"

	"dvsim/events"
)

// step takes the pixels lo ≤ i < hi from the sample at ta to the one at tb, whose
// luminance is next, and appends their events, pixel by pixel, with times from
// the start of the recording.
func (a *array) step(lo, hi int, ta, tb int64, next []float32, out []events.Event) []events.Event {
	fb := float64(tb)
	pieces := 1
	if a.tau > 0 {
		pieces = max(1, int(math.Ceil(float64(tb-ta)/(a.tau/4))))
	}
	n := hi - lo
	next = next[lo:hi]
	lum, v, ref, wake, alarm := a.lum[lo:hi][:n], a.v[lo:hi][:n], a.ref[lo:hi][:n], a.wake[lo:hi][:n], a.alarm[lo:hi][:n]
	on, off, leak := a.on[lo:hi][:n], a.off[lo:hi][:n], a.leak[lo:hi][:n]
	for k, l := range next {
		if l != lum[k] && a.tau == 0 && alarm[k] > fb {
			// What most moving pixels do most of the time: change, and not enough.
			s := a.curve.at(l)
			if d := s + leak[k]*fb - ref[k]; d < on[k] && -d < off[k] {
				v[k], lum[k], wake[k] = s, l, look
				continue
			}
		}
		if l != lum[k] || wake[k] <= fb {
			from, i := len(out), lo+k
			if out = a.pixel(i, l, ta, tb, pieces, out); len(out) > from {
				x, y := uint16(i%a.g.Width), uint16(i/a.g.Width)
				for e := from; e < len(out); e++ {
					out[e].X, out[e].Y = x, y
				}
			}
		}
	}
	return out
}

// pixel takes one pixel from ta to tb. With a low-pass the way is cut into pieces
// in which the logarithm of the luminance is taken to be straight.
func (a *array) pixel(i int, lum float32, ta, tb int64, pieces int, out []events.Event) []events.Event {
	target := a.curve.at(lum)
	still := lum == a.lum[i]
	if a.tau == 0 {
		out = a.segment(i, float64(a.lum[i]), float64(lum), ta, 0, float64(tb-ta), target, out)
	} else {
		from := target
		if !still {
			from = a.curve.at(a.lum[i])
		}
		l0, l1, dt := float64(a.lum[i]), float64(lum), float64(tb-ta)
		for k := range pieces {
			fa, fb := float64(k)/float64(pieces), float64(k+1)/float64(pieces)
			la, lb := l0+(l1-l0)*fa, l0+(l1-l0)*fb
			v := a.lowPass(a.v[i], from+(target-from)*fb, lb, dt/float64(pieces))
			if still && math.Abs(v-target) < 1e-12 {
				v = target
			}
			out = a.segment(i, la, lb, ta, dt*fa, dt*fb, v, out)
		}
	}
	a.lum[i] = lum
	a.alarm[i], _ = a.nextShot(i)
	if a.ready != nil && a.ready[i] >= 0 {
		a.alarm[i] = min(a.alarm[i], a.ready[i])
	}
	a.wake[i] = look
	if still && a.v[i] == target {
		a.wake[i] = a.sleep(i)
	}
	return out
}

// lowPass moves the photoreceptor from v towards target for dt µs.
func (a *array) lowPass(v, target, lum, dt float64) float64 {
	return v + (target-v)*-math.Expm1(-dt*whiteness(lum)/a.tau)
}

// sleep returns until when a pixel of constant luminance needs no look.
func (a *array) sleep(i int) float64 {
	blind := a.ready != nil && a.ready[i] >= 0
	if blind || a.leak[i] == 0 {
		return a.alarm[i]
	}
	return min(a.alarm[i], (a.ref[i]+a.on[i]-a.v[i])/a.leak[i])
}

// segment runs the comparator of pixel i over the time ta+oa to ta+ob, in which
// the photoreceptor goes straight to v, and the luminance from la to lb.
func (a *array) segment(i int, la, lb float64, ta int64, oa, ob, v float64, out []events.Event) []events.Event {
	base := float64(ta)
	sa, sb := a.v[i]+a.leak[i]*(base+oa), v+a.leak[i]*(base+ob)
	a.v[i] = v
	ref := a.ref[i]
	shot, pol := a.nextShot(i)
	blind := a.ready != nil && a.ready[i] >= 0
	if !blind && sb-ref < a.on[i] && ref-sb < a.off[i] && shot > base+ob {
		return out // nothing happens, which is the rule
	}
	dt := ob - oa
	signal := func(o float64) float64 { return sa + (sb-sa)*((o-oa)/dt) }
	now := oa // nothing before it is looked at any more
	for {
		if blind {
			if now = a.ready[i] - base; now > ob {
				break
			}
			now = max(now, oa)
			ref, a.ready[i], blind = signal(now), -1, false
		}
		at, p := math.Inf(1), events.On
		switch {
		case sb-ref >= a.on[i]:
			at = crossing(ref+a.on[i], sa, sb, oa, ob, now)
		case ref-sb >= a.off[i]:
			at, p = crossing(ref-a.off[i], sa, sb, oa, ob, now), events.Off
		}
		if shot-base <= min(at, ob) && shot-base < at {
			o := shot - base
			seen := o >= now && a.accept(pol, i, la+(lb-la)*((o-oa)/dt))
			a.advanceShot(int(pol), i)
			if seen {
				blind = a.fire(i, base, o, pol, ta, &out)
				ref, now = signal(o), o
			}
			shot, pol = a.nextShot(i)
			continue
		}
		if at > ob {
			break
		}
		blind = a.fire(i, base, at, p, ta, &out)
		now = at
		if p == events.On {
			ref += a.on[i]
		} else {
			ref -= a.off[i]
		}
	}
	a.ref[i] = ref
	return out
}

// crossing returns when a straight signal from sa at oa to sb at ob reaches level,
// not before now and not after ob.
func crossing(level, sa, sb, oa, ob, now float64) float64 {
	if sa == sb {
		return now
	}
	return min(max(oa+(ob-oa)*((level-sa)/(sb-sa)), now), ob)
}

// accept decides whether the present candidate of noise is an event at luminance lum.
func (a *array) accept(pol events.Polarity, i int, lum float64) bool {
	return uniform(a.keyAccept[pol], i, a.count[pol][i])*shotFactor(0) < shotFactor(lum)
}

// fire appends an event at offset o, unless rule and dead time forbid it, and
// reports whether the pixel is blind now.
func (a *array) fire(i int, base, o float64, p events.Polarity, ta int64, out *[]events.Event) bool {
	dead := a.p.Refractory
	if a.p.Rule == Advance {
		if base+o-a.last[i] < dead {
			return false
		}
		a.last[i] = base + o
	}
	*out = append(*out, events.Event{T: ta + int64(math.Floor(o)), P: p})
	if a.p.Rule == Hold && dead > 0 {
		a.ready[i] = base + o + dead
		return true
	}
	return false
}
