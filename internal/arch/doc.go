// Package arch holds no code, only a test: it reads the import graph of the
// module and fails on an edge that goes backwards on the road
//
//	bytes → events → filters → input spikes → queue → neurons → trace → pictures, numbers
//
// The table of allowed imports stands in the test and, with its reasons, in
// docs/architecture.md. A package that is missing in the table fails too: who
// adds a room says where it is.
package arch
