// Package all registers every codec of dvsim with package events. A program
// imports it for this effect only:
//
//	import _ "dvsim/formats/all"
//
// A codec is left out by importing the others one by one instead: package aedat
// holds AEDAT 1 to 4 and plain AER, each further format is a package of its own.
package all

import (
	_ "dvsim/aedat"          // aedat1, aedat2, aedat3, aedat4, aer16, aer32
	_ "dvsim/formats/nmnist" // nmnist
)
