package model

// Pruned counts the rows that were deleted because they were kept for long enough.
type Pruned struct {
	Releases    int
	Deployments int
	Events      int
	Messages    int
	Checks      int // of approvals
	Replicas    int // that were not seen for long
}

// Rows is how many rows it was in all.
func (p Pruned) Rows() int {
	return p.Releases + p.Deployments + p.Events + p.Messages + p.Checks + p.Replicas
}

// Plus adds what another batch deleted.
func (p Pruned) Plus(o Pruned) Pruned {
	return Pruned{
		Releases: p.Releases + o.Releases, Deployments: p.Deployments + o.Deployments, Events: p.Events + o.Events,
		Messages: p.Messages + o.Messages, Checks: p.Checks + o.Checks, Replicas: p.Replicas + o.Replicas,
	}
}
