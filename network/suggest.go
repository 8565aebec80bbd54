package network

import (
	"fmt"
	"slices"
	"strings"
)

// suggest answers a wrong name: "did you mean \"threshold\"?" when one of the
// names is close, else a list of them.
func suggest(wrong string, names []string) string {
	if best := closest(wrong, names); best != "" {
		return fmt.Sprintf("did you mean %q?", best)
	}
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = fmt.Sprintf("%q", n)
	}
	if len(quoted) == 1 {
		return "it can only be " + quoted[0]
	}
	return "possible: " + strings.Join(quoted, ", ")
}

// closest returns the name with the smallest edit distance, if that is at most a
// third of the letters (and at least one), or else one that starts with the same
// four letters.
func closest(wrong string, names []string) string {
	w := strings.ToLower(wrong)
	if len(w) > 64 {
		return ""
	}
	best, bestDist := "", max(1, len([]rune(w))/3)+1
	for _, n := range names {
		if d := editDistance([]rune(w), []rune(strings.ToLower(n))); d < bestDist {
			best, bestDist = n, d
		}
	}
	if best == "" && len(w) >= 2 {
		start := w[:min(len(w), 4)]
		if i := slices.IndexFunc(names, func(n string) bool { return strings.HasPrefix(n, start) || strings.HasPrefix(w, n) }); i >= 0 {
			best = names[i]
		}
	}
	return best
}

// editDistance counts insertions, deletions, replacements and swaps of
// neighbours (optimal string alignment).
func editDistance(a, b []rune) int {
	prev2, prev, cur := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return prev[len(b)]
}
