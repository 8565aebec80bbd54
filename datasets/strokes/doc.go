// Package strokes draws digits as a hand would: pictures like those of MNIST, in
// any number, from a seed. It is the data set at hand when there is none.
//
//	set := strokes.New(1)
//	picture := make([]uint8, strokes.Pixels)
//	for n := range uint64(60_000) {
//		digit := set.Picture(picture, n)
//		...
//	}
//
// A picture is 28 rows of 28 grey values, 0 for the ground and 255 for ink; the
// digit fits into 20 × 20 pixels and has its centre of mass in the middle, as in
// MNIST. [dvsim/datasets/saccades] turns pictures into recordings.
//
// # How a digit is made
//
//  1. The skeleton: nodes in a box of height 1, with proportions that are drawn for
//     each picture, and one of several ways to write the digit: 4 open, round or
//     closed, 7 with or without tick and bar, 1 with or without flag and foot, 2 with
//     or without a loop, 9 with a straight or a bent leg, 8 in one stroke or two rings.
//  2. The tremble: each node is moved a little, σ 1 to 4 % of the height. A
//     centripetal Catmull-Rom spline goes through the nodes, apart from corners.
//  3. The hand, one for all strokes of a picture: two slow waves bend the paper, then
//     aspect, slant (mean 8°) and rotation (up to 15°).
//  4. Size and place: the longer side is 18.5 to 20 pixels, pen included; the centre
//     of mass lies within about a pixel of the middle.
//  5. The pen: a disk of radius 0.8 to 2.3 pixels that follows the line, with a pressure
//     that comes and goes and lets off towards the end. The grey value of a pixel falls
//     over about a pixel with the distance of its middle to the edge of the pen.
//
// Coordinates are rounded to 1/4096 of a pixel before they are drawn, so pictures
// are the same on every machine.
//
// # Random numbers
//
// A picture is a function of seed, digit and n alone: it is the same in any order
// and for any number of workers. [Set.Picture] runs through the digits so that each
// ten pictures, from a multiple of ten on, have all of them.
//
// # How good
//
// Mean ink is 0.13 of the area (MNIST: 0.13). A network of 784-256-10 units learns
// 20,000 pictures to 0.99 on others, 60,000 to 0.995, and then reads 0.87 of MNIST's
// test pictures, of which it has seen none; one that has learned MNIST reads 0.95 of
// these. As recordings (package saccades) 6,000 of them bring the spiking network
// "nmnist" to 0.98 on others and 20,000 to 0.995, and it then reads 0.87 of 1,000
// real ones of N-MNIST. So they are handwriting, with fewer habits than 500 writers have.
//
// # Costs
//
// About 35 µs a picture, most of it for the splines.
//
// # References
//
// C. Yuksel, S. Schaefer, J. Keyser: Parameterization and applications of Catmull-Rom
// curves. Computer-Aided Design 43 (2011) 747. Y. LeCun, L. Bottou, Y. Bengio, P. Haffner:
// Gradient-based learning applied to document recognition. Proc. IEEE 86 (1998) 2278
// (MNIST).
package strokes
