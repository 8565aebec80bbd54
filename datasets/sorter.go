package datasets

import (
	"fmt"
	"slices"
	"strings"

	"dvsim/events"
)

// sorter sorts recordings into parts and gives them their labels.
type sorter struct {
	kind   string
	parts  map[string][]Recording
	class  map[string][]string // beside parts
	traces int
	total  int
}

func (s *sorter) add(r Recording, class, part string) {
	if s.parts == nil {
		s.parts, s.class = map[string][]Recording{}, map[string][]string{}
	}
	s.parts[part] = append(s.parts[part], r)
	s.class[part] = append(s.class[part], class)
	s.total++
	if isTrace(r.Name) {
		s.traces++
	}
}

// listing checks the whole and gives out labels.
func (s *sorter) listing(name string, opt FindOptions) (*Listing, error) {
	if s.traces > 0 && s.traces < s.total {
		return nil, fmt.Errorf("%s: %d traces (.dvt) among %d recordings; a data set holds one or the other", name, s.traces, s.total-s.traces)
	}
	l := &Listing{Kind: s.kind, Classes: slices.Clone(opt.Classes)}
	if s.traces > 0 {
		l.Kind = KindTraces
	}
	if opt.Classes == nil {
		var err error
		if l.Classes, err = s.classes(name); err != nil {
			return nil, err
		}
	}
	label := map[string]int{}
	for i, c := range l.Classes {
		label[c] = i
	}
	for part, recs := range s.parts {
		for i := range recs {
			c := s.class[part][i]
			var ok bool
			if recs[i].Label, ok = label[c]; !ok {
				return nil, fmt.Errorf("%s: %s is of class %q; the classes are %s", name, recs[i].Name, c, nameList(l.Classes))
			}
		}
	}
	l.Train, l.Test, l.Validation = s.parts["train"], s.parts["test"], s.parts["validation"]
	if l.Test == nil {
		l.Test, l.Validation = l.Validation, nil
	}
	return l, nil
}

// classes finds the classes, and that training has them all.
func (s *sorter) classes(name string) ([]string, error) {
	count := map[string]int{}
	for _, part := range s.class {
		for _, c := range part {
			count[c]++
		}
	}
	var all []string
	for c := range count {
		all = append(all, c)
	}
	sortClasses(all)
	if len(all) == 1 {
		return nil, fmt.Errorf("%s: there is one class only, %q, of %s recordings: nothing can be told apart; put each recording in a folder named for its class", name, all[0], events.Thousands(int64(s.total)))
	}
	if train := s.class["train"]; len(train) > 0 {
		var lack []string
		for _, c := range all {
			if !slices.Contains(train, c) {
				lack = append(lack, c)
			}
		}
		if len(lack) > 0 {
			return nil, fmt.Errorf("%s: training has no recording of %s, but test has: a network cannot learn it; add some, or take them out of the test", name, nameList(lack))
		}
	}
	return all, nil
}

// nameList quotes names for people, the first ten of them.
func nameList(names []string) string {
	var b strings.Builder
	for i, n := range names {
		if i == 10 {
			fmt.Fprintf(&b, " and %d more", len(names)-i)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%q", n)
	}
	return b.String()
}
