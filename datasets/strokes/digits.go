package strokes

// skeletons draw the strokes of a digit: which of its shapes, and the proportions
// that make it its writer's own.
var skeletons = [10]func(*random) []stroke{zero, one, two, three, four, five, six, seven, eight, nine}

// zero is an oval that starts near the top and may stay open or run on.
func zero(r *random) []stroke {
	from := r.between(-150, -30)
	round := 345 + r.normal(18)
	if !r.chance(0.9) {
		round = -round // clockwise
	}
	return []stroke{arc(0, 0.5, r.between(0.28, 0.52), 0.5, from, from-round, r.between(0.85, 1.06))}
}

// one is a line, at times with a flag, rarely with a foot.
func one(r *random) []stroke {
	lean := 0.05 + r.normal(0.07)
	bow := r.normal(0.03)
	stem := stroke{turn(lean, 0), at(bow, 0.5), at(-lean, 1)}
	flag, foot := r.chance(0.12), r.chance(0.04)
	if flag {
		stem = append(stroke{at(lean-r.between(0.12, 0.28), r.between(0.12, 0.3))}, stem...)
	}
	if flag && foot {
		w := r.between(0.15, 0.3)
		return []stroke{stem, {at(-w, 1), at(w, 1+r.normal(0.03))}}
	}
	return []stroke{stem}
}

// two is an arch and a foot, which meet in a corner or a loop.
func two(r *random) []stroke {
	w := r.between(0.28, 0.44)
	arch := stroke{
		at(-w*r.between(0.6, 1.05), r.between(0.1, 0.3)),
		at(-w*0.5, 0.05),
		at(w*0.15, 0),
		at(w*0.85, 0.16),
		at(w*0.75, 0.4),
	}
	base := r.between(0.85, 1)
	if r.chance(0.5) {
		tall, wide := r.between(0.05, 0.24), r.between(0.7, 1.15)
		return []stroke{append(arch,
			at(w*0.25, base-0.25),
			at(-w*0.45*wide, base),
			at(-w*wide, base-tall*0.3),
			at(-w*0.8*wide, base-tall),
			at(w*0.05, base-tall*0.5),
			at(w*r.between(0.6, 1), base+r.between(-0.02, 0.08)),
			at(w*r.between(1.1, 1.8), base+r.between(-0.12, 0.08)))}
	}
	return []stroke{append(arch,
		at(w*0.1, 0.68),
		turn(-w*r.between(0.75, 1.2), base),
		at(w*0.1, base+r.normal(0.03)),
		at(w*r.between(0.8, 1.6), base+r.normal(0.05)))}
}

// three is two bellies, the upper one at times a flat roof; between them is a
// corner, a round or a small loop.
func three(r *random) []stroke {
	w := r.between(0.26, 0.38)
	waist := 0.46 + r.normal(0.03)
	var top stroke
	if r.chance(0.06) {
		top = stroke{at(-w, 0.02), turn(w*0.8, 0)}
	} else {
		top = stroke{at(-w*r.between(0.6, 1), r.between(0.06, 0.2)), at(-w*0.15, 0), at(w*0.7, 0.1), at(w*0.6, waist-0.14)}
	}
	in := r.between(-0.4, 0.15) * w
	switch k := r.unit(); {
	case k < 0.5:
		top = append(top, turn(in, waist))
	case k < 0.8:
		top = append(top, at(in+0.1*w, waist-0.02), at(in+0.1*w, waist+0.03))
	default:
		top = append(top, at(in, waist+0.03), at(in-0.25*w, waist-0.02), at(in, waist-0.05))
	}
	return []stroke{append(top,
		at(w*0.75, waist+0.09),
		at(w*r.between(0.9, 1.1), 0.74),
		at(w*0.45, 0.95),
		at(-w*0.3, 1),
		at(-w*r.between(0.9, 1.3), r.between(0.82, 0.97)))}
}

// four is open with a corner, open and round, or closed to a triangle.
func four(r *random) []stroke {
	w := r.between(0.26, 0.42)
	bar := r.between(0.45, 0.62)
	foot := at(w*r.between(0.2, 0.7), 1)
	switch k := r.unit(); {
	case k < 0.5:
		left := stroke{at(-w*r.between(0.5, 1), r.between(0, 0.12)), turn(-w, bar), at(w*r.between(0.8, 1.4), bar-r.between(-0.02, 0.1))}
		return []stroke{left, {at(w*r.between(0.5, 0.9), r.between(-0.05, 0.15)), at(w*0.55, 0.55), foot}}
	case k < 0.9:
		// Round like a u, then down in the same stroke.
		return []stroke{{
			at(-w*r.between(0.6, 1), r.between(0, 0.1)),
			at(-w*1.05, bar*0.65),
			at(-w*0.5, bar),
			at(w*0.3, bar*0.92),
			at(w*0.75, bar*0.6),
			turn(w*r.between(0.8, 1.1), r.between(-0.05, 0.1)),
			at(w*0.7, 0.5),
			foot,
		}}
	default:
		top := r.between(-0.05, 0.1)
		x := w * r.between(0.3, 0.8)
		return []stroke{{
			at(x, top),
			turn(-w, bar),
			turn(w*r.between(1, 1.4), bar-r.between(-0.03, 0.05)),
		}, {at(x*r.between(0.9, 1.3), top+r.between(0, 0.2)), at(w*0.5, 0.6), foot}}
	}
}
