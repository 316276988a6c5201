package model

import (
	"reflect"
	"testing"
)

// filled gives every field of v, however deep, a value; no two fields have the same.
func filled(t *testing.T, v reflect.Value, n *int) {
	t.Helper()
	*n++
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		filled(t, v.Elem(), n)
		return
	}
	if v.Kind() == reflect.Slice {
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		filled(t, v.Index(0), n)
		filled(t, v.Index(1), n)
		return
	}
	if v.Kind() == reflect.Struct {
		for _, field := range v.Fields() {
			filled(t, field, n)
		}
		return
	}
	if v.Kind() == reflect.Bool {
		v.SetBool(true)
		return
	}
	v.SetString(string(rune('a' + *n%26)))
}

// everyChange makes one change after another to v, however deep, and undoes it.
func everyChange(v reflect.Value, path string, changed func(path string)) {
	undo := func(to reflect.Value) {
		before := reflect.New(v.Type()).Elem()
		before.Set(v)
		v.Set(to)
		changed(path)
		v.Set(before)
	}
	if v.Kind() == reflect.Struct {
		for field, value := range v.Fields() {
			everyChange(value, path+"."+field.Name, changed)
		}
		return
	}
	undo(reflect.Zero(v.Type()))
	if v.Kind() == reflect.Slice {
		undo(v.Slice(0, 1))
		everyChange(v.Index(1), path+"[1]", changed)
	}
	if v.Kind() == reflect.Pointer {
		everyChange(v.Elem(), path, changed)
	}
}

// TestAnyDifferenceBetweenListingsCounts changes every field of what a listing says.
func TestAnyDifferenceBetweenListingsCounts(t *testing.T) {
	n, m := 0, 0
	var a, b Listing
	for _, pair := range []struct {
		l *Listing
		n *int
	}{{&a, &n}, {&b, &m}} {
		filled(t, reflect.ValueOf(&pair.l.Jobs).Elem(), pair.n)
		filled(t, reflect.ValueOf(&pair.l.Views).Elem(), pair.n)
	}
	if !a.Says(b) {
		t.Fatal("equal listings differ")
	}
	changes := 0
	check := func(path string) {
		changes++
		if a.Says(b) || b.Says(a) {
			t.Errorf("a change of %s makes no difference", path)
		}
	}
	everyChange(reflect.ValueOf(&b.Jobs).Elem(), "Jobs", check)
	everyChange(reflect.ValueOf(&b.Views).Elem(), "Views", check)
	if changes < 20 || !a.Says(b) {
		t.Errorf("%d changes", changes)
	}
}

func TestJobsThatShareTheirParameters(t *testing.T) {
	of := func(names ...string) []ParameterDefinition {
		var list []ParameterDefinition
		for _, name := range names {
			list = append(list, ParameterDefinition{Name: name})
		}
		return list
	}
	one, other := of("A", "B"), of("A", "C")
	a := Listing{Jobs: []Job{{Name: "x", Parameters: one}, {Name: "y", Parameters: one}}}
	b := Listing{Jobs: []Job{{Name: "x", Parameters: of("A", "B")}, {Name: "y", Parameters: other}}}
	if a.Says(b) {
		t.Error("other parameters are not seen")
	}
	b.Jobs[1].Parameters = b.Jobs[0].Parameters
	if !a.Says(b) {
		t.Error("the same parameters differ")
	}
	if prefix := (Listing{Jobs: []Job{{Name: "x", Parameters: one[:1]}, {Name: "y", Parameters: one}}}); a.Says(prefix) {
		t.Error("fewer parameters are not seen")
	}
}
