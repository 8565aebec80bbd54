package kernel

// Fetch asks for the memory of x, so that it is in the cache when it is read a few
// hundred instructions later; it does not wait for it. It serves memory that is
// about to be read in an order that processors do not foresee: backwards, or after
// other work. It changes nothing, and plain Go has nothing like it and does nothing.
func Fetch(x []float32) { fetch(x) }
