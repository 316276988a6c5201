package config

import (
	"reflect"
	"testing"
	"time"
)

func TestLeaf(t *testing.T) {
	duration, whole, flag := reflect.TypeFor[time.Duration](), reflect.TypeFor[int64](), reflect.TypeFor[bool]()
	tests := []struct {
		typ  reflect.Type
		text string
		want string
		ok   bool
	}{
		{duration, "1h30m", "1h30m", true}, {duration, "90", "", false}, {duration, "", "", false},
		{duration, "1d", "24h", true}, {duration, "730d", "17520h", true}, {duration, "d", "", false}, {duration, "-1d", "", false},
		{duration, "1d12h", "", false}, {duration, "1.5d", "", false}, {duration, "70000d", "", false},
		{whole, "12", "12", true}, {whole, "-3", "-3", true}, {whole, "0010", "10", true}, {whole, "0x10", "", false},
		{whole, "1_000", "", false}, {whole, "1e3", "", false}, {whole, "9223372036854775808", "", false}, {whole, "", "", false},
		{flag, "true", "true", true}, {flag, "false", "false", true}, {flag, "True", "", false}, {flag, "1", "", false},
		{reflect.TypeFor[string](), "", "", true}, {reflect.TypeFor[Secret](), " x ", " x ", true},
	}
	for _, test := range tests {
		got, err := leaf(test.typ, test.text)
		if got != test.want || (err == nil) != test.ok {
			t.Errorf("leaf(%v, %q) = %q, %v", test.typ, test.text, got, err)
		}
	}
}

// TestKeysAreWellFormed: variables join keys by _, so two keys of a section must not make the same name, and every key
// needs one.
func TestKeysAreWellFormed(t *testing.T) {
	seen := map[string]bool{}
	for _, name := range envNames(reflect.TypeFor[Config](), envPrefix) {
		if seen[name] {
			t.Errorf("two keys have the variable %s", name)
		}
		seen[name] = true
	}
	if len(seen) < 70 {
		t.Errorf("only %d variables", len(seen))
	}
}

// TestDefaultsFitTheirFields: a default that does not fit would stop every start.
func TestDefaultsFitTheirFields(t *testing.T) {
	checkDefaultTags(t, reflect.TypeFor[Config]())
}

func checkDefaultTags(t *testing.T, section reflect.Type) {
	t.Helper()
	for _, k := range keysOf(section) {
		if k.name == "" {
			t.Errorf("a field of %v has no yaml tag", section)
		}
		if k.defaults {
			if _, err := leaf(k.typ, k.fallback); err != nil || !isLeaf(k.typ) {
				t.Errorf("%v.%s: the default %q does not fit: %v", section, k.name, k.fallback, err)
			}
		}
		typ := k.typ
		if typ.Kind() == reflect.Slice {
			typ = typ.Elem()
		}
		if typ.Kind() == reflect.Struct {
			checkDefaultTags(t, typ)
		}
	}
}
