package config

import "regexp"

// How DingTalk's events reach us.
const (
	EventsOff    = "off"
	EventsStream = "stream"
	EventsHTTP   = "http"
)

// Events configures DingTalk's event subscription.
type Events struct {
	Mode string `yaml:"mode" default:"off"` // off, stream or http
	// Token and AESKey belong to the http mode; both stand on the subscription's page.
	Token      Secret `yaml:"token"`
	TokenFile  string `yaml:"token_file,omitempty"`
	AESKey     Secret `yaml:"aes_key"`
	AESKeyFile string `yaml:"aes_key_file,omitempty"`
	// Owner is what http events are encrypted for; empty: the app's key, which is right unless the callback was registered
	// by API, for the corpId.
	Owner string `yaml:"owner"`
}

var aesKey = regexp.MustCompile(`^[A-Za-z0-9+/]{43}$`)

func (e Events) check(r report) {
	r.at("mode").oneOf(e.Mode, EventsOff, EventsStream, EventsHTTP)
	if e.Mode == EventsHTTP {
		r.at("token").required(e.Token.Reveal(), "copy the signature token from the subscription's page, or set token_file")
		r.at("aes_key").required(e.AESKey.Reveal(), "copy the encryption key from the subscription's page, or set aes_key_file")
	}
	if e.AESKey != "" && !aesKey.MatchString(e.AESKey.Reveal()) {
		r.at("aes_key").add(e.AESKey.String(), "an encryption key has 43 characters of A-Z, a-z, 0-9, + and /",
			"copy it again from the subscription's page")
	}
}

func (e Events) secrets() []string { return []string{e.Token.Reveal(), e.AESKey.Reveal()} }
