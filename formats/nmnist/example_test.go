package nmnist_test

import (
	"bytes"
	"fmt"

	"dvsim/events"
	_ "dvsim/formats/nmnist"
)

func Example() {
	// Two events: x, y, polarity and time in five bytes each.
	recording := []byte{12, 7, 0x80, 0x01, 0x00, 13, 7, 0x00, 0x01, 0x10}
	rec, err := events.Decode(bytes.NewReader(recording), "00042.bin", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rec.Close()
	fmt.Println(rec.Header().Format, rec.Header().Geometry)
	for e, err := range events.All(rec) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(e)
	}
	// Output:
	// nmnist 34x34
	// 256 12 7 on
	// 272 13 7 off
}
