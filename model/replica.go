package model

import (
	"maps"
	"slices"
	"time"
)

// Replica is one running process of the bridge. Several work on one database.
type Replica struct {
	ID        string // of the process; another one each start
	Host      string
	Version   string
	StartedAt time.Time
	SeenAt    time.Time
	// Fingerprints tell whether two replicas were given the same configuration, by section. No secret can be read
	// from them.
	Fingerprints map[string]string
}

// Label is how people tell this replica from others.
func (r *Replica) Label() string { return r.Host + "/" + Cut(r.ID, 9) }

// Differs lists the sections of the configuration in which two replicas differ, in alphabetical order. Those that one of
// the two does not have are among them.
func (r *Replica) Differs(other *Replica) []string {
	var sections []string
	for section, print := range r.Fingerprints {
		if theirs, ok := other.Fingerprints[section]; !ok || theirs != print {
			sections = append(sections, section)
		}
	}
	for section := range maps.Keys(other.Fingerprints) {
		if _, ok := r.Fingerprints[section]; !ok {
			sections = append(sections, section)
		}
	}
	slices.Sort(sections)
	return sections
}
