package strokes_test

import (
	"fmt"

	"dvsim/datasets/strokes"
)

func Example() {
	set := strokes.New(1)
	picture := make([]uint8, strokes.Pixels)
	for n := range uint64(10) {
		fmt.Print(set.Picture(picture, n), " ")
	}
	fmt.Println()
	// Output: 1 5 4 0 9 7 2 8 6 3
}

// A seven, in letters.
func ExampleSet_Draw() {
	picture := make([]uint8, strokes.Pixels)
	strokes.New(1).Draw(picture, 7, 3)
	for y := 5; y < 25; y += 2 {
		fmt.Print("|")
		for x := 5; x < 24; x++ {
			fmt.Print(string(" .:*#"[int(picture[y*strokes.Side+x])*4/255]))
		}
		fmt.Println("|")
	}
	// Output:
	// |                   |
	// |     *********.    |
	// |     :*:.  :**.    |
	// |          :**.     |
	// |         :**:      |
	// |      .*****       |
	// |       *****:      |
	// |       ***.        |
	// |      :**:         |
	// |      **:          |
}
