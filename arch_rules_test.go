package main_test

import (
	"slices"
	"strings"
	"testing"
)

// rules are what must hold of every file.
var rules = map[string]func(file) []string{
	"imports":    wrongImports,
	"interfaces": wideInterfaces,
	"set":        setStates,
	"decided":    decidedStates,
	"machine":    machinePaths,
}

func TestArchitecture(t *testing.T) {
	files := repository(t)
	if !slices.ContainsFunc(files, func(f file) bool { return f.name == "model/state.go" && f.tree != nil }) {
		t.Fatal("the repository was not found")
	}
	for _, f := range files {
		for rule, broken := range rules {
			for _, what := range broken(f) {
				t.Errorf("%s breaks the rule %q: %s", f.name, rule, what)
			}
		}
	}
}

// program is a Go file that imports and says.
func program(imported, body string) string {
	if imported == "" {
		return "package p\n" + body
	}
	return "package p\nimport \"" + imported + "\"\n" + body
}

const ours = module + "/model"

// examples are files that break a rule, or come close, and how often they do.
var examples = map[string]struct {
	rule func(file) []string
	file string
	text string
	want int
}{
	"model imports nothing of ours":      {wrongImports, "model/x.go", program(module+"/config", ""), 1},
	"model knows no HTTP":                {wrongImports, "model/x.go", program("net/http/httptest", ""), 1},
	"model knows no gorm":                {wrongImports, "model/x.go", program("gorm.io/gorm", ""), 1},
	"model may use the standard library": {wrongImports, "model/x.go", program("time", ""), 0},
	"config imports nothing of ours":     {wrongImports, "config/x.go", program(ours, ""), 1},
	"the store knows the model":          {wrongImports, "model/store/x.go", program(ours, ""), 0},
	"the store knows no gin":             {wrongImports, "model/store/x.go", program("github.com/gin-gonic/gin", ""), 1},
	"the service knows no store":         {wrongImports, "service/x.go", program(ours+"/store", ""), 1},
	"the service knows no redis":         {wrongImports, "service/x.go", program("github.com/redis/go-redis/v9", ""), 1},
	"the service knows no client":        {wrongImports, "service/x.go", program("github.com/bndr/gojenkins", ""), 1},
	"its tests may":                      {wrongImports, "service/x_test.go", program(ours+"/store", ""), 0},
	"api does not know the service":      {wrongImports, "api/x.go", program(module+"/service", ""), 1},
	"the console does not know api":      {wrongImports, "api/web/x.go", program(module+"/api", ""), 1},
	"chaos knows the fakes":              {wrongImports, "service/chaos/x.go", program(module+"/jenkins/jenkinstest", ""), 0},
	"but not what it judges":             {wrongImports, "service/chaos/x.go", program(module+"/service", ""), 1},
	"a fake imports nothing of ours":     {wrongImports, "jenkins/jenkinstest/x.go", program(ours, ""), 1},
	"nor does the other":                 {wrongImports, "dingtalk/dingtalktest/x.go", program(module+"/dingtalk", ""), 1},
	"a new package needs a rule":         {wrongImports, "util/x.go", program("", ""), 1},
	"main knows everything":              {wrongImports, "x.go", program(module+"/service", ""), 0},

	"five methods":           {wideInterfaces, "service/x.go", program("", "type I interface { A(); B(); C(); D(); E() }"), 1},
	"four and two embedded":  {wideInterfaces, "service/x.go", program("", "type I interface { A(); B(); C(); D(); J; K }"), 0},
	"five in a parameter":    {wideInterfaces, "x.go", program("", "func f(i interface { A(); B(); C(); D(); E() }) {}"), 1},
	"five only for a test":   {wideInterfaces, "x_test.go", program("", "type I interface { A(); B(); C(); D(); E() }"), 0},
	"a constraint of unions": {wideInterfaces, "x.go", program("", "type I interface { ~int | ~string }"), 0},

	"a state is set":              {setStates, "service/x.go", program(ours, "func f() { d.State = model.StateFailed }"), 1},
	"among others":                {setStates, "x.go", program(ours, "func f() { d.Wait, d.State = a, b }"), 1},
	"by a call":                   {setStates, "jenkins/x.go", program(ours, "func f() { d.State, err = g() }"), 1},
	"by address":                  {setStates, "service/x.go", program(ours, "func f() { set(&d.State) }"), 1},
	"a message's state":           {setStates, "service/x.go", program(ours, "func f() { m.State, m.N = model.MessageDead, 1 }"), 0},
	"a state is read":             {setStates, "service/x.go", program(ours, "func f() { s := d.State; _ = s }"), 0},
	"a filter's state":            {setStates, "api/x.go", program(ours, "func f(l *model.ReleaseFilter) { l.State = model.ReleaseState(q) }"), 0},
	"the model sets it":           {setStates, "model/x.go", program(ours, "func f() { d.State = next }"), 0},
	"the store reads it":          {setStates, "model/store/x.go", program(ours, "func f() { d.State = row.State }"), 0},
	"a foreign thing has a state": {setStates, "jenkins/jenkinstest/x.go", program("", "func f() { d.State = 1 }"), 0},

	"api names a state":        {decidedStates, "api/x.go", program(ours, "var s = model.StateWaiting"), 1},
	"the console too":          {decidedStates, "api/web/x.go", program(ours, "var s = model.ReleaseActive"), 1},
	"api names an event":       {decidedStates, "api/x.go", program(ours, "var s = model.EventLost"), 1},
	"api compares":             {decidedStates, "api/x.go", program(ours, "var ok = d.State == other"), 1},
	"api switches":             {decidedStates, "api/x.go", program(ours, "func f() { switch r.State {} }"), 1},
	"api passes it through":    {decidedStates, "api/x.go", program(ours, "var a = answer{State: string(r.State)}"), 0},
	"api reads a filter":       {decidedStates, "api/x.go", program(ours, "var f = model.ReleaseFilter{State: model.ReleaseState(q)}"), 0},
	"api sees an empty filter": {decidedStates, "api/x.go", program(ours, `var ok = f.State != ""`), 0},
	"others may decide":        {decidedStates, "service/x.go", program(ours, "var ok = d.State == model.StateLost"), 0},

	"a home folder":       {machinePaths, "README.md", "see /ho" + "me/ann/oabridge", 1},
	"of a Mac":            {machinePaths, "Makefile", "D=/Us" + "ers/ann", 1},
	"of Windows":          {machinePaths, "x.go", "package p; var s = `C:\\Us" + "ers\\ann`", 1},
	"of root":             {machinePaths, "run", "cd /ro" + "ot/x", 1},
	"beside the checkout": {machinePaths, "docs/x.md", "see `../sha" + "red/x.md`", 1},
	"a path of a URL":     {machinePaths, "x.go", `package p; var s = "/v1.0/workflow/x"`, 0},
	"a path of an image":  {machinePaths, "Dockerfile", "COPY /root-of-image/ /", 0},

	"a bare function":     {undocumented, "x.go", program("", "func F() {}"), 1},
	"a bare method":       {undocumented, "x.go", program("", "// T is.\ntype T[K any] int\nfunc (t *T[K]) M() {}"), 1},
	"of a private type":   {undocumented, "x.go", program("", "type t int\nfunc (t) M() {}"), 0},
	"constants of a list": {undocumented, "x.go", program("", "// All.\nconst (\nA = 1\nB = 2\n)\nconst C = 3\nvar D, e = 4, 5 // D is.\n"), 1},
}

func TestRulesSeeWhatBreaksThem(t *testing.T) {
	for name, c := range examples {
		t.Run(name, func(t *testing.T) {
			got := c.rule(parse(t, c.file, c.text))
			if len(got) != c.want {
				t.Errorf("%d, want %d: %s", len(got), c.want, strings.Join(got, "; "))
			}
		})
	}
}
