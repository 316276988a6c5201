package config

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestShow(t *testing.T) {
	j := load(t, controllerWith(`show: [running, version], version_parameter: TAG`)).Jenkins[0]
	if !cmp.Equal(j.Show, []string{ShowRunning, ShowVersion}) || j.VersionParameter != "TAG" {
		t.Errorf("%v, %q", j.Show, j.VersionParameter)
	}
}

func TestShowThatContradictsItself(t *testing.T) {
	for keys, wrong := range map[string]string{
		`show: [version]`:                         "version_parameter",
		`version_parameter: TAG`:                  "version_parameter",
		`show: [running, running]`:                "show[1]",
		`show: [build]`:                           "show[0]",
		`show: [running], version_parameter: TAG`: "version_parameter",
	} {
		_, err := Load(write(t, "config.yaml", controllerWith(keys)), nil)
		problems, ok := errors.AsType[Problems](err)
		if !ok || len(problems) != 1 || problems[0].Key != "jenkins[0]."+wrong || problems[0].Remedy == "" {
			t.Errorf("%q: %v", keys, err)
		}
	}
}
