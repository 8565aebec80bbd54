// Command dvsim reads recordings of event cameras, runs spiking networks on them
// only where events arrive, and shows what happened.
//
// Every verb explains itself: dvsim help VERB. What all verbs share:
//
//   - a file may be "-" for standard input, a quoted glob, or a folder;
//   - durations carry their unit: 20ms, 1.5s;
//   - --json prints one JSON object a line on standard output and nothing else there;
//   - exit codes: 0 ok, 1 failure, 2 wrong usage, 3 salvaged with loss, 130 interrupted.
//
// This package is only the border between a person and the packages of the
// module: one file a verb (run.go, info.go, ...), the rest is what verbs share
// (app.go: exit codes; inputs.go: which files; recording.go: opening them with
// the user's flags).
package main

import "os"

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
