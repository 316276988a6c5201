package config

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// key is one key of the configuration as the struct tags declare it.
type key struct {
	name     string
	fallback string // what a missing key means, as text
	defaults bool   // whether there is a fallback
	typ      reflect.Type
}

// keysOf lists the keys of a section in the order of its fields.
func keysOf(section reflect.Type) []key {
	list := make([]key, 0, section.NumField())
	for field := range section.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		fallback, ok := field.Tag.Lookup("default")
		list = append(list, key{name, fallback, ok, field.Type})
	}
	return list
}

func findKey(section reflect.Type, name string) (key, bool) {
	for _, k := range keysOf(section) {
		if k.name == name {
			return k, true
		}
	}
	return key{}, false
}

func namesOf(section reflect.Type) []string {
	var names []string
	for _, k := range keysOf(section) {
		names = append(names, k.name)
	}
	return names
}

// isLeaf reports whether values of the type are one text.
func isLeaf(typ reflect.Type) bool {
	kind := typ.Kind()
	return kind != reflect.Struct && kind != reflect.Slice && kind != reflect.Map
}

// leaf checks that text is a value of the type and returns it in its plain form.
func leaf(typ reflect.Type, text string) (string, error) {
	switch {
	case typ == reflect.TypeFor[time.Duration]():
		text = inHours(text)
		if _, err := time.ParseDuration(text); err != nil {
			return "", fmt.Errorf("a duration such as 30s, 5m, 2h or 30d")
		}
	case typ.Kind() == reflect.Bool:
		if text != "true" && text != "false" {
			return "", fmt.Errorf("true or false")
		}
	case typ.Kind() == reflect.Int || typ.Kind() == reflect.Int64:
		number, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return "", fmt.Errorf("a whole number")
		}
		return strconv.FormatInt(number, 10), nil
	case typ.Kind() == reflect.Float64:
		number, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsInf(number, 0) || math.IsNaN(number) {
			return "", fmt.Errorf("a number such as 0.3")
		}
	}
	return text, nil
}

// inHours is a duration that may be a number of days, which Go does not know, since some have 23 or 25 hours. Here a day
// has 24.
func inHours(text string) string {
	days, err := strconv.ParseUint(strings.TrimSuffix(text, "d"), 10, 16)
	if err != nil || !strings.HasSuffix(text, "d") {
		return text
	}
	return strconv.FormatUint(days*24, 10) + "h"
}

// shown is text as a problem may show it.
func shown(typ reflect.Type, text string) string {
	if typ == reflect.TypeFor[Secret]() {
		return Secret(text).String()
	}
	return text
}
