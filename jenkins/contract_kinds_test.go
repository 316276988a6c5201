package jenkins_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oabridge/oabridge/model"
)

// kindsXML are parameters of every kind that a form may give.
func kindsXML(runsOf string) string {
	return parametersXML(
		stringXML("VERSION", "v1"), textXML("NOTES", "a"), booleanXML("DRY_RUN", true), choiceXML("ENV", "dev", "prod"),
		extendedXML("HOSTS", "PT_MULTI_SELECT", "h1", "h1,h2,h3"), extendedXML("SINGLE", "PT_SINGLE_SELECT", "b", "a,b,c"),
		activeXML("SERVICE", "order"), gitXML("REVISION", "main"),
		definitionXML("Run", "RUN", "<projectName>"+runsOf+"</projectName><filter>ALL</filter>"))
}

func pluginXML(class, name, more string) string {
	return "<" + class + "><name>" + name + "</name><description>参数 " + name + "</description>" + more + "</" + class + ">"
}

func extendedXML(name, kind, value, choices string) string {
	return pluginXML("com.cwctravel.hudson.plugins.extended__choice__parameter.ExtendedChoiceParameterDefinition", name,
		"<quoteValue>false</quoteValue><saveJSONParameterToFile>false</saveJSONParameterToFile><visibleItemCount>5</visibleItemCount><type>"+
			kind+"</type><value>"+choices+"</value>"+defaultXML(value)+"<multiSelectDelimiter>,</multiSelectDelimiter>")
}

func activeXML(name, value string) string {
	script := func(tag, groovy string) string {
		return "<" + tag + "><script>" + groovy + "</script><sandbox>true</sandbox></" + tag + ">"
	}
	return pluginXML("org.biouno.unochoice.ChoiceParameter", name, "<randomName>choice-parameter-1</randomName><visibleItemCount>1</visibleItemCount>"+
		`<script class="org.biouno.unochoice.model.GroovyScript">`+script("secureScript", "return ['"+value+":selected','pay','user']")+
		script("secureFallbackScript", "return ['fallback']")+"</script>"+
		"<choiceType>PT_SINGLE_SELECT</choiceType><filterable>false</filterable><filterLength>1</filterLength>"+defaultXML(value))
}

func gitXML(name, value string) string {
	return pluginXML("net.uaznia.lukanus.hudson.plugins.gitparameter.GitParameterDefinition", name,
		"<uuid>0e0bd3a1-6b5b-4b0e-9f3c-000000000001</uuid><type>PT_TAG</type><tagFilter>*</tagFilter><branchFilter>.*</branchFilter>"+
			"<sortMode>NONE</sortMode>"+defaultXML(value)+"<selectedValue>NONE</selectedValue><quickFilterEnabled>false</quickFilterEnabled>")
}

// contractKinds is what becomes of values of every kind: those that fit, those that do not, and none.
func contractKinds(t *testing.T, s *site) {
	job := s.job("kinds")
	hosts := func(each ...string) model.ParameterValue {
		return model.ParameterValue{Name: "HOSTS", Value: strings.Join(each, ","), Each: each}
	}
	run := s.job("plain") + "#1"
	id, err := s.Trigger(t.Context(), s.job("plain"), false, nil)
	ok(t, err)
	started(t, s, id)
	defaults := map[string]string{
		"VERSION": "v1", "NOTES": "a", "DRY_RUN": "true", "ENV": "dev", "HOSTS": "h1", "SINGLE": "b", "SERVICE": "order", "REVISION": "main",
	}
	for _, c := range []struct {
		name string
		sent []model.ParameterValue
		want []string // pairs that differ from the defaults
	}{
		{"nothing", nil, nil},
		{
			"what fits",
			append(values("VERSION", "版本 1;`$(x)`", "NOTES", "一\n二", "DRY_RUN", "false", "ENV", "prod", "SINGLE", "c", "SERVICE", "pay",
				"REVISION", "v1.0.0", "RUN", run), hosts("h3", "h2")),
			[]string{"VERSION", "版本 1;`$(x)`", "NOTES", "一\n二", "DRY_RUN", "false", "ENV", "prod", "HOSTS", "h3,h2", "SINGLE", "c",
				"SERVICE", "pay", "REVISION", "v1.0.0", "RUN", run},
		},
		{"one of several", []model.ParameterValue{hosts("h2")}, []string{"HOSTS", "h2"}},
		{"several in one field", values("HOSTS", "h2,h3"), []string{"HOSTS", ""}},
		{"one that is not in the list", []model.ParameterValue{hosts("h2", "evil")}, []string{"HOSTS", "h2"}},
		{
			"what does not fit", values("DRY_RUN", "banana", "SINGLE", "zzz", "SERVICE", "rm -rf", "REVISION", "no-such-tag", "MARS", "x"),
			[]string{"DRY_RUN", "false", "SINGLE", "", "SERVICE", "rm -rf", "REVISION", "no-such-tag"},
		},
		{"empty texts", values("VERSION", "", "NOTES", "", "SERVICE", ""), []string{"VERSION", "", "NOTES", "", "SERVICE", ""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			id, err := s.Trigger(t.Context(), job, true, c.sent)
			ok(t, err)
			item := started(t, s, id)
			build := ended(t, s, job, item.Build)
			want := map[string]string{}
			for name, value := range defaults {
				want[name] = value
			}
			for i := 0; i < len(c.want); i += 2 {
				want[c.want[i]] = c.want[i+1]
			}
			if diff := cmp.Diff(want, build.Parameters); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(want, item.Parameters); diff != "" {
				t.Errorf("of the queue item: %s", diff)
			}
		})
	}
	_, err = s.Trigger(t.Context(), job, true, values("ENV", "mars"))
	wantCode(t, err, model.CodeJenkinsUnknown)
}

// contractDefinitions is how the kinds are declared.
func contractDefinitions(t *testing.T, s *site) {
	listing, err := s.List(t.Context())
	ok(t, err)
	jobs := listing.Jobs
	at := slices.IndexFunc(jobs, func(j model.Job) bool { return j.FullName == s.job("kinds") })
	if at < 0 {
		t.Fatal("the job is not listed")
	}
	text := func(s string) *string { return &s }
	want := []model.ParameterDefinition{
		{Name: "VERSION", Kind: model.KindString, Default: text("v1")}, {Name: "NOTES", Kind: model.KindText, Default: text("a")},
		{Name: "DRY_RUN", Kind: model.KindBoolean, Default: text("true")},
		{Name: "ENV", Kind: model.KindChoice, Choices: []string{"dev", "prod"}, Default: text("dev")},
		{Name: "HOSTS", Kind: model.KindExtendedChoice, Default: text("h1"), Multiple: true},
		{Name: "SINGLE", Kind: model.KindExtendedChoice, Default: text("b")},
		{Name: "SERVICE", Kind: model.KindActiveChoice, Default: text("order")},
		{Name: "REVISION", Kind: model.KindGit, Default: text("main")},
		{Name: "RUN", Kind: model.KindRun, BuildsOf: s.job("plain"), Filter: "ALL"},
	}
	for i := range want {
		want[i].Description = "参数 " + want[i].Name
	}
	if diff := cmp.Diff(want, jobs[at].Parameters); diff != "" {
		t.Error(diff)
	}
}

// contractGitValues: values are read of the job that is asked for, whatever git says.
func contractGitValues(t *testing.T, s *site) {
	offers, err := s.GitValues(t.Context(), s.job("kinds"))
	ok(t, err)
	if _, found := offers["REVISION"]; !found || len(offers) != 1 {
		t.Errorf("%+v", offers)
	}
	_, err = s.GitValues(t.Context(), s.job("nope"))
	wantCode(t, err, model.CodeJenkinsNotFound)
}
