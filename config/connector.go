package config

import "time"

// Connector says how the connector's calls prove that they come from DingTalk. Every way that is set is accepted.
type Connector struct {
	// Secret is the API secret of the signature scheme, the recommended way.
	Secret     Secret `yaml:"secret"`
	SecretFile string `yaml:"secret_file,omitempty"`
	// MaxSkew is how far a signature's time may be from ours.
	MaxSkew time.Duration `yaml:"max_skew" default:"10m"`
	Basic   Basic         `yaml:"basic"`
	// Token is a fixed bearer token or X-Api-Key.
	Token     Secret `yaml:"token"`
	TokenFile string `yaml:"token_file,omitempty"`
	// Insecure accepts calls that prove nothing. It is for trying things out.
	Insecure bool `yaml:"insecure" default:"false"`
	// Gateway takes connector calls over DingTalk's Stream, so that they need no public address.
	Gateway bool `yaml:"gateway" default:"false"`
}

// Basic is a user and a password of HTTP Basic authentication.
type Basic struct {
	User         string `yaml:"user"`
	Password     Secret `yaml:"password"`
	PasswordFile string `yaml:"password_file,omitempty"`
}

// Enabled reports whether HTTP Basic authentication is set up.
func (b Basic) Enabled() bool { return b.User != "" && b.Password != "" }

// check is told whether forms come in by the connector alone: then somebody must get in.
func (c Connector) check(r report, alone bool) {
	r.at("max_skew").lasts(c.MaxSkew, 10*time.Second, time.Hour)
	basic := r.at("basic")
	if c.Basic.User != "" {
		basic.at("password").required(c.Basic.Password.Reveal(), "set password or password_file, or remove user")
	}
	if c.Basic.Password != "" {
		basic.at("user").required(c.Basic.User, "set user, or remove password")
	}
	if c.Token != "" && len(c.Token) < minTokenLength {
		r.at("token").add(c.Token.String(), "a token must have at least 16 characters", "make one with: openssl rand -hex 24")
	}
	if alone && !c.authenticates() && !c.Insecure {
		r.add("", "anybody could deploy: the connector has no secret, no basic user and no token",
			"set secret (or secret_file) to the connector's API secret; to try things out set insecure: true")
	}
}

// authenticates reports whether any credential was given, be it a complete one or not.
func (c Connector) authenticates() bool {
	return c.Secret != "" || c.Token != "" || c.Basic != Basic{}
}

func (c Connector) secrets() []string {
	return []string{c.Secret.Reveal(), c.Token.Reveal(), c.Basic.Password.Reveal()}
}
