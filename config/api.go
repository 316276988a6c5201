package config

// API configures the JSON API.
type API struct {
	// Tokens are the bearer tokens of the JSON API.
	Tokens []APIToken `yaml:"tokens"`
}

// APIToken is one caller of the JSON API. Who acted is recorded by its name.
type APIToken struct {
	Name      string `yaml:"name"`
	Token     Secret `yaml:"token"`
	TokenFile string `yaml:"token_file,omitempty"`
}

const minTokenLength = 16

func (a API) check(r report) {
	names := uniqueNames{what: "token"}
	for i, token := range a.Tokens {
		entry := r.at("tokens").index(i)
		names.check(entry.at("name"), token.Name)
		if len(token.Token) < minTokenLength {
			entry.at("token").add(token.Token.String(), "a token must have at least 16 characters",
				"make one with: openssl rand -hex 24")
		}
	}
}

func (a API) secrets() []string {
	var list []string
	for _, token := range a.Tokens {
		list = append(list, token.Token.Reveal())
	}
	return list
}
