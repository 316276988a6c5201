package service

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/oabridge/oabridge/model"
)

func TestBareNames(t *testing.T) {
	for name, want := range map[string]string{
		"支付核心":                                   "支付核心",
		"支付核心 · 运行中 #120":                        "支付核心",
		"支付核心 · R-1042 上线中":                      "支付核心",
		"支付核心 · R-1042 待上线":                      "支付核心",
		"支付核心 · 当前 v2.1.0":                       "支付核心",
		"支付核心 · 当前 release/2026-11_a+b@c#1":      "支付核心",
		"支付核心 · 当前 版本二":                          "支付核心",
		" 支付核心 · 运行中 #120 · R-1 上线中 · 当前 v2 ":    "支付核心",
		"支付核心 · 运行中 #120 · 当前 v2":                "支付核心",
		"支付 · 核心 · 运行中 #1":                       "支付 · 核心",
		"支付核心 (core) · 运行中 #1":                   "支付核心 (core)",
		"支付核心 · 运行中 #1 (core)":                   "支付核心 · 运行中 #1 (core)",
		"支付核心 · 当前 v2 (core)":                    "支付核心 · 当前 v2 (core)",
		"支付核心 · 当前 v2 #ab12cd34":                 "支付核心 · 当前 v2 #ab12cd34",
		"支付核心 · 当前 v2…":                          "支付核心 · 当前 v2…",
		"支付核心 · 当前 v2 · 运行中 #1":                  "支付核心 · 当前 v2", // no order of ours
		"支付核心 · 运行中 #1 · 运行中 #2":                 "支付核心 · 运行中 #1",
		"支付核心 · 当前 v1 · 当前 v2":                   "支付核心 · 当前 v1",
		"支付核心 · 运行中 #":                           "支付核心 · 运行中 #",
		"支付核心 · 运行中 #1a":                         "支付核心 · 运行中 #1a",
		"支付核心 · 运行中 # 1":                         "支付核心 · 运行中 # 1",
		"支付核心 · R- 上线中":                          "支付核心 · R- 上线中",
		"支付核心 · R-1 已上线":                         "支付核心 · R-1 已上线",
		"支付核心 · 当前 ":                             "支付核心 · 当前",
		"支付核心 · 当前 " + strings.Repeat("v", 31):   "支付核心 · 当前 " + strings.Repeat("v", 31),
		"支付核心· 运行中 #1":                           "支付核心· 运行中 #1",
		"支付核心 ·运行中 #1":                           "支付核心 ·运行中 #1",
		" · 运行中 #1":                              "· 运行中 #1",
		"":                                       "",
		"支付核心 · 运行中 #99999999999999999999999999": "支付核心 · 运行中 #99999999999999999999999999",
	} {
		if got := bareName(name); got != want {
			t.Errorf("%q is %q without it, want %q", name, got, want)
		}
	}
}

func TestDecorations(t *testing.T) {
	long := strings.Repeat("长", 36)
	for _, c := range []struct {
		name  string
		state appState
		want  string
	}{
		{"支付", appState{}, "支付"},
		{"支付", appState{running: 120}, "支付 · 运行中 #120"},
		{"支付", appState{release: 1042}, "支付 · R-1042 上线中"},
		{"支付", appState{release: 1042, waits: true}, "支付 · R-1042 待上线"},
		{"支付", appState{version: "v2.1.0"}, "支付 · 当前 v2.1.0"},
		{"支付", appState{running: 1, release: 2, version: "3"}, "支付 · 运行中 #1 · R-2 上线中 · 当前 3"},
		{"支付", appState{version: "v2 (beta)"}, "支付"},
		{"支付", appState{version: "v2 beta"}, "支付"},
		{"支付", appState{version: "v2\n"}, "支付"},
		{"支付", appState{version: strings.Repeat("v", 31)}, "支付"},
		{long, appState{running: 123456}, long + " · 运行中 #123456"},
		{long, appState{running: 1234567, release: 7}, long + " · R-7 上线中"},
		{long, appState{running: 12345, release: 7, version: "1"}, long + " · 运行中 #12345"},
		{long + long[:30], appState{version: "1"}, long + long[:30]},
	} {
		if got := c.state.decorate(c.name); got != c.want || utf8.RuneCountInString(got) > maxOptionName {
			t.Errorf("%q with %+v: %q, want %q", c.name, c.state, got, c.want)
		}
	}
}

// TestALabelThatLooksDecorated: an app with such a label is offered by another name, so that whoever chose the other app,
// decorated, gets that one, whatever was there first.
func TestALabelThatLooksDecorated(t *testing.T) {
	s := offering(CatalogueRules{}, container("mall", "商城"),
		plainJob("mall/pay", "支付"), plainJob("mall/odd", "支付 · 运行中 #120"), plainJob("mall/alone", "订单 · 当前 v1"))
	p := s.offered.Load().Projects[0]
	var names []string
	for _, o := range p.options {
		names = append(names, o.Name)
	}
	if got := strings.Join(names, "|"); got != "支付|支付 · 运行中 #120 (odd)|订单 · 当前 v1 (alone)" {
		t.Errorf("offered as %s", got)
	}
	for value, want := range map[string]string{
		"支付": "mall/pay", "支付 · 运行中 #120": "mall/pay", "支付 · 运行中 #121": "mall/pay", "支付 · R-1 上线中 · 当前 2": "mall/pay",
		"支付 · 运行中 #120 (odd)": "mall/odd", "支付 · 运行中 #120 (odd) · 运行中 #7": "mall/odd", "prod:mall/odd": "mall/odd",
		"订单 · 当前 v1 (alone)": "mall/alone", "订单 · 当前 v1": "", "订单": "",
	} {
		app, err := p.FindApp(value)
		if want == "" {
			codeIs(t, err, model.CodeUnknownApp)
		} else if err != nil || app.FullName != want {
			t.Errorf("%q means %v, %v; want %s", value, app, err, want)
		}
	}
}

// TestEveryOfferedNameMeansItsApp, with whatever goes on behind it, also when it has changed since: for labels that are
// alike, long, and like decorations.
func TestEveryOfferedNameMeansItsApp(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	pick := func(of ...string) string { return of[random.IntN(len(of))] }
	label := func() string {
		name := pick("支付", "订单", "a", "支付核心", strings.Repeat("很长的名字", 9)+pick("一", "二"), strings.Repeat("长", 49)+"甲乙丙")
		for range random.IntN(3) {
			name += pick(" · 运行中 #1", " · 运行中 #12", " · R-7 上线中", " · 当前 v1", " · 当前 v1…", " (a)", " · 甲", "·")
		}
		return name
	}
	state := func() appState {
		return appState{
			running: int64(random.IntN(3) * 6), release: int64(random.IntN(2) * 7), waits: random.IntN(2) == 0,
			version: pick("", "v1", "v2", "v 3", "(4)"),
		}
	}
	for range 200 {
		jobs := []model.Job{container("mall", "商城")}
		for i := range 2 + random.IntN(12) {
			name := fmt.Sprintf("job%d", i)
			if random.IntN(4) == 0 {
				name = pick("支付", "a", "支付 · 当前 v1", "a · R-7 上线中") + strings.Repeat("'", i)
			}
			jobs = append(jobs, plainJob("mall/"+name, label()))
		}
		p := offering(CatalogueRules{}, jobs...).offered.Load().Projects[0]
		for i, app := range p.Apps {
			wantApp(t, p, p.options[i].ID, app)
			wantApp(t, p, p.options[i].Name, app)
			for range 20 {
				wantApp(t, p, p.decorated(i, state()), app)
			}
		}
	}
}

func wantApp(t *testing.T, p *Project, name string, want *App) {
	t.Helper()
	if app, err := p.FindApp(name); err != nil || app != want {
		t.Fatalf("%q means %v, %v; want %s", name, app, err, want.FullName)
	}
	if utf8.RuneCountInString(name) > maxOptionName && !strings.HasPrefix(name, "prod:") {
		t.Fatalf("%q is too long", name)
	}
}
