package jenkinstest

import (
	"errors"
	"strconv"
	"strings"
)

var errTree = errors.New("malformed tree")

// selection is a parsed tree= parameter: the fields asked for and, per list, the range wanted.
type selection struct {
	fields map[string]*selection
	all    bool // "*": every field of default visibility
	from   int
	to     int // -1: no end
}

func newSelection() *selection { return &selection{fields: map[string]*selection{}, to: -1} }

// parseTree reads a tree such as "jobs[name,builds[number]{0,5}]".
func parseTree(text string) (*selection, error) {
	p := treeParser{text: text}
	sel := newSelection()
	if err := p.list(sel); err != nil {
		return nil, err
	}
	if p.pos != len(p.text) {
		return nil, errTree
	}
	return sel, nil
}

type treeParser struct {
	text string
	pos  int
}

func (p *treeParser) take(c byte) bool {
	if p.pos < len(p.text) && p.text[p.pos] == c {
		p.pos++
		return true
	}
	return false
}

// word reads a field name; it ends at the structure's own characters.
func (p *treeParser) word() string {
	start := p.pos
	for p.pos < len(p.text) && !strings.ContainsRune("[]{},", rune(p.text[p.pos])) {
		p.pos++
	}
	return strings.TrimSpace(p.text[start:p.pos])
}

func (p *treeParser) list(into *selection) error {
	for {
		name := p.word()
		if name == "" {
			return errTree
		}
		if err := p.field(into, name); err != nil {
			return err
		}
		if !p.take(',') {
			return nil
		}
	}
}

func (p *treeParser) field(into *selection, name string) error {
	if name == "*" {
		into.all = true
	}
	child := into.fields[name]
	if child == nil {
		child = newSelection()
		into.fields[name] = child
	}
	if p.take('[') {
		if err := p.list(child); err != nil {
			return err
		}
		if !p.take(']') {
			return errTree
		}
	}
	if p.take('{') {
		return p.span(child)
	}
	return nil
}

// span reads the rest of "{from,to}", "{,to}", "{from,}" or "{index}".
func (p *treeParser) span(sel *selection) error {
	end := strings.IndexByte(p.text[p.pos:], '}')
	if end < 0 {
		return errTree
	}
	body := p.text[p.pos : p.pos+end]
	p.pos += end + 1
	from, to, two := strings.Cut(body, ",")
	first, err := bound(from, 0)
	if err != nil {
		return err
	}
	last, err := bound(to, -1)
	if err != nil {
		return err
	}
	if !two {
		last = first + 1
	}
	sel.from, sel.to = first, last
	return nil
}

func bound(text string, missing int) (int, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return missing, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, errTree
	}
	return n, nil
}

// window cuts a list of n entries to the range asked for.
func (s *selection) window(n int) (from, to int) {
	if s == nil {
		return 0, n
	}
	from, to = min(s.from, n), n
	if s.to >= 0 {
		to = min(s.to, n)
	}
	return from, max(from, to)
}
