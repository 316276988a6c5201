package api

import (
	"net/http"
	"testing"

	"github.com/oabridge/oabridge/model"
)

func TestEveryCodeHasAMeaning(t *testing.T) {
	for _, code := range model.Codes() {
		m, ok := meanings[code]
		if !ok || m.status < 400 || http.StatusText(m.status) == "" {
			t.Errorf("%s: %+v, in the table: %v", code, m, ok)
		}
		if m.refusal && m.status >= 500 {
			t.Errorf("%s: our own trouble must not look like a refusal", code)
		}
		if m.status == http.StatusInternalServerError && code != model.CodeInternal {
			t.Errorf("%s: only internal is a 500, whose sentence is replaced", code)
		}
	}
	if len(meanings) != len(model.Codes()) {
		t.Errorf("the table has %d codes, the model %d", len(meanings), len(model.Codes()))
	}
	if got := meaningOf("made_up"); got.status != http.StatusInternalServerError || got.refusal {
		t.Errorf("unknown code: %+v", got)
	}
}
