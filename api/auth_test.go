package api_test

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/oabridge/oabridge/api"
	"github.com/oabridge/oabridge/dingtalk"
)

func basic(user, password string) func(*http.Request) {
	return func(r *http.Request) { r.SetBasicAuth(user, password) }
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func signedAt(at time.Time, secret string) func(*http.Request) {
	return func(r *http.Request) {
		stamp := strconv.FormatInt(at.Unix(), 10)
		r.Header.Set(dingtalk.HeaderTimestamp, stamp)
		r.Header.Set(dingtalk.HeaderSignature, dingtalk.SignConnector(secret, stamp))
	}
}

func none(*http.Request) {}

func upperBasic(r *http.Request) {
	r.SetBasicAuth("ding", password)
	r.Header.Set("Authorization", "BASIC"+r.Header.Get("Authorization")[len("Basic"):])
}

var (
	bySignature = api.ConnectorAuth{Signature: verify(secret)}
	byBasic     = api.ConnectorAuth{BasicUser: "ding", BasicPassword: password}
	byToken     = api.ConnectorAuth{Token: fixed}
	byAll       = api.ConnectorAuth{Signature: verify(secret), BasicUser: "ding", BasicPassword: password, Token: fixed}
)

func TestConnectorAuthentication(t *testing.T) {
	for _, c := range []struct {
		name  string
		auth  api.ConnectorAuth
		given func(*http.Request)
		code  string // "" gets in
	}{
		{"signature", bySignature, signed, ""},
		{"signature in seconds", bySignature, signedAt(time.Now(), secret), ""},
		{"wrong secret", bySignature, signedAt(time.Now(), "other"), "signature_invalid"},
		{"too old", bySignature, signedAt(time.Now().Add(-time.Hour), secret), "signature_expired"},
		{"no signature", bySignature, none, "signature_missing"},
		{"password where a signature is wanted", bySignature, basic("ding", password), "signature_missing"},
		{"basic", byBasic, basic("ding", password), ""},
		{"basic in capitals", byBasic, upperBasic, ""},
		{"wrong password", byBasic, basic("ding", "x"), "unauthorized"},
		{"wrong user", byBasic, basic("x", password), "unauthorized"},
		{"no password", byBasic, basic("ding", ""), "unauthorized"},
		{"nothing where a password is wanted", byBasic, none, "unauthorized"},
		{"garbage after Basic", byBasic, header("Authorization", "Basic !!!"), "unauthorized"},
		{"bearer", byToken, bearer(fixed), ""},
		{"bearer in small letters", byToken, header("Authorization", "bearer "+fixed), ""},
		{"api key", byToken, header("X-Api-Key", fixed), ""},
		{"wrong bearer", byToken, bearer(fixed + "x"), "unauthorized"},
		{"wrong api key", byToken, header("X-Api-Key", "x"), "unauthorized"},
		{"empty bearer", byToken, bearer(""), "unauthorized"},
		{"token of the JSON API", byToken, bearer(opsToken), "unauthorized"},
		{"signature, all set", byAll, signed, ""},
		{"basic, all set", byAll, basic("ding", password), ""},
		{"api key, all set", byAll, header("X-Api-Key", fixed), ""},
		{"nothing, all set", byAll, none, "signature_missing"},
		{"wrong bearer, all set", byAll, bearer("x"), "unauthorized"},
		{"wrong signature, all set", byAll, signedAt(time.Now(), "other"), "signature_invalid"},
		{"nothing set", api.ConnectorAuth{}, none, "unauthorized"},
		{"nothing set, empty bearer", api.ConnectorAuth{}, bearer(""), "unauthorized"},
		{"nothing set, empty password", api.ConnectorAuth{}, basic("", ""), "unauthorized"},
		{"a user without a password", api.ConnectorAuth{BasicUser: "ding"}, basic("ding", ""), "unauthorized"},
		{"insecure", api.ConnectorAuth{Insecure: true}, none, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := &fake{}
			r := newRig(t, f, func(o *api.Options) { o.Connector = c.auth })
			a := r.do("GET", "/connector/requests", "", "", c.given)
			if c.code == "" {
				if a.status != http.StatusOK || a.body["success"] != true {
					t.Errorf("got %d %s", a.status, a.raw)
				}
				return
			}
			if a.status != http.StatusUnauthorized || a.code() != c.code || a.body["success"] != false || a.message() == "" {
				t.Errorf("got %d %s, want %s", a.status, a.raw, c.code)
			}
			if len(f.asked) > 0 || a.header.Get("WWW-Authenticate") == "" {
				t.Errorf("asked %v, header %v", f.asked, a.header)
			}
		})
	}
}

func TestTokensOfTheJSONAPI(t *testing.T) {
	f := &fake{release: aRelease()}
	r := newRig(t, f)
	for _, given := range []func(*http.Request){
		none, bearer(""), bearer("x"), bearer(opsToken + "x"), bearer(fixed), basic("ops", opsToken), header("X-Api-Key", opsToken), signed,
	} {
		for _, route := range [][2]string{
			{"GET", "/api/releases"}, {"GET", "/api/releases/R-1"}, {"POST", "/api/releases/R-1/cancel"}, {"POST", "/api/releases/R-1/start"},
		} {
			a := r.do(route[0], route[1], "", "", given)
			if a.status != http.StatusUnauthorized || a.code() != "unauthorized" {
				t.Errorf("%v: %d %s", route, a.status, a.raw)
			}
		}
	}
	if len(f.asked) > 0 {
		t.Errorf("the service was asked: %v", f.asked)
	}
	for name, token := range map[string]string{"ops": opsToken, "dev": devToken} {
		if r.do("POST", "/api/releases/R-1/start", "", "", bearer(token)); f.by != name {
			t.Errorf("acted as %q, want %q", f.by, name)
		}
	}
}

func TestWithoutTokensNobodyGetsIn(t *testing.T) {
	r := newRig(t, &fake{}, func(o *api.Options) { o.Tokens = []api.Token{{Name: "empty"}} })
	if a := r.do("GET", "/api/releases", "", "", bearer("")); a.status != http.StatusUnauthorized {
		t.Errorf("%d %s", a.status, a.raw)
	}
}
