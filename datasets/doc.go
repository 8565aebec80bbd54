// Package datasets finds labelled recordings and pictures and turns them into
// what a network is trained on.
package datasets
