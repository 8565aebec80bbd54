package network

import (
	"fmt"
	"strings"
)

// maxDepth bounds how deep arrays and inline tables may be nested, and the parts
// of a dotted key; a network file needs 4.
const maxDepth = 16

// keyLines finds the line of every key and table of a TOML text, by its path:
// "layer[1].neuron.beta" → 14. The TOML library parses and judges the text; it
// only keeps the lines to itself. ok is false where the nesting is too deep, and
// line says where.
func keyLines(src string) (lines map[string]int, line int, ok bool) {
	s := lineScanner{src: src, line: 1, at: map[string]int{}, arrays: map[string]int{}}
	s.document()
	return s.at, s.line, !s.deep
}

type lineScanner struct {
	src    string
	pos    int
	line   int
	at     map[string]int
	arrays map[string]int // elements so far of each array of tables
	deep   bool
}

// peek returns the next byte, 0 at the end.
func (s *lineScanner) peek() byte {
	if s.pos < len(s.src) && !s.deep {
		return s.src[s.pos]
	}
	return 0
}

func (s *lineScanner) skip() {
	if s.src[s.pos] == '\n' {
		s.line++
	}
	s.pos++
}

// space skips blanks, and newlines and comments too if they may stand here.
func (s *lineScanner) space(newlines bool) {
	for {
		switch c := s.peek(); {
		case c == ' ' || c == '\t' || c == '\r':
		case c == '\n' && newlines:
		case c == '#':
			for c := s.peek(); c != 0 && c != '\n'; c = s.peek() {
				s.pos++
			}
			continue
		default:
			return
		}
		s.skip()
	}
}

func (s *lineScanner) document() {
	prefix := ""
	for s.space(true); s.peek() != 0; s.space(true) {
		if s.peek() != '[' {
			s.keyValue(prefix, 0)
			s.restOfLine()
			continue
		}
		s.pos++
		array := s.peek() == '['
		if array {
			s.pos++
		}
		line := s.line
		prefix = s.header(s.key(), array)
		s.at[prefix] = line
		s.restOfLine()
	}
}

// header resolves the name of a table: parts that are arrays of tables mean
// their last element.
func (s *lineScanner) header(parts []string, array bool) string {
	path := ""
	for i, p := range parts {
		path = join(path, p)
		n := s.arrays[path]
		if array && i == len(parts)-1 {
			s.arrays[path]++
			n++
		}
		if n > 0 {
			path = fmt.Sprintf("%s[%d]", path, n-1)
		}
	}
	return path
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func (s *lineScanner) restOfLine() {
	for c := s.peek(); c != 0 && c != '\n'; c = s.peek() {
		s.pos++
	}
}

// key reads a key with its dots.
func (s *lineScanner) key() []string {
	var parts []string
	for {
		s.space(false)
		start := s.pos
		switch c := s.peek(); {
		case c == '"' || c == '\'':
			s.text(c)
			parts = append(parts, strings.Trim(s.src[start:s.pos], string(c)))
		case bare(c):
			for bare(s.peek()) {
				s.pos++
			}
			parts = append(parts, s.src[start:s.pos])
		default:
			return parts
		}
		s.space(false)
		if len(parts) > maxDepth {
			s.deep = true
		}
		if s.peek() != '.' {
			return parts
		}
		s.pos++
	}
}

func bare(c byte) bool {
	return c == '_' || c == '-' || c >= '0' && c <= '9' || c|32 >= 'a' && c|32 <= 'z'
}

func (s *lineScanner) keyValue(prefix string, depth int) {
	line, start := s.line, s.pos
	path := prefix
	for _, p := range s.key() {
		path = join(path, p)
	}
	if _, seen := s.at[path]; !seen {
		s.at[path] = line
	}
	if s.peek() == '=' {
		s.pos++
		s.space(false)
		s.value(path, depth)
	}
	if s.pos == start && s.peek() != 0 {
		s.skip() // no key at all: the parser complains
	}
}

func (s *lineScanner) value(path string, depth int) {
	if depth > maxDepth {
		s.deep = true
		return
	}
	switch c := s.peek(); c {
	case '"', '\'':
		s.text(c)
	case '[':
		s.pos++
		for i := 0; ; i++ {
			s.space(true)
			start := s.pos
			switch c := s.peek(); c {
			case 0:
				return
			case ']':
				s.pos++
				return
			case '[', '{':
				item := fmt.Sprintf("%s[%d]", path, i)
				s.at[item] = s.line
				s.value(item, depth+1)
			default:
				s.value("", depth+1)
			}
			s.space(true)
			if s.peek() == ',' {
				s.pos++
			} else if s.pos == start {
				s.skip()
			}
		}
	case '{':
		s.pos++
		for {
			s.space(true)
			switch s.peek() {
			case 0:
				return
			case '}':
				s.pos++
				return
			case ',':
				s.pos++
			default:
				s.keyValue(path, depth+1)
			}
		}
	default: // number, boolean, date
		for c := s.peek(); c != 0 && !strings.ContainsRune(",]}#\n", rune(c)); c = s.peek() {
			s.pos++
		}
	}
}

// text skips a string: one line in quotes, or several in triple quotes.
func (s *lineScanner) text(quote byte) {
	triple := strings.Repeat(string(quote), 3)
	long := strings.HasPrefix(s.src[s.pos:], triple)
	if long {
		s.pos += 3
	} else {
		s.pos++
	}
	for c := s.peek(); c != 0; c = s.peek() {
		switch {
		case c == '\\' && quote == '"' && s.pos+1 < len(s.src):
			s.pos++
		case long && strings.HasPrefix(s.src[s.pos:], triple):
			s.pos += 3
			for range 2 { // up to two quotes may stand before the closing three
				if s.peek() == quote {
					s.pos++
				}
			}
			return
		case !long && c == quote:
			s.pos++
			return
		case !long && c == '\n':
			return
		}
		s.skip()
	}
}
