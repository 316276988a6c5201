package model

import (
	"maps"
	"slices"
	"strings"
)

// Definition is what a job declares, as far as the fate of a value depends on it: of each parameter its kind and what it
// may be. Descriptions, defaults and the order say nothing of that. The JSON form is stored.
type Definition map[string]string

// shapeDigits is how much of a hash tells lists of choices apart.
const shapeDigits = 16

// Define takes the definition out of what a job declares. It is never nil.
func Define(declared []ParameterDefinition) Definition {
	d := make(Definition, len(declared))
	for i := range declared {
		d[declared[i].Name] = declared[i].shape()
	}
	return d
}

// several marks a kind of which several values may be chosen.
const several = "*"

func (p *ParameterDefinition) shape() string {
	shape := string(p.Kind)
	if p.Multiple {
		shape += several
	}
	if len(p.Choices) > 0 {
		shape += ":" + Hash(slices.Sorted(slices.Values(p.Choices))...)[:shapeDigits]
	}
	return shape
}

// Kind is the kind that the parameter had, and whether it took several values; "" when it was not declared.
func (d Definition) Kind(name string) (kind ParameterKind, multiple bool) {
	shape, _, _ := strings.Cut(d[name], ":")
	single, multiple := strings.CutSuffix(shape, several)
	return ParameterKind(single), multiple
}

// Fingerprint is equal for equal definitions.
func (d Definition) Fingerprint() string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(d)) {
		parts = append(parts, name, d[name])
	}
	return Hash(parts...)
}
