package jenkins

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
)

func text(s string) *string { return &s }

func listed(t *testing.T) map[string]model.Job {
	t.Helper()
	c, seen := replay(t, "002")
	listing, err := c.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	jobs := listing.Jobs
	if len(*seen) != 1 || (*seen)[0].path != "/api/json" {
		t.Errorf("asked %v", *seen)
	}
	all := map[string]model.Job{}
	for _, job := range jobs {
		all[job.FullName] = job
	}
	if len(all) != len(jobs) {
		t.Errorf("%d jobs, %d names", len(jobs), len(all))
	}
	return all
}

func TestRecordedListing(t *testing.T) {
	jobs := listed(t)
	want := model.Job{
		FullName: "deploy-params", Name: "deploy-params", DisplayName: "参数化发布", Description: "参数化发布任务", Buildable: true,
		Kind: model.JobFreestyle,
		Parameters: []model.ParameterDefinition{
			{Name: "VERSION", Kind: model.KindString, Description: "要发布的版本号", Default: text("v1.0.0")},
			{Name: "DRY_RUN", Kind: model.KindBoolean, Description: "仅演练，不真正发布", Default: text("true")},
			{Name: "ENV", Kind: model.KindChoice, Description: "目标环境", Choices: []string{"dev", "staging", "prod"}, Default: text("dev")},
			{Name: "DEPLOY_TOKEN", Kind: model.KindPassword, Description: "发布令牌"},
			{Name: "NOTES", Kind: model.KindText, Description: "发布说明\n可多行", Default: text("第一行\n第二行")},
		},
	}
	if diff := cmp.Diff(want, jobs["deploy-params"]); diff != "" {
		t.Error(diff)
	}
	for name, want := range map[string]struct{ container, buildable bool }{
		"payments": {true, false}, "payments/core": {true, false}, "payments/billing-deploy": {false, true},
		"disabled-job": {false, false}, "disabled-pipe": {false, false}, "my job 空格": {false, true},
	} {
		if job, ok := jobs[name]; !ok || job.Container != want.container || job.Buildable != want.buildable {
			t.Errorf("%s: %+v", name, job)
		}
	}
}

func TestRecordedParameterKinds(t *testing.T) {
	jobs := listed(t)
	for name, want := range map[string][]model.ParameterDefinition{
		"plugin-params": {
			{Name: "HOSTS", Kind: model.KindExtendedChoice, Description: "主机(多选)", Default: text("h1"), Multiple: true},
			{Name: "SINGLE", Kind: model.KindExtendedChoice, Description: "单选", Default: text("b")},
			{Name: "SERVICE", Kind: model.KindActiveChoice, Description: "服务(动态)", Default: text("order")},
			{Name: "TAG", Kind: model.KindActiveChoice, Description: "标签(联动)", Default: text("fallback")},
		},
		"odd-params": {
			{Name: "upload.txt", Kind: model.KindFile, Description: "上传文件"},
			{Name: "RUN", Kind: model.KindRun, Description: "选择构建"},
			{Name: "CRED", Kind: model.KindCredentials, Description: "凭据"},
		},
	} {
		if diff := cmp.Diff(want, jobs[name].Parameters); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if git := jobs["git-param-job"].Parameters; len(git) != 1 || git[0].Kind != model.KindGit || *git[0].Default != "main" {
		t.Errorf("git: %+v", git)
	}
}

func TestKindOf(t *testing.T) {
	for class, want := range map[string]model.ParameterKind{
		"com.example.PersistentStringParameterDefinition":                                    model.KindOther,
		"hudson.model.PasswordParameterDefinition":                                           model.KindPassword,
		"com.michelin.cio.hudson.plugins.passwordparam.NonStoredPasswordParameterDefinition": model.KindPassword,
		"io.jenkins.plugins.file_parameters.StashedFileParameterDefinition":                  model.KindFile,
		"org.biouno.unochoice.DynamicReferenceParameter":                                     model.KindActiveChoice,
		"": model.KindString,
	} {
		if got := kindOf(class, "StringParameterDefinition"); got != want {
			t.Errorf("%s: %s, want %s", class, got, want)
		}
	}
	if got := kindOf("", ""); got != model.KindOther {
		t.Error(got)
	}
}

func TestDecodeJobs(t *testing.T) {
	for name, test := range map[string]struct {
		in   string
		want []model.Job
	}{
		"nothing": {`{"_class":"hudson.model.Hudson"}`, nil},
		"empty":   {`{"jobs":[]}`, nil},
		"unknown classes": {`{"jobs":[{"_class":"x.Strange","fullName":"a","name":"a"},
			{"_class":"x.Strange","fullName":"b","name":"b","buildable":true},
			{"_class":"x.Strange","fullName":"c","name":"c","jobs":[]}]}`,
			[]model.Job{{FullName: "b", Name: "b", Kind: model.JobOther, Buildable: true},
				{FullName: "c", Name: "c", Kind: model.JobFolder, Container: true}}},
		"containers": {`{"jobs":[{"jobs":[{"name":"x","fullName":"o/x","buildable":false}],"name":"o","fullName":"o","_class":"jenkins.branch.OrganizationFolder"},
			{"_class":"org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject","fullName":"m","name":"m","description":null}]}`,
			[]model.Job{{FullName: "o", Name: "o", Kind: model.JobOrganization, Container: true}, {FullName: "o/x", Name: "x", Kind: model.JobOther},
				{FullName: "m", Name: "m", Kind: model.JobMultibranch, Container: true}}},
		"odd parameters": {`{"jobs":[{"fullName":"a","name":"a","buildable":true,"property":[{},{"parameterDefinitions":[
			{"name":"N","type":"X","choices":"a,b","defaultParameterValue":{"value":1.50}},
			{"name":"O","type":"X","choices":[1,true,"x"],"defaultParameterValue":{"value":{"a":1}}},
			{"name":"P","type":"X","choices":null,"defaultParameterValue":{"value":null}}]}]}]}`,
			[]model.Job{{FullName: "a", Name: "a", Kind: model.JobOther, Buildable: true, Parameters: []model.ParameterDefinition{
				{Name: "N", Kind: model.KindOther, Default: text("1.50")},
				{Name: "O", Kind: model.KindOther, Choices: []string{"1", "true", "x"}},
				{Name: "P", Kind: model.KindOther},
			}}}},
	} {
		got, _, err := decodeListing(strings.NewReader(test.in))
		if diff := cmp.Diff(test.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
}

func TestDecodeJobsRefuses(t *testing.T) {
	for _, in := range []string{
		``, `[]`, `{"jobs":{}}`, `{"jobs":[1]}`, `{"jobs":[{"name":1}]}`, `{"jobs":[{"property":{}}]}`, `{"jobs":[`, `{"jobs":[{"name":`,
		`{"jobs":[{"_class":[]}]}`, `{"views":{}}`, `{"views":[{"jobs":{}}]}`, `{"jobs":[{"views":1}]}`, `{"views":[`, `{"jobs":[{"buildable":"x"}]}`, `{"jobs":[{"x":tru}]}`, `{"jobs":[{"property":[{"parameterDefinitions":[{"choices":[}]}]}]}`,
	} {
		if jobs, _, err := decodeListing(strings.NewReader(in)); err == nil {
			t.Errorf("%s gave %v", in, jobs)
		}
	}
}

func TestListingTree(t *testing.T) {
	tree := listingTree(false)
	if strings.Count(tree, "jobs[") != depth || strings.Count(tree, "[") != strings.Count(tree, "]") {
		t.Error(tree)
	}
	for _, field := range []string{"choices", "defaultParameterValue[value]", "buildable", "_class"} {
		if strings.Count(tree, field) < depth {
			t.Errorf("%s is missing in %s", field, tree)
		}
	}
}

// bigListing writes a listing of folders with 100 jobs of 5 parameters each.
func bigListing(w io.Writer, jobs int) {
	const parameters = `{"_class":"hudson.model.StringParameterDefinition","defaultParameterValue":{"_class":"hudson.model.StringParameterValue","value":"v1.0.0"},"description":"要发布的版本号","name":"VERSION","type":"StringParameterDefinition"},` +
		`{"_class":"hudson.model.BooleanParameterDefinition","defaultParameterValue":{"_class":"hudson.model.BooleanParameterValue","value":true},"description":"仅演练","name":"DRY_RUN","type":"BooleanParameterDefinition"},` +
		`{"_class":"hudson.model.ChoiceParameterDefinition","defaultParameterValue":{"_class":"hudson.model.StringParameterValue","value":"dev"},"description":"目标环境","name":"ENV","type":"ChoiceParameterDefinition","choices":["dev","staging","prod"]},` +
		`{"_class":"hudson.model.PasswordParameterDefinition","defaultParameterValue":{"_class":"hudson.model.PasswordParameterValue"},"description":"令牌","name":"TOKEN","type":"PasswordParameterDefinition"},` +
		`{"_class":"hudson.model.TextParameterDefinition","defaultParameterValue":{"_class":"hudson.model.TextParameterValue","value":"x"},"description":"说明","name":"NOTES","type":"TextParameterDefinition"}`
	_, _ = io.WriteString(w, `{"_class":"hudson.model.Hudson","jobs":[`)
	for i := range jobs {
		if i%100 == 0 {
			if i > 0 {
				_, _ = io.WriteString(w, `]},`)
			}
			_, _ = fmt.Fprintf(w, `{"_class":"com.cloudbees.hudson.plugins.folder.Folder","fullName":"team-%d","name":"team-%d","url":"http://jenkins/job/team-%d/","jobs":[`, i/100, i/100, i/100)
		} else {
			_, _ = io.WriteString(w, `,`)
		}
		_, _ = fmt.Fprintf(w, `{"_class":"hudson.model.FreeStyleProject","description":"应用 %d 的发布","displayName":"应用 %d","fullName":"team-%d/app-%d","name":"app-%d","url":"http://jenkins/job/team-%d/job/app-%d/","buildable":true,"color":"blue","property":[{"_class":"hudson.model.ParametersDefinitionProperty","parameterDefinitions":[%s]}]}`,
			i, i, i/100, i, i, i/100, i, parameters)
	}
	_, _ = io.WriteString(w, `]}]}`)
}

// TestTenThousandJobs costs one request, travels compressed, and keeps less than its JSON in memory.
func TestTenThousandJobs(t *testing.T) {
	const count, limit = 10_000, 10 << 20
	requests := 0
	c := clientOf(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests++
		if r.Header.Get("Accept-Encoding") != "gzip" {
			t.Error("not asked for gzip")
		}
		w.Header().Set("Content-Encoding", "gzip")
		z, _ := gzip.NewWriterLevel(w, gzip.BestSpeed)
		bigListing(z, count)
		_ = z.Close()
	}), func(o *Options) { o.Timeout = time.Minute })
	before := heap()
	listing, err := c.List(t.Context())
	kept, jobs := heap()-before, listing.Jobs
	if err != nil || len(jobs) != count+count/100 || requests != 1 {
		t.Fatal(len(jobs), requests, err)
	}
	if kept > limit {
		t.Errorf("%d jobs keep %d kB, more than %d kB", count, kept>>10, limit>>10)
	}
	runtime.KeepAlive(listing)
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func BenchmarkDecodeListing10000(b *testing.B) {
	var size strings.Builder
	bigListing(&size, 10_000)
	b.SetBytes(int64(size.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := decodeListing(strings.NewReader(size.String())); err != nil {
			b.Fatal(err)
		}
	}
}
