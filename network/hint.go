package network

// Suggest answers a wrong name for people: `did you mean "split"?` when one of the
// names is close, else a list of them.
func Suggest(wrong string, names []string) string { return suggest(wrong, names) }
