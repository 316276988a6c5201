package config

// JenkinsHook lets Jenkins say that something happened to a build, at POST /hooks/jenkins. Without a secret there is no such
// address.
type JenkinsHook struct {
	// Secret is what Jenkins proves itself with.
	Secret     Secret `yaml:"secret"`
	SecretFile string `yaml:"secret_file,omitempty"`
}

func (h JenkinsHook) check(r report) {
	if h.Secret != "" && len(h.Secret) < minTokenLength {
		r.at("secret").add(h.Secret.String(), "a secret must have at least 16 characters", "make one with: openssl rand -hex 24")
	}
}
