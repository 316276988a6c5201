package service

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
)

func planned(t *testing.T, s *Service, in map[string][]string) plan {
	t.Helper()
	p, found, err := s.checkedAs(t, in, fillingIn)
	if err != nil || len(found.Problems) > 0 {
		t.Fatalf("%s, %v", found.Message(), err)
	}
	return p
}

func (s *Service) checkedAs(t *testing.T, in map[string][]string, at moment) (plan, findings, error) {
	t.Helper()
	f, problems := s.form.Read(in)
	return s.checkForm(t.Context(), f, problems, at)
}

func TestEveryParameterGetsAValue(t *testing.T) {
	s := offering(CatalogueRules{}, mall()...)
	p := planned(t, s, fields("项目名称", "商城", "应用名称", "商城前端", "DRY_RUN", "是", "ENV", "prod", "API_TOKEN", "two"))
	want := []model.ParameterValue{
		{Name: "VERSION", Value: "v1.0.0"},
		{Name: "NOTES", Value: ""},
		{Name: "ENV", Value: "prod", Chosen: true},
		{Name: "DRY_RUN", Value: "true", Chosen: true},
		// Passwords, files and credentials stay Jenkins' own affair, as do kinds that export no default.
		{Name: "API_TOKEN", Value: "two", Chosen: true, Secret: true},
	}
	if diff := cmp.Diff(want, p.apps[0].parameters); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if p.apps[0].releaseParameter != "RELEASE_ID" {
		t.Errorf("release parameter %q", p.apps[0].releaseParameter)
	}
}

func TestBooleansAsJenkinsTakesThem(t *testing.T) {
	s := offering(CatalogueRules{}, mall()...)
	for in, want := range map[string]string{"是": "true", "true": "true", "TRUE": "true", "否": "false", "False": "false"} {
		p := planned(t, s, fields("项目名称", "商城", "应用名称", "商城前端", "DRY_RUN", in))
		if got := p.apps[0].parameters[3].Value; got != want {
			t.Errorf("%q is sent as %q, want %q", in, got, want)
		}
	}
}

func TestAValueGoesToEveryAppThatDeclaresIt(t *testing.T) {
	other := plainJob("mall/order", "订单服务")
	other.Parameters = []model.ParameterDefinition{{Name: "VERSION", Kind: model.KindString}}
	s := offering(CatalogueRules{}, everyKind(), other)
	p := planned(t, s, fields("project", "mall", "app", `["订单服务","商城前端"]`, "VERSION", "v9", "ENV", "prod"))
	want := []model.ParameterValue{{Name: "VERSION", Value: "v9", Chosen: true}}
	if diff := cmp.Diff(want, p.apps[0].parameters); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := p.apps[1].parameters[0]; !cmp.Equal(got, want[0]) {
		t.Errorf("the second app gets %+v", got)
	}
}

// DingTalk delivers an approval some time after its last signature, so a release may be late where a form may not.
func TestAnApprovedFormMayBeLate(t *testing.T) {
	s := offering(CatalogueRules{}, mall()...)
	in := fields("project", "商城", "app", "商城前端", "执行时间", "2026-11-22 19:40")
	for late, problems := range map[time.Duration]int{0: 1, 19 * time.Minute: 1, 20 * time.Minute: 0, 30 * time.Minute: 0} {
		s.runIfLateBy = late
		if _, got, err := s.checkedAs(t, in, approved); err != nil || len(got.Problems) != problems {
			t.Errorf("allowed %s: %q, %v", late, got.Message(), err)
		}
	}
}

func TestSecretNames(t *testing.T) {
	for name, want := range map[string]bool{
		"DB_PASSWORD": true, "passwd": true, "ClientSecret": true, "API_TOKEN": true, "ssh_private_key": true, "apiKey": true,
		"GIT_CREDENTIALS": true, "VERSION": false, "KEYWORD": false, "PASS_RATE": false,
	} {
		if looksSecret(name) != want {
			t.Errorf("%s secret: %v", name, !want)
		}
	}
}
