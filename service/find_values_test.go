package service

import (
	"strings"
	"testing"

	"github.com/oabridge/oabridge/model"
)

func TestHowJenkinsShowsSeveralValues(t *testing.T) {
	for name, c := range map[string]struct {
		each  []string
		shown string
		want  bool
	}{
		"with commas":              {[]string{"h2", "h3"}, "h2,h3", true},
		"with something else":      {[]string{"h2", "h3", "h4"}, "h2 | h3 | h4", true},
		"in another order":         {[]string{"h2", "h3"}, "h3,h2", false},
		"one is missing":           {[]string{"h2", "h3", "h4"}, "h2,h3", false},
		"one more":                 {[]string{"h2", "h3"}, "h2,h3,h4", false},
		"the first only":           {[]string{"h2", "h3"}, "h2", false},
		"made empty":               {[]string{"h2", "h3"}, "", false},
		"with nothing between":     {[]string{"h2", "h3"}, "h2h3", false},
		"different things between": {[]string{"h2", "h3", "h4"}, "h2,h3;h4", false},
		"one":                      {[]string{"h2"}, "h2", true},
		"another one":              {[]string{"h2"}, "h3", false},
	} {
		p := model.ParameterValue{Name: "HOSTS", Value: strings.Join(c.each, ","), Each: c.each}
		if got := shownAs(p, c.shown); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
