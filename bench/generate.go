package bench

//go:generate go run ./page results ../docs/benchmarks.md
