package service

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/oabridge/oabridge/model"
)

// ParameterRule is what the configuration says of a Jenkins parameter. Of the rules for a parameter the first one whose Job
// matches decides, alone.
type ParameterRule struct {
	Job   *regexp.Regexp // on the app's key; nil: of every app
	Name  string         // of the Jenkins parameter
	Label string         // what people call it

	// What a value may be.
	Values               []string       // all of them; none: the rule knows no list
	Source               ValueSource    // of the list; nil: there is none
	Fresh                time.Duration  // how long what Source said is not asked for again
	Loose                bool           // a value that is in no list is told and not refused; but for Jenkins' own choices
	Pattern              *regexp.Regexp // nil: any text; must match as a whole
	MinLength, MaxLength int            // in characters; 0: any
	Multiple             bool           // several values, in one field with commas between them
	Allow                []string       // of Dangers

	// How it is asked for.
	LastSuccessful int    // how many values of successful builds are offered first
	Required       bool   // the job's own default does not do
	Default        string // when the form gives none; "": the job's own
	Fixed          string // always sent; "": the form may choose
	Hidden         bool   // neither offered nor taken from a form
}

// ValueSource reads what a parameter may be from somewhere else than Jenkins.
type ValueSource interface {
	// Values returns the values with their names for people. It bounds itself in time and size.
	Values(ctx context.Context, at model.Place) ([]model.Option, error)
}

// parameterRules are all rules by the parameter's name, in the order of the configuration; under no name, the rule for
// parameters that the configuration does not name.
type parameterRules map[string][]*ParameterRule

func newParameterRules(list []ParameterRule) parameterRules {
	rules := parameterRules{"": {{}}}
	for i := range list {
		rule := list[i]
		if rule.Pattern != nil { // so that what it finds first is all that it can find
			rule.Pattern = regexp.MustCompile(rule.Pattern.String())
			rule.Pattern.Longest()
		}
		rules[rule.Name] = append(rules[rule.Name], &rule)
	}
	return rules
}

// of is the rule for an app's parameter, never nil.
func (rules parameterRules) of(app *App, name string) *ParameterRule {
	if about := rules[name]; len(about) > 0 && name != "" {
		key := app.Key()
		at := slices.IndexFunc(about, func(r *ParameterRule) bool { return r.Job == nil || r.Job.MatchString(key) })
		if at >= 0 {
			return about[at]
		}
	}
	return rules[""][0]
}

// parameter is one parameter of an app, with what is said of it.
type parameter struct {
	*Service
	app  *App
	def  *model.ParameterDefinition
	rule *ParameterRule
}

// parameter is what an app declares. Of a multibranch project, which is no job itself, the first branch speaks that
// declares it too.
func (s *Service) parameter(app *App, def *model.ParameterDefinition) parameter {
	for _, branch := range app.Branches {
		if own := branch.Parameter(def.Name); own != nil && def.Name != app.branchParameter {
			app, def = branch, own
			break
		}
	}
	return parameter{s, app, def, s.parameterRules.of(app, def.Name)}
}

// title is what people call the parameter.
func (p parameter) title() string {
	if p.rule.Label != "" {
		return p.rule.Label
	}
	return p.def.Name
}

// several tells whether it takes more than one value.
func (p parameter) several() bool { return p.def.Multiple || p.commas() }

// commas tells whether several values go out in one field, with commas between them. Kinds that Jenkins knows better take
// one value whatever the rule says.
func (p parameter) commas() bool {
	if !p.rule.Multiple || p.def.Multiple {
		return false
	}
	switch p.def.Kind {
	case model.KindActiveChoice, model.KindGit, model.KindString, model.KindText, model.KindOther:
		return true
	default:
		return false
	}
}

// fits tells whether the rule takes a value; what is wrong with it is for people, "" when it does.
func (p parameter) fits(value string) string {
	if slices.Contains(p.rule.Values, value) || (value != "" && (value == p.rule.Default || value == p.rule.Fixed)) {
		return "" // whoever wrote the configuration wants it
	}
	multiline := p.def.Kind == model.KindText
	trusted := p.def.Kind == model.KindChoice || p.def.Kind == model.KindBoolean
	if what := hostile(value, multiline, p.rule.Allow); what != "" && !trusted {
		return "的值含有不允许的" + what
	}
	return p.shape(value)
}

// matches tells whether the pattern takes the value as a whole.
func (r *ParameterRule) matches(value string) bool {
	if r.Pattern == nil {
		return true
	}
	found := r.Pattern.FindStringIndex(value)
	return found != nil && found[0] == 0 && found[1] == len(value)
}

// shape is what is wrong with the form of a value.
func (p parameter) shape(value string) string {
	switch n := utf8.RuneCountInString(value); {
	case p.rule.MinLength > 0 && n < p.rule.MinLength:
		return fmt.Sprintf("至少 %d 个字符", p.rule.MinLength)
	case p.rule.MaxLength > 0 && n > p.rule.MaxLength:
		return fmt.Sprintf("最多 %d 个字符", p.rule.MaxLength)
	case !p.rule.matches(value):
		return fmt.Sprintf("的值“%s”不符合要求的格式 %s", p.shown(value), p.rule.Pattern)
	}
	return ""
}
