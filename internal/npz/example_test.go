package npz_test

import (
	"bytes"
	"fmt"

	"dvsim/internal/npz"
)

func Example() {
	var b bytes.Buffer
	err := npz.Write(&b, npz.Array{Name: "w0", Shape: []int{2, 2}, Data: []float32{1, 2, 3, 4}})
	if err != nil {
		fmt.Println(err)
	}
	f, err := npz.New(bytes.NewReader(b.Bytes()), int64(b.Len()), "weights.npz")
	if err != nil {
		fmt.Println(err)
	}
	w, shape, err := f.Float32s("w0")
	fmt.Println(w, shape, err)
	_, _, err = f.Float32s("w1")
	fmt.Println(err)
	// Output:
	// [1 2 3 4] [2 2] <nil>
	// weights.npz: array "w1": no such array; the file has w0
}
