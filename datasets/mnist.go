package datasets

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// Pictures are labelled grey pictures of one size, such as MNIST.
type Pictures struct {
	Name       string // for people: "train", "test"
	Rows, Cols int
	// Pixels holds the pictures one after the other, row by row: Len·Rows·Cols values
	// from 0 (background) to 255.
	Pixels []uint8
	// Labels holds the class of each picture, 0 to 9.
	Labels []uint8
}

// Len is the number of pictures.
func (p *Pictures) Len() int { return len(p.Labels) }

// Picture is the pixels of picture i, row by row. It shares its memory with p.
func (p *Pictures) Picture(i int) []uint8 {
	n := p.Rows * p.Cols
	return p.Pixels[i*n : (i+1)*n : (i+1)*n]
}

// Classes is the number of classes, 10.
func (p *Pictures) Classes() int { return classesMNIST }

const classesMNIST = 10

// folders are where the files may lie below the folder that is named: there, and
// where torchvision puts them.
var mnistFolders = []string{".", "raw", "MNIST/raw", "FashionMNIST/raw"}

// names of one file, most usual first.
func mnistNames(part, what string) []string {
	var names []string
	for _, sep := range []string{"-", "."} {
		name := part + "-" + what + sep + map[string]string{"images": "idx3", "labels": "idx1"}[what] + "-ubyte"
		names = append(names, name, name+".gz")
	}
	return names
}

// findMNIST finds one of the four files; "" when it is not there.
func findMNIST(dir, part, what string) string {
	for _, sub := range mnistFolders {
		for _, name := range mnistNames(part, what) {
			path := filepath.Join(dir, filepath.FromSlash(sub), name)
			if st, err := os.Stat(path); err == nil && st.Mode().IsRegular() {
				return path
			}
		}
	}
	return ""
}

// IsMNIST reports whether a folder holds any of the four files of MNIST.
// [OpenMNIST] may still find one missing or damaged.
func IsMNIST(dir string) bool {
	for _, part := range []string{"train", "t10k"} {
		if findMNIST(dir, part, "images") != "" || findMNIST(dir, part, "labels") != "" {
			return true
		}
	}
	return false
}

// OpenMNIST reads the four files of MNIST, or of a set of its form such as
// Fashion-MNIST: train-images-idx3-ubyte, train-labels-idx1-ubyte,
// t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte, each plain or .gz, also with "."
// before "idx". They lie in dir, or below it where torchvision puts them
// (MNIST/raw).
//
// A missing, truncated or damaged file, labels beyond 9 and numbers that do not
// fit each other are errors that name the file and the place.
func OpenMNIST(dir string) (train, test *Pictures, err error) {
	parts := []*Pictures{{Name: "train"}, {Name: "test"}}
	var missing []error
	var paths [2][2]string
	for i, part := range []string{"train", "t10k"} {
		for k, what := range []string{"images", "labels"} {
			if paths[i][k] = findMNIST(dir, part, what); paths[i][k] == "" {
				missing = append(missing, fmt.Errorf("%s: no %s of the %s part; looked for %s", dir, what, parts[i].Name, strings.Join(mnistNames(part, what), ", ")))
			}
		}
	}
	if _, err := os.Stat(dir); err != nil {
		return nil, nil, err
	}
	if len(missing) > 0 {
		return nil, nil, errors.Join(missing...)
	}
	var errs [4]error
	var crew sync.WaitGroup
	for i, p := range parts {
		crew.Go(func() {
			var dims []int
			dims, p.Pixels, errs[2*i] = readIDX(paths[i][0], idxPictures)
			if errs[2*i] == nil {
				p.Rows, p.Cols = dims[1], dims[2]
			}
		})
		crew.Go(func() { _, p.Labels, errs[2*i+1] = readIDX(paths[i][1], idxLabels) })
	}
	crew.Wait()
	for i, p := range parts {
		if errs[2*i] == nil && errs[2*i+1] == nil {
			errs[2*i] = p.check(paths[i][0], paths[i][1])
		}
	}
	if err := errors.Join(errs[:]...); err != nil {
		return nil, nil, err
	}
	train, test = parts[0], parts[1]
	if train.Rows != test.Rows || train.Cols != test.Cols {
		return nil, nil, fmt.Errorf("%s: pictures of %dx%d to train and %dx%d to test: they are not of one set", dir, train.Cols, train.Rows, test.Cols, test.Rows)
	}
	return train, test, nil
}

// check holds pictures and labels against each other.
func (p *Pictures) check(pictures, labels string) error {
	if n := len(p.Pixels) / (p.Rows * p.Cols); n != len(p.Labels) {
		return fmt.Errorf("%s holds %d pictures, %s holds %d labels: they are not of one set", pictures, n, labels, len(p.Labels))
	}
	for i, l := range p.Labels {
		if l >= classesMNIST {
			return idxError(labels, int64(8+i), fmt.Errorf("label %d of picture %d: labels are 0 to %d", l, i, classesMNIST-1))
		}
	}
	return nil
}
