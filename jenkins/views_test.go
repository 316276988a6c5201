package jenkins_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/jenkins"
	"github.com/oabridge/oabridge/jenkins/jenkinstest"
	"github.com/oabridge/oabridge/model"
)

// TestViewsComeWithTheListing wants every view that somebody made, in the one request, and those of folders last.
func TestViewsComeWithTheListing(t *testing.T) {
	s := countedSite(t)
	for _, job := range []jenkinstest.Job{
		{FullName: "deploy/pay"}, {FullName: "deploy/web"}, {FullName: "top"},
		{FullName: "deploy/mobile", Kind: jenkinstest.Multibranch}, {FullName: "deploy/mobile/feature%2Fx", Kind: jenkinstest.Pipeline},
		{FullName: "deploy/grid", Kind: jenkinstest.Matrix, Configurations: []string{"OS=linux", "OS=mac"}},
	} {
		s.fake.AddJob(job)
	}
	s.fake.AddView("", jenkinstest.View{Name: "交易", Jobs: []string{"deploy/pay", "deploy/mobile/feature%2Fx", "gone"}})
	s.fake.AddView("", jenkinstest.View{Name: "A 文件夹", Jobs: []string{"deploy"}})
	s.fake.AddView("", jenkinstest.View{Name: "mine", Kind: jenkinstest.MyView})
	s.fake.AddView("", jenkinstest.View{Name: "empty"})
	s.fake.AddView("", jenkinstest.View{Name: "组", Kind: jenkinstest.Nested, Views: []jenkinstest.View{
		{Name: "一", Jobs: []string{"top"}},
		{Name: "二", Kind: jenkinstest.Nested, Views: []jenkinstest.View{{Name: "三", Jobs: []string{"deploy/web"}}}},
	}})
	s.fake.AddView("deploy", jenkinstest.View{Name: "夜间", Jobs: []string{"deploy/grid"}})
	s.fake.AddView("deploy/mobile", jenkinstest.View{Name: "change-requests", Jobs: []string{"deploy/mobile/feature%2Fx"}})

	plain, err := s.List(t.Context())
	if err != nil || plain.Views != nil {
		t.Errorf("views that nobody asked for: %+v, %v", plain.Views, err)
	}
	s.take()
	s.connect(t, jenkins.Options{Views: true})
	listing, err := s.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []model.View{
		{Name: "A 文件夹", Jobs: []string{"deploy"}}, {Name: "交易", Jobs: []string{"deploy/pay", "deploy/mobile/feature%2Fx"}},
		{Name: "组/一", Jobs: []string{"top"}}, {Name: "组/二/三", Jobs: []string{"deploy/web"}},
		{Name: "deploy/夜间", Jobs: []string{"deploy/grid"}},
	}
	if diff := cmp.Diff(want, listing.Views); diff != "" {
		t.Errorf("views (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(plain.Jobs, listing.Jobs); diff != "" || len(plain.Jobs) != 7 {
		t.Errorf("%d jobs (-without views +with):\n%s", len(plain.Jobs), diff)
	}
	if seen := s.take(); len(seen) != 1 {
		t.Errorf("%d requests: %v", len(seen), seen)
	}
}

// TestKindsOfItems tells what can be built from what holds it, and no part of a matrix for a job.
func TestKindsOfItems(t *testing.T) {
	s := fakeSite(t)
	for name, kind := range map[string]jenkinstest.Kind{
		"f": jenkinstest.Freestyle, "p": jenkinstest.Pipeline, "m": jenkinstest.Maven, "x": jenkinstest.Matrix,
		"d": jenkinstest.Folder, "b": jenkinstest.Multibranch, "o": jenkinstest.Organization,
	} {
		s.fake.AddJob(jenkinstest.Job{FullName: name, Kind: kind, Configurations: []string{"OS=linux"}})
	}
	listing, err := s.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]model.JobKind{}
	for _, j := range listing.Jobs {
		got[j.FullName] = j.Kind
		if j.Container == j.Buildable {
			t.Errorf("%+v", j)
		}
	}
	want := map[string]model.JobKind{
		"f": model.JobFreestyle, "p": model.JobPipeline, "m": model.JobMaven, "x": model.JobMatrix,
		"d": model.JobFolder, "b": model.JobMultibranch, "o": model.JobOrganization,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
