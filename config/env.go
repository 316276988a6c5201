package config

import (
	"cmp"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/v2"
)

const envPrefix = "OABRIDGE_"

// foreign are variables with our prefix that set no key: OABRIDGE_CONFIG, which names the file itself, OABRIDGE_TOKEN,
// which the releases commands take, those of the tests, and those Kubernetes sets in every container beside a Service
// named oabridge.
var foreign = regexp.MustCompile(`^OABRIDGE_(CONFIG|TOKEN|TEST_.*|CHAOS_.*|SERVICE_HOST|SERVICE_PORT.*|PORT|PORT_\d+_(TCP|UDP).*)$`)

// variable is one OABRIDGE_ variable and the key it sets.
type variable struct {
	name, value string
	path        []step
	typ         reflect.Type
}

// step is one key, or one index of a list.
type step struct {
	key   string
	index int // -1 for a key
}

// loadEnvironment lays the variables over what is loaded. A variable without a value counts as not given.
func (l *loader) loadEnvironment(environ []string) {
	var list []variable
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, envPrefix) || value == "" || foreign.MatchString(name) {
			continue
		}
		path, typ := resolve(reflect.TypeFor[Config](), strings.TrimPrefix(name, envPrefix))
		if path == nil {
			l.problems = append(l.problems, Problem{Key: name, Message: "there is no such variable",
				Remedy: Suggest(index.ReplaceAllString(name, "_0$1"), envNames(reflect.TypeFor[Config](), envPrefix))})
			continue
		}
		list = append(list, variable{name, value, path, typ})
	}
	slices.SortStableFunc(list, func(a, b variable) int { return slices.CompareFunc(a.path, b.path, compareSteps) })
	for _, v := range list {
		l.loadVariable(v)
	}
}

var index = regexp.MustCompile(`_\d+(_|$)`)

func compareSteps(a, b step) int {
	return cmp.Or(cmp.Compare(a.index, b.index), cmp.Compare(a.key, b.key))
}

func (l *loader) loadVariable(v variable) {
	at := l.report()
	for _, s := range v.path {
		if s.index >= 0 {
			at = at.index(s.index)
		} else {
			at = at.at(s.key)
		}
		if _, known := l.sources[at.key]; !known {
			l.sources[at.key] = v.name
		}
	}
	value, ok := l.variableValue(v, at)
	if !ok {
		return
	}
	overlay, _ := nest(v.path, value).(map[string]any)
	if err := l.layers.Load(confmap.Provider(overlay, ""), nil, koanf.WithMergeFunc(merge)); err != nil {
		l.problems = append(l.problems, Problem{Key: v.name, Message: err.Error(), Remedy: "number the entries from 0, without gaps"})
	}
}

// variableValue reads a variable's value: text as it is, sections and lists as YAML or JSON.
func (l *loader) variableValue(v variable, at report) (any, bool) {
	r := reader{loader: l, source: func(int) string { return v.name }}
	if !isLeaf(v.typ) {
		root, ok := r.parse([]byte(v.value), at)
		if !ok {
			return nil, false
		}
		value := r.read(root, v.typ, at)
		return value, value != nil
	}
	text, err := leaf(v.typ, v.value)
	if err != nil {
		r.fail(at, 0, shown(v.typ, v.value), "the value does not fit", "write "+err.Error())
		return nil, false
	}
	l.sources[at.key] = v.name
	return text, true
}

// resolve finds the key a variable's name stands for; both results are nil when there is none.
func resolve(typ reflect.Type, name string) ([]step, reflect.Type) {
	switch typ.Kind() {
	case reflect.Struct:
		for _, k := range keysOf(typ) {
			rest, ok := strings.CutPrefix(name, strings.ToUpper(k.name))
			if path, found := resolveRest(step{k.name, -1}, k.typ, rest, ok); path != nil {
				return path, found
			}
		}
	case reflect.Slice:
		digits := name[:len(name)-len(strings.TrimLeft(name, "0123456789"))]
		n, err := strconv.Atoi(digits)
		return resolveRest(step{"", n}, typ.Elem(), name[len(digits):], err == nil)
	default:
	}
	return nil, nil
}

func resolveRest(s step, typ reflect.Type, rest string, ok bool) ([]step, reflect.Type) {
	if !ok {
		return nil, nil
	}
	if rest == "" {
		return []step{s}, typ
	}
	rest, ok = strings.CutPrefix(rest, "_")
	if !ok {
		return nil, nil
	}
	path, found := resolve(typ, rest)
	if path == nil {
		return nil, nil
	}
	return append([]step{s}, path...), found
}

// envNames lists the variables of a section, with 0 for every index.
func envNames(section reflect.Type, prefix string) []string {
	var names []string
	for _, k := range keysOf(section) {
		name, typ := prefix+strings.ToUpper(k.name), k.typ
		if typ.Kind() == reflect.Slice {
			names = append(names, name)
			name, typ = name+"_0", typ.Elem()
		}
		if typ.Kind() == reflect.Struct {
			names = append(names, envNames(typ, name+"_")...)
		}
		names = append(names, name)
	}
	return names
}
