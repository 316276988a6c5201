package model

import "slices"

// Says tells whether two listings say the same, whenever they were made. Tens of thousands of jobs are compared in
// milliseconds, also while forms are answered.
func (l Listing) Says(other Listing) bool {
	if len(l.Jobs) != len(other.Jobs) {
		return false
	}
	known := map[[2]*ParameterDefinition]bool{}
	for i := range l.Jobs {
		if !l.Jobs[i].same(&other.Jobs[i], known) {
			return false
		}
	}
	return slices.EqualFunc(l.Views, other.Views, func(a, b View) bool { return a.Name == b.Name && slices.Equal(a.Jobs, b.Jobs) })
}

// same compares two jobs. Jobs made alike share their parameters; known are the pairs that were found to be the same.
func (j *Job) same(o *Job, known map[[2]*ParameterDefinition]bool) bool {
	if j.FullName != o.FullName || j.Name != o.Name || j.DisplayName != o.DisplayName || j.Description != o.Description ||
		j.Kind != o.Kind || j.Container != o.Container || j.Buildable != o.Buildable || len(j.Parameters) != len(o.Parameters) {
		return false
	}
	if len(j.Parameters) == 0 {
		return true
	}
	pair := [2]*ParameterDefinition{&j.Parameters[0], &o.Parameters[0]}
	if known[pair] {
		return true
	}
	known[pair] = slices.EqualFunc(j.Parameters, o.Parameters, ParameterDefinition.same)
	return known[pair]
}

func (p ParameterDefinition) same(o ParameterDefinition) bool {
	return p.Name == o.Name && p.Kind == o.Kind && p.Description == o.Description && p.Multiple == o.Multiple &&
		p.BuildsOf == o.BuildsOf && p.Filter == o.Filter && slices.Equal(p.Choices, o.Choices) &&
		(p.Default == nil) == (o.Default == nil) && (p.Default == nil || *p.Default == *o.Default)
}
