package config

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// minimal is the least a configuration must say.
const minimal = `
jenkins: [{name: prod, url: https://jenkins.example.com, user: bridge, token: jenkins-token}]
dingtalk: {connector: {secret: connector-secret}}
`

// write puts text into a file of its own and returns its path.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func load(t *testing.T, text string, environ ...string) *Config {
	t.Helper()
	cfg, err := Load(write(t, "config.yaml", text), environ)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// TestBroken loads every testdata/broken/*.yaml, with the variables of the .env file beside it, and compares all
// problems with the .golden file.
func TestBroken(t *testing.T) {
	files, err := filepath.Glob("testdata/broken/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no test data: %v", err)
	}
	for _, path := range files {
		name := strings.TrimSuffix(path, ".yaml")
		t.Run(filepath.Base(name), func(t *testing.T) {
			variables, err := os.ReadFile(name + ".env")
			if err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Fatal(err)
			}
			cfg, err := Load(path, strings.Split(string(variables), "\n"))
			if cfg != nil || err == nil {
				t.Fatalf("Load = %v, %v; want problems", cfg, err)
			}
			compareGolden(t, name+".golden", err.Error()+"\n")
			checkProblems(t, err)
		})
	}
}

func compareGolden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("the problems differ from %s (-want +got); go test ./config -update accepts them:\n%s", path, diff)
	}
}

// checkProblems wants every problem to say what to do, and none to show what the test data marks as a secret.
func checkProblems(t *testing.T, err error) {
	t.Helper()
	var problems Problems
	if !errors.As(err, &problems) {
		t.Fatalf("the error is a %T, want Problems", err)
	}
	for _, problem := range problems {
		if problem.Remedy == "" || problem.Message == "" || problem.Key == "" && problem.Source == "" {
			t.Errorf("incomplete: %+v", problem)
		}
	}
	if strings.Contains(err.Error(), "hush") {
		t.Errorf("a secret is shown:\n%v", err)
	}
}

func TestLoadMinimal(t *testing.T) {
	cfg := load(t, minimal)
	want := Default()
	want.Jenkins = []Jenkins{{
		Name: "prod", URL: "https://jenkins.example.com", User: "bridge", Token: "jenkins-token", Project: ProjectByFolder,
		Refresh: 30 * time.Second, RefreshMax: 5 * time.Minute, StaleAfter: 10 * time.Minute, MaxLoss: 0.3,
		Poll: time.Second, PollMax: 15 * time.Second, ReleaseParameter: "RELEASE_ID", ValuesTimeout: 30 * time.Second, MaxInFlight: 8,
		MaxParallelPerJob: 1, OnDrift: "hold", Stop: Stop{TermAfter: time.Minute, KillAfter: time.Minute},
		InputReminder: 30 * time.Minute, InputTimeout: 24 * time.Hour, OnInputTimeout: "wait",
	}}
	want.DingTalk.Connector.Secret = "connector-secret"
	if diff := cmp.Diff(want, cfg); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := cfg.Validate(); err != nil {
		t.Errorf("Validate = %v", err)
	}
}

func TestAControllerHasItsDefaultsAlone(t *testing.T) {
	cfg := load(t, "jenkins: [{name: prod, url: 'https://jenkins.example.com', user: bridge, token: t}]\ndingtalk: {connector: {insecure: true}}\n")
	want := DefaultJenkins()
	want.Name, want.URL, want.User, want.Token = "prod", "https://jenkins.example.com", "bridge", "t"
	if diff := cmp.Diff(want, cfg.Jenkins[0]); diff != "" {
		t.Errorf("(-alone +loaded):\n%s", diff)
	}
}

func TestDefaultIsIncomplete(t *testing.T) {
	var problems Problems
	if !errors.As(Default().Validate(), &problems) || len(problems) != 2 {
		t.Fatalf("the defaults have the problems %v, want two", problems)
	}
	if problems[0].Key != "jenkins" || problems[1].Key != "dingtalk.connector" {
		t.Errorf("the defaults have the problems %v", problems)
	}
}

func TestDefaultDSNIsForSQLiteOnly(t *testing.T) {
	if dsn := Default().Database.DSN.Reveal(); dsn != "oabridge.db" {
		t.Errorf("SQLite's default DSN is %q", dsn)
	}
	_, err := Load(write(t, "config.yaml", minimal+"database: {driver: mysql}"), nil)
	if err == nil || !strings.Contains(err.Error(), "MySQL needs a DSN") {
		t.Errorf("Load = %v", err)
	}
}

func TestScalarsStayTheTextTheyWereWrittenAs(t *testing.T) {
	cfg := load(t, minimal+`
redis: {addr: "localhost:6379", password: 0123, db: 010}
form: {parameters: {VERSION: 1.10, FLAG: yes}, ignore: 备用}
notify:
`)
	if got := cfg.Redis.Password.Reveal(); got != "0123" {
		t.Errorf("the password became %q", got)
	}
	if cfg.Redis.DB != 10 {
		t.Errorf("db: 010 became %d", cfg.Redis.DB)
	}
	if diff := cmp.Diff(map[string]string{"VERSION": "1.10", "FLAG": "yes"}, cfg.Form.Parameters); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"备用"}, cfg.Form.Ignore); diff != "" {
		t.Error(diff)
	}
}

func TestEmptyFileIsTheDefaults(t *testing.T) {
	for _, text := range []string{"", "# nothing\n", "---\n"} {
		_, err := Load(write(t, "config.yaml", text), nil)
		var problems Problems
		if !errors.As(err, &problems) || len(problems) != 2 {
			t.Errorf("Load(%q) = %v, want the two problems of the defaults", text, err)
		}
	}
}

func TestLoadWithoutTheFile(t *testing.T) {
	_, err := Load(filepath.Join(t.TempDir(), "none.yaml"), nil)
	if err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("Load = %v", err)
	}
}

func TestAFileThatIsNotUTF8(t *testing.T) {
	path := write(t, "gbk.yaml", minimal+"form: {ignore: [\xb1\xb8\xd7\xa2]}\n")
	_, err := Load(path, nil)
	if err == nil || !strings.Contains(err.Error(), path+": the file is not UTF-8 text") || !strings.Contains(err.Error(), "save it as UTF-8") {
		t.Errorf("Load = %v", err)
	}
}

func TestPublicURLLosesItsLastSlash(t *testing.T) {
	if got := load(t, minimal+"public_url: https://bridge.example.com/").PublicURL; got != "https://bridge.example.com" {
		t.Errorf("public_url = %q", got)
	}
}

func TestLocation(t *testing.T) {
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, Default().Location())
	if got := noon.UTC().Hour(); got != 4 {
		t.Errorf("noon in Shanghai is %d o'clock UTC, want 4", got)
	}
	if got := (&Config{Timezone: "Mars/Olympus"}).Location(); got != time.UTC {
		t.Errorf("an unknown zone gives %v, want UTC", got)
	}
}
