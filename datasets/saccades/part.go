package saccades

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"dvsim/datasets"
)

// Part is the training or the test part of a set: some pictures of a source, by
// their numbers. It does not change, and serves any number of goroutines.
type Part struct {
	name    string // of its folder
	first   uint64 // added to numbers to tell the recordings of the parts apart
	source  source
	numbers []int // of the pictures, from 1
}

// source is where pictures come from. Numbers count from 1.
type source interface {
	label(number int) int
	draw(dst []uint8, number int)
}

const (
	trainName = "Train"
	testName  = "Test"
	testFirst = 1 << 32
)

// newParts makes a training and a test part of all pictures of two sources.
func newParts(a source, train int, b source, test int) (Part, Part) {
	return Part{trainName, 0, a, upTo(train)}, Part{testName, testFirst, b, upTo(test)}
}

func upTo(n int) []int {
	s := make([]int, max(n, 0))
	for i := range s {
		s[i] = i + 1
	}
	return s
}

// Len is the number of recordings of the part.
func (p Part) Len() int { return len(p.numbers) }

// Number is the number of picture i of the part in its source, from 1.
func (p Part) Number(i int) int { return p.numbers[i] }

// Label is the class of picture i.
func (p Part) Label(i int) int { return p.source.label(p.numbers[i]) }

// Name is the path of recording i in a set: "Train/5/00001.bin".
func (p Part) Name(i int) string {
	return path.Join(p.name, strconv.Itoa(p.Label(i)), fmt.Sprintf("%05d.bin", p.numbers[i]))
}

// First is the first n recordings of the part, or all where it has not as many.
func (p Part) First(n int) Part {
	p.numbers = p.numbers[:min(max(n, 0), len(p.numbers))]
	return p
}

// Without is the part without the pictures of these recordings, which are named
// as those of N-MNIST are: for the number of their picture. classes names their
// labels (datasets.Listing.Classes). A recording whose class is not that of its
// picture is an error: its number is not that of the picture then, and leaving
// pictures out by it would be no use.
func (p Part) Without(recorded []datasets.Recording, classes []string) (Part, error) {
	place := make(map[int]int, len(p.numbers))
	for i, n := range p.numbers {
		place[n] = i
	}
	gone := make(map[int]bool, len(recorded))
	for _, r := range recorded {
		stem, _, _ := strings.Cut(path.Base(r.Name), ".")
		n, err := strconv.Atoi(stem)
		if err != nil || n < 1 {
			return Part{}, fmt.Errorf("%s: its name is not the number of a picture, such as 00042.bin", r.Name)
		}
		i, ok := place[n]
		if !ok {
			continue
		}
		if want, is := strconv.Itoa(p.Label(i)), classes[r.Label]; want != is {
			return Part{}, fmt.Errorf("%s: a recording of class %s, but picture %d of part %s is of class %s: these recordings are not numbered as the pictures are", r.Name, is, n, p.name, want)
		}
		gone[n] = true
	}
	var rest []int
	for _, n := range p.numbers {
		if !gone[n] {
			rest = append(rest, n)
		}
	}
	p.numbers = rest
	return p, nil
}
