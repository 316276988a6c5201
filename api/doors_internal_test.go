package api

import (
	"net/http"
	"testing"

	"github.com/oabridge/oabridge/model"
)

func withHeader(name, value string) *http.Request {
	return &http.Request{Header: http.Header{name: {value}}}
}

func TestBearer(t *testing.T) {
	for given, want := range map[string]string{
		"Bearer abc": "abc", "bearer abc": "abc", "BEARER  abc ": "abc", "Bearer a b": "a b",
		"": "", "Bearer": "", "Bearer ": "", "Basic abc": "", "abc": "", "Bearerabc": "", " Bearer abc": "",
	} {
		if got := bearer(withHeader("Authorization", given)); got != want {
			t.Errorf("%q: %q, want %q", given, got, want)
		}
	}
}

func TestCallersAreToldApart(t *testing.T) {
	d := newDoors(ConnectorAuth{}, []Token{{"ops", "one"}, {"dev", "two"}, {"nobody", ""}, {"", "nameless"}}, "")
	for token, want := range map[string]string{"one": "ops", "two": "dev", "": "", "on": "", "onee": "", "ONE": "", "nameless": ""} {
		name, err := d.caller(withHeader("Authorization", "Bearer "+token))
		if name != want || (model.CodeOf(err) == model.CodeUnauthorized) != (want == "") {
			t.Errorf("%q: %q, %v", token, name, err)
		}
	}
}

func TestTheAPIKeyCountsOnlyWithoutABearer(t *testing.T) {
	d := newDoors(ConnectorAuth{Token: "right"}, nil, "")
	r := withHeader("X-Api-Key", "right")
	if err := d.connector(r); err != nil {
		t.Error(err)
	}
	r.Header.Set("Authorization", "Bearer wrong")
	if err := d.connector(r); model.CodeOf(err) != model.CodeUnauthorized {
		t.Errorf("a wrong bearer beside a right key: %v", err)
	}
}

func TestUserAndPasswordAreNotMixedUp(t *testing.T) {
	d := newDoors(ConnectorAuth{BasicUser: "ab", BasicPassword: "c"}, nil, "")
	for pair, want := range map[[2]string]bool{{"ab", "c"}: true, {"a", "bc"}: false, {"abc", ""}: false, {"", "abc"}: false, {"ab", "c "}: false} {
		r := &http.Request{Header: http.Header{}}
		r.SetBasicAuth(pair[0], pair[1])
		if got := d.byPassword(r); got != want {
			t.Errorf("%q: %v", pair, got)
		}
	}
}
