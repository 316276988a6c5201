package config

// Redis configures the shared cache. Without an address the cache lives in this process.
type Redis struct {
	Addr         string `yaml:"addr"`
	Password     Secret `yaml:"password"`
	PasswordFile string `yaml:"password_file,omitempty"`
	DB           int    `yaml:"db" default:"0"`
}

func (s Redis) check(r report) {
	r.at("db").between(s.DB, 0, 1023)
	if s.Addr != "" {
		r.at("addr").address(s.Addr, "127.0.0.1:6379")
	}
}

func (s Redis) secrets() []string { return []string{s.Password.Reveal()} }
