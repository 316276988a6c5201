package config

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Parameter is a rule for a parameter of jobs: what it may be, and how forms ask for it. Of the rules with a parameter's
// name the first one whose job matches decides, alone.
type Parameter struct {
	// Job is a regular expression on an app's key, controller:fullName; empty matches every app.
	Job string `yaml:"job"`
	// Name is the Jenkins parameter.
	Name string `yaml:"name"`
	// Label is what people call it.
	Label string `yaml:"label"`
	// Values are all that it may be.
	Values []string `yaml:"values"`
	// HTTP is where all that it may be is read.
	HTTP ValuesHTTP `yaml:"http"`
	// Strict refuses values that the list has not, wherever the list is from; else people are only told.
	Strict bool `yaml:"strict" default:"true"`
	// Pattern is a regular expression that a value must match as a whole.
	Pattern string `yaml:"pattern"`
	// MinLength and MaxLength bound a value, in characters; 0 does not.
	MinLength int `yaml:"min_length" default:"0"`
	MaxLength int `yaml:"max_length" default:"0"`
	// Multiple lets a form choose several values, which are sent in one field with commas between them.
	Multiple bool `yaml:"multiple" default:"false"`
	// Allow names what is refused in values otherwise.
	Allow []string `yaml:"allow"`
	// LastSuccessful is how many values of the job's successful builds are offered before all others.
	LastSuccessful int `yaml:"last_successful" default:"0"`
	// Required refuses a form that gives no value; the job's own default does not count.
	Required bool `yaml:"required" default:"false"`
	// Default is sent when the form gives no value; empty: the job's own.
	Default string `yaml:"default"`
	// Fixed is sent always.
	Fixed string `yaml:"fixed"`
	// Hidden keeps it out of forms: the default is sent.
	Hidden bool `yaml:"hidden" default:"false"`
}

// ValuesHTTP is a web service that knows what a parameter may be.
type ValuesHTTP struct {
	// URL is asked with GET; {app}, {job}, {project} and {controller} stand for what a form chose.
	URL string `yaml:"url"`
	// Token is sent as a bearer token.
	Token     Secret `yaml:"token"`
	TokenFile string `yaml:"token_file,omitempty"`
	// Field is where in the answer the values are, such as data.tags.name; empty: the answer is the list.
	Field string `yaml:"field"`
	// Timeout bounds one request, Cache is how long an answer is good.
	Timeout time.Duration `yaml:"timeout" default:"3s"`
	Cache   time.Duration `yaml:"cache" default:"1m"`
	// Insecure allows http:// to another machine.
	Insecure bool `yaml:"insecure" default:"false"`
}

// dangers are what Allow may name.
var dangers = []string{
	"newline", "tab", "control", "backtick", "substitution", "variable", "parent_path", "semicolon", "pipe", "and", "redirect",
	"leading_dash",
}

// mostLast is how many values of successful builds may be offered.
const mostLast = 20

// fits tells whether the rule itself takes a value.
func (p Parameter) fits(value string) bool {
	n := utf8.RuneCountInString(value)
	if n < p.MinLength || p.MaxLength > 0 && n > p.MaxLength {
		return false
	}
	pattern, err := regexp.Compile(`\A(?:` + p.Pattern + `)\z`)
	return p.Pattern == "" || err != nil || pattern.MatchString(value)
}

// parts are the values in a text that may have several.
func (p Parameter) parts(text string) []string {
	if p.Multiple {
		return strings.Split(text, ",")
	}
	return []string{text}
}

func (p Parameter) check(r report) {
	r.at("job").expression(p.Job)
	if r.at("name").required(p.Name, "set the name of the Jenkins parameter") && strings.TrimSpace(p.Name) != p.Name {
		r.at("name").add(p.Name, "there is a space at its beginning or end", "write the name as Jenkins has it")
	}
	if p.Label != "" && !oneLabel(p.Label) {
		r.at("label").add(p.Label, "not a label", "write one line of text")
	}
	for i, danger := range p.Allow {
		r.at("allow").index(i).oneOf(danger, dangers...)
	}
	r.at("last_successful").between(p.LastSuccessful, 0, mostLast)
	p.checkShape(r)
	p.checkValues(r)
	p.HTTP.check(r.at("http"))
	p.checkTogether(r)
}

// longest is how long a parameter's value may be at all.
const longest = 4096

func (p Parameter) checkShape(r report) {
	r.at("pattern").expression(p.Pattern)
	r.at("min_length").between(p.MinLength, 0, longest)
	r.at("max_length").between(p.MaxLength, 0, longest)
	if p.MaxLength > 0 && p.MinLength > p.MaxLength {
		r.at("min_length").add(strconv.Itoa(p.MinLength), "it is more than max_length, so that no value fits", "make it max_length or less")
	}
}

func (p Parameter) checkValues(r report) {
	at := r.at("values")
	for i, value := range p.Values {
		switch {
		case value == "" || strings.TrimSpace(value) != value:
			at.index(i).add(value, "empty, or with a space at its end, which no form can send", "write the value without it, or remove it")
		case slices.Contains(p.Values[:i], value):
			at.index(i).add(value, "it is written twice", "remove one of the two")
		case !p.fits(value):
			at.index(i).add(value, "the rule itself refuses it: see pattern, min_length and max_length", "change one of them")
		case p.Multiple && strings.Contains(value, ","):
			at.index(i).add(value, "it has a comma, which stands between several values", "remove the value, or multiple")
		}
	}
	p.checkText(r.at("default"), p.Default)
	p.checkText(r.at("fixed"), p.Fixed)
}

// checkText wants that the rule takes a text that is sent because of it.
func (p Parameter) checkText(r report, text string) {
	if text == "" {
		return
	}
	for _, value := range p.parts(text) {
		if len(p.Values) > 0 && !slices.Contains(p.Values, value) {
			r.add(text, "it is not among values", "add it to values, or use one of them")
			return
		}
		if !p.fits(value) {
			r.add(text, "the rule itself refuses it: see pattern, min_length and max_length", "change one of them")
			return
		}
	}
}

// checkTogether finds keys that contradict each other.
func (p Parameter) checkTogether(r report) {
	if len(p.Values) > 0 && p.HTTP.URL != "" {
		r.at("values").add("", "the list is given here and in http", "keep one of the two")
	}
	if p.Fixed == "" {
		if p.Hidden && p.Required && p.Default == "" {
			r.at("required").add("true", "no form can give a hidden parameter", "set default or fixed, or remove required or hidden")
		}
		return
	}
	if p.Default != "" {
		r.at("default").add(p.Default, "the value is fixed", "remove default or fixed")
	}
	if p.LastSuccessful > 0 {
		r.at("last_successful").add(strconv.Itoa(p.LastSuccessful), "the value is fixed, so there is nothing to choose", "remove last_successful or fixed")
	}
}

// checkRules finds what is wrong with each rule, and rules that never decide.
func checkRules(r report, list []Parameter) {
	for i, p := range list {
		p.check(r.index(i))
		before := func(other Parameter) bool { return other.Name == p.Name && (other.Job == "" || other.Job == p.Job) }
		if p.Name != "" && slices.ContainsFunc(list[:i], before) {
			r.index(i).at("job").add(p.Job, "a rule before it decides about the same parameter of all these apps",
				"put the rule for fewer apps first, or remove one of them")
		}
	}
}
