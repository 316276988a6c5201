package jenkinstest

import (
	"slices"
	"strings"
	"testing"
)

// TestComparerCatchesDeviations breaks a recorded answer in every way that matters and wants each one found.
func TestComparerCatchesDeviations(t *testing.T) {
	rec := loadRecording(t, 39)
	if diffs := differences(&rec, rec.status, rec.answer, rec.text, nil); diffs != nil {
		t.Fatalf("the recording differs from itself: %v", diffs)
	}
	broken := map[string][2]string{
		"a missing field":           {`"keepLog":false,`, ``},
		"an additional field":       {`"keepLog":false,`, `"keepLog":false,"more":1,`},
		"another value":             {`"result":"SUCCESS"`, `"result":"FAILURE"`},
		"null":                      {`"result":"SUCCESS"`, `"result":null`},
		"another number":            {`"queueId":2`, `"queueId":3`},
		"another type":              {`"number":1,`, `"number":"1",`},
		"text for a time":           {`"timestamp":1795309542154`, `"timestamp":"now"`},
		"a duration of nothing":     {`"duration":2043`, `"duration":0`},
		"a list that is shorter":    {`{},{"_class":"org.jenkinsci`, `{"_class":"org.jenkinsci`},
		"another order":             {`"name":"VERSION","value":"v2.0"`, `"name":"ENV","value":"v2.0"`},
		"another class":             {`hudson.model.FreeStyleBuild`, `hudson.model.FreeStyleRun`},
		"another host":              {`http://127.0.0.1:18080/job`, `http://localhost:18080/job`},
		"a secret that is shown":    {`"name":"DEPLOY_TOKEN"`, `"name":"DEPLOY_TOKEN","value":"tok"`},
		"an answer that is no JSON": {`{"_class"`, `<html>{"_class"`},
	}
	for what, change := range broken {
		if !strings.Contains(rec.text, change[0]) {
			t.Fatalf("%s: the recording has no %s", what, change[0])
		}
		if diffs := differences(&rec, rec.status, rec.answer, strings.Replace(rec.text, change[0], change[1], 1), nil); len(diffs) == 0 {
			t.Errorf("%s was not noticed", what)
		}
	}
}

// TestComparerCatchesOtherDeviations does the same with statuses, headers and answers that are no JSON.
func TestComparerCatchesOtherDeviations(t *testing.T) {
	rec := loadRecording(t, 39)
	if len(differences(&rec, 201, rec.answer, rec.text, nil)) == 0 {
		t.Error("another status was not noticed")
	}
	for _, name := range append(slices.Clone(comparedHeaders), presentHeaders...) {
		header := rec.answer.Clone()
		if header.Get(name) == "" {
			header.Set(name, "x")
		} else {
			header.Del(name)
		}
		if len(differences(&rec, rec.status, header, rec.text, nil)) == 0 {
			t.Errorf("header %s was not compared", name)
		}
	}
	for number, text := range map[int]string{
		47: "unexpected", 46: "<!DOCTYPE html><title>Other</title>", 54: "java.io.IOException: other", 40: "other", 27: "other",
	} {
		rec := loadRecording(t, number)
		if len(differences(&rec, rec.status, rec.answer, text, nil)) == 0 {
			t.Errorf("recording %d: another body was not noticed", number)
		}
	}
}
