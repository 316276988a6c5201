package jenkinstest

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// bean is an exported object. Jenkins' rules are kept: without a tree a field shows when its visibility is above the
// nesting level, an inline field does not nest; with a tree only what is named shows; _class shows always.
type bean struct {
	class  string
	fields []field
}

// field is one property. val may be a func() any, called only when the field shows, or a func(*selection) any.
type field struct {
	name   string
	vis    int
	inline bool
	val    any
}

func (b *bean) add(vis int, name string, val any) *bean {
	b.fields = append(b.fields, field{name: name, vis: vis, val: val})
	return b
}

func (b *bean) addInline(vis int, name string, val any) *bean {
	b.fields = append(b.fields, field{name: name, vis: vis, val: val, inline: true})
	return b
}

func newBean(class string) *bean { return &bean{class: class} }

// exporter writes beans as JSON, projected on a selection.
type exporter struct{ out bytes.Buffer }

func export(b *bean, sel *selection) []byte {
	var e exporter
	e.bean(b, sel, 0)
	return e.out.Bytes()
}

func (e *exporter) bean(b *bean, sel *selection, level int) {
	if b == nil {
		e.out.WriteString("null")
		return
	}
	e.out.WriteByte('{')
	first := true
	if b.class != "" {
		e.out.WriteString(`"_class":`)
		e.text(b.class)
		first = false
	}
	for i := range b.fields {
		f := &b.fields[i]
		sub, show := f.selected(sel, level)
		if !show {
			continue
		}
		if !first {
			e.out.WriteByte(',')
		}
		first = false
		e.text(f.name)
		e.out.WriteByte(':')
		next := level + 1
		if f.inline {
			next = level
		}
		e.value(f.val, sub, next)
	}
	e.out.WriteByte('}')
}

// selected tells whether the field shows and what is selected below it (nil: by visibility).
func (f *field) selected(sel *selection, level int) (*selection, bool) {
	if sel == nil {
		return nil, f.vis > level
	}
	if sub := sel.fields[f.name]; sub != nil {
		return sub, true
	}
	return nil, sel.all && f.vis > 0
}

func (e *exporter) value(v any, sel *selection, level int) {
	switch v := v.(type) {
	case nil:
		e.out.WriteString("null")
	case func() any:
		e.value(v(), sel, level)
	case func(*selection) any:
		e.value(v(sel), sel, level)
	case *bean:
		e.bean(v, sel, level)
	case []*bean:
		e.list(v, sel, level)
	case string:
		e.text(v)
	case bool:
		e.out.WriteString(strconv.FormatBool(v))
	case int:
		e.out.WriteString(strconv.Itoa(v))
	case int64:
		e.out.WriteString(strconv.FormatInt(v, 10))
	default:
		e.marshal(v)
	}
}

func (e *exporter) list(beans []*bean, sel *selection, level int) {
	from, to := sel.window(len(beans))
	e.out.WriteByte('[')
	for i, b := range beans[from:to] {
		if i > 0 {
			e.out.WriteByte(',')
		}
		e.bean(b, sel, level)
	}
	e.out.WriteByte(']')
}

func (e *exporter) text(s string) {
	plain := utf8.ValidString(s)
	for i := 0; plain && i < len(s); i++ {
		plain = s[i] >= 0x20 && s[i] != '"' && s[i] != '\\'
	}
	if !plain {
		e.marshal(s)
		return
	}
	e.out.WriteByte('"')
	e.out.WriteString(s)
	e.out.WriteByte('"')
}

// marshal leaves <, > and & as they are, like Jenkins.
func (e *exporter) marshal(v any) {
	enc := json.NewEncoder(&e.out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		e.out.WriteString("null")
		return
	}
	e.out.Truncate(e.out.Len() - 1) // Encode ends with a newline
}
