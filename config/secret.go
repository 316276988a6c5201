package config

import "log/slog"

// redacted is what stands in the place of a secret.
const redacted = "<secret>"

// Secret is text that must not be shown. However it is printed, logged or marshalled, it shows as <secret>, and as
// nothing when it is empty.
type Secret string

// Reveal returns the secret itself. Every call is a place to look at when a secret leaked.
func (s Secret) Reveal() string { return string(s) }

// String hides the secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return redacted
}

// GoString hides the secret from %#v.
func (s Secret) GoString() string { return `"` + s.String() + `"` }

// MarshalText hides the secret from JSON and from everything else that marshals text.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalYAML hides the secret from YAML.
func (s Secret) MarshalYAML() (any, error) { return s.String(), nil }

// LogValue hides the secret from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
