package service

import (
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
)

func TestSurvey(t *testing.T) {
	declared := []model.ParameterDefinition{{Name: "VERSION"}, {Name: "RELEASE_ID"}}
	listing := model.Listing{Controller: "prod", Jobs: []model.Job{
		{FullName: "deploy", Container: true},
		{FullName: "deploy/mall", Container: true},
		{FullName: "deploy/mall/web", Buildable: true, Parameters: declared},
		{FullName: "deploy/mall/api", Buildable: true, Parameters: declared[:1]},
		{FullName: "deploy/mall/old", Parameters: declared},
		{FullName: "deploy/pay", Container: true},
		{FullName: "deploy/pay/gone"},
		{FullName: "deploy/pay/web-test", Buildable: true},
		{FullName: "other/web", Buildable: true},
	}}
	rules := CatalogueRules{Folders: []string{"deploy"}, Exclude: []*regexp.Regexp{regexp.MustCompile("-test$")}}
	tests := []struct {
		name    string
		rules   CatalogueRules
		listing model.Listing
		want    Surveyed
	}{
		{"nothing", rules, model.Listing{}, Surveyed{}},
		{"by folder", rules, listing, Surveyed{Projects: 1, Apps: 2, Disabled: 2, Undeclared: []string{"deploy/mall/api"}}},
		{"everywhere", CatalogueRules{}, listing, Surveyed{
			Projects: 3, Apps: 4, Disabled: 2, Undeclared: []string{"deploy/mall/api", "deploy/pay/web-test", "other/web"},
		}},
		{"by expression", CatalogueRules{Project: regexp.MustCompile(`^deploy/(?P<project>mall)/(?P<app>web)$`)}, listing,
			Surveyed{Projects: 1, Apps: 1, Unplaced: 5}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := Survey(test.rules, test.listing, "RELEASE_ID")
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("Survey (-want +got):\n%s", diff)
			}
			if catalogue := buildCatalogue([]source{{test.rules, test.listing}}); catalogue.Size() != got.Apps ||
				len(catalogue.Projects) != got.Projects {
				t.Errorf("the catalogue has %d apps of %d projects, Survey says %+v", catalogue.Size(), len(catalogue.Projects), got)
			}
		})
	}
}
