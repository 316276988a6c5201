package config

// Retry says how failed deployments may be tried again.
type Retry struct {
	// Max is how often one deployment may be retried after it failed, by the same approval; 0 means never. What was lost may
	// always be, since it takes a person to know what became of it.
	Max int `yaml:"max" default:"3"`
}

func (x Retry) check(r report) { r.at("max").between(x.Max, 0, 100) }

// Rollback says whether releases may be rolled back.
type Rollback struct {
	// Allow lets an operator deploy the parameters of an earlier success without a new approval.
	Allow bool `yaml:"allow" default:"true"`
}
