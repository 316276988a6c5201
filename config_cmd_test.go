package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/oabridge/oabridge/config"
)

// decode reads the JSON that a run printed.
func decode(t *testing.T, o ending, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(o.stdout), into); err != nil {
		t.Fatalf("not JSON: %v\n%s", err, o)
	}
}

func TestConfigCheckPrintsEveryProblem(t *testing.T) {
	o := oabridge(t, "config", "check", "-c", "testdata/config/broken.yaml")
	if o.code != exitConfiguration || o.stdout != "" {
		t.Errorf("%s", o)
	}
	golden(t, "config/broken.golden", o.stderr)
	keepsSecrets(t, o, "hush")

	o = oabridge(t, "config", "check", "--json", "-c", "testdata/config/broken.yaml")
	if o.code != exitConfiguration {
		t.Errorf("as JSON: %s", o)
	}
	golden(t, "config/broken.json", o.stdout)
	keepsSecrets(t, o, "hush")
	var list []problem
	decode(t, o, &list)
	for _, p := range list {
		if p.Key == "" || p.Message == "" || p.Remedy == "" {
			t.Errorf("a problem lacks its key, message or remedy: %+v", p)
		}
	}
}

func TestConfigCheckOfAFileThatIsFine(t *testing.T) {
	o := oabridge(t, "config", "check", "-c", "testdata/config/good.yaml")
	if o.code != 0 || strings.Count(o.stdout, "\n") != 1 || !strings.HasPrefix(o.stdout, "configuration is fine") || o.stderr != "" {
		t.Errorf("%s", o)
	}
	o = oabridge(t, "config", "check", "--json", "-c", "testdata/config/good.yaml")
	if o.code != 0 || o.stdout != "[]\n" || o.stderr != "" {
		t.Errorf("as JSON: %s", o)
	}
}

func TestConfigCheckOfAFileThatIsNotThere(t *testing.T) {
	o := oabridge(t, "config", "check", "-c", "testdata/config/none.yaml")
	if o.code != exitConfiguration || !strings.Contains(o.stderr, "none.yaml: the file cannot be read") {
		t.Errorf("%s", o)
	}
}

func TestConfigPrintShowsEverythingButSecrets(t *testing.T) {
	o := oabridge(t, "config", "print", "-c", "testdata/config/good.yaml")
	if o.code != 0 || o.stderr != "" {
		t.Errorf("%s", o)
	}
	golden(t, "config/good.golden", o.stdout)
	cfg, err := config.Load("testdata/config/good.yaml", nil)
	if err != nil {
		t.Fatal(err)
	}
	keepsSecrets(t, o, append(cfg.Secrets(), "hush")...)

	o = oabridge(t, "config", "print", "--json", "-c", "testdata/config/good.yaml")
	var tree struct {
		Listen  string
		Jenkins []struct{ Name, Token string }
	}
	decode(t, o, &tree)
	if o.code != 0 || tree.Listen != cfg.Listen || len(tree.Jenkins) != 1 || tree.Jenkins[0].Token != "<secret>" {
		t.Errorf("as JSON: %s", o)
	}
	keepsSecrets(t, o, append(cfg.Secrets(), "hush")...)
}

func TestConfigPrintOfABrokenFile(t *testing.T) {
	for _, args := range [][]string{{"config", "print"}, {"config", "print", "--json"}, {"migrate"}, {"serve"}} {
		o := oabridge(t, append(args, "-c", "testdata/config/broken.yaml")...)
		if o.code != exitConfiguration || o.stdout != "" || !strings.Contains(o.stderr, "problems") {
			t.Errorf("%v: %s", args, o)
		}
		keepsSecrets(t, o, "hush")
	}
}

func TestTheEnvironmentNamesTheFile(t *testing.T) {
	const good, broken = "OABRIDGE_CONFIG=testdata/config/good.yaml", "OABRIDGE_CONFIG=testdata/config/broken.yaml"
	for _, test := range []struct {
		name    string
		environ []string
		args    []string
		code    int
	}{
		{"a file", []string{good}, nil, 0},
		{"the last one counts", []string{broken, good}, nil, 0},
		{"a flag wins", []string{broken}, []string{"-c", "testdata/config/good.yaml"}, 0},
		{"a broken file", []string{broken}, nil, exitConfiguration},
		{"empty is not given", []string{"OABRIDGE_CONFIG="}, nil, exitConfiguration},
	} {
		var stdout, stderr strings.Builder
		code := run(t.Context(), append([]string{"config", "check"}, test.args...), test.environ, &stdout, &stderr)
		if code != test.code {
			t.Errorf("%s: exit %d: %s%s", test.name, code, stdout.String(), stderr.String())
		}
	}
}

func TestConfigFromTheEnvironmentAlone(t *testing.T) {
	var stdout, stderr strings.Builder
	code := run(t.Context(), []string{"config", "check"}, []string{
		"OABRIDGE_JENKINS_0_NAME=prod", "OABRIDGE_JENKINS_0_URL=https://jenkins.example.com", "OABRIDGE_JENKINS_0_USER=bridge",
		"OABRIDGE_JENKINS_0_TOKEN=hush", "OABRIDGE_DINGTALK_CONNECTOR_SECRET=hush",
	}, &stdout, &stderr)
	if code != 0 || stderr.Len() > 0 {
		t.Errorf("exit %d: %s%s", code, stdout.String(), stderr.String())
	}
}
