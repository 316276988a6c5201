package jenkinstest

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

var (
	sleepStep    = regexp.MustCompile(`\bsleep(?:\s*\(|\s)\s*(?:time:\s*)?(\d+(?:\.\d+)?)`)
	errorStep    = regexp.MustCompile(`\berror(?:\s*\(|\s)\s*['"]([^'"]*)`)
	unstable     = regexp.MustCompile(`\bunstable(?:\s*\(|\s)\s*['"]|result\s*=\s*['"]UNSTABLE`)
	failure      = regexp.MustCompile(`(?m)^\s*exit\s+[1-9]|^\s*false\s*$`)
	stageStep    = regexp.MustCompile(`\bstage(?:\s*\(|\s)\s*['"]([^'"]*)['"]`)
	parallelStep = regexp.MustCompile(`\bparallel\b`)
	inputWord    = regexp.MustCompile(`\binput\b`)
	parameter    = regexp.MustCompile(`\b(string|text|choice|booleanParam|password)\s*\(`)
	ownBlock     = regexp.MustCompile(`\bparameters\s*[({]`) // the pipeline's, not an input's "parameters: ["
	inputBare    = regexp.MustCompile(`^\s*\(?\s*['"]([^'"]*)['"]`)
	choiceList   = regexp.MustCompile(`choices:\s*(?:\[([^\]]*)\]|['"]([^'"]*)['"])`)
	quoted       = regexp.MustCompile(`['"]([^'"]*)['"]`)
)

// readShell understands sleep and a failing exit in a shell step.
func readShell(job *Job, command string) {
	job.Duration += slept(command)
	if failure.MatchString(command) {
		job.Result = "FAILURE"
	}
}

func slept(script string) time.Duration {
	var total time.Duration
	for _, m := range sleepStep.FindAllStringSubmatch(script, -1) {
		if sec, err := strconv.ParseFloat(m[1], 64); err == nil {
			total += time.Duration(sec * float64(time.Second))
		}
	}
	return total
}

// readScript understands sleep, error, unstable, input, a parameters block and, where nothing is asked, stages in a pipeline's
// script.
func readScript(job *Job, script string) {
	job.Duration = slept(script)
	if unstable.MatchString(script) {
		job.Result = "UNSTABLE"
	}
	if m := errorStep.FindStringSubmatch(script); m != nil {
		job.Result, job.Error = "FAILURE", m[1]
	}
	rest := script
	for _, at := range inputWord.FindAllStringIndex(script, -1) {
		text := statement(script[at[1]:])
		if in, ok := readInput(text); ok {
			job.Inputs = append(job.Inputs, in)
			rest = strings.Replace(rest, text, "", 1)
		}
	}
	if parallelStep.MatchString(script) {
		for i := range job.Inputs {
			job.Inputs[i].Parallel = 1
		}
	}
	if len(job.Inputs) == 0 {
		for _, m := range stageStep.FindAllStringSubmatch(script, -1) {
			job.Stages = append(job.Stages, m[1])
		}
	}
	if at := ownBlock.FindStringIndex(rest); at != nil && len(job.Parameters) == 0 {
		job.Parameters = readParameters(statement(rest[at[1]-1:]))
		job.ParametersAfterFirstRun = true // Jenkins learns them by running the script
	}
}

// statement cuts the text at the end of the statement it starts in: a line's end outside all brackets.
func statement(text string) string {
	depth := 0
	var quote byte
	for i := range len(text) {
		c := text[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case strings.IndexByte("([{", c) >= 0:
			depth++
		case strings.IndexByte(")]}", c) >= 0:
			if depth--; depth < 0 {
				return text[:i]
			}
		case depth == 0 && (c == '\n' || c == ';'):
			return text[:i]
		}
	}
	return text
}

// readInput reads "input 'Go on?'", "input id: 'Confirm', message: …" and the declarative block.
func readInput(text string) (Input, bool) {
	// the names of parameters must not be taken for the input's own arguments
	own := text
	if at := parameter.FindStringIndex(text); at != nil {
		own = text[:at[0]] + argumentsAfter(text)
	}
	in := Input{ID: argument(own, "id"), Message: argument(own, "message"), Proceed: argument(own, "ok")}
	in.SubmitterParameter = argument(own, "submitterParameter")
	if list := argument(own, "submitter"); list != "" {
		in.Submitters = strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
	}
	in.Parameters = readParameters(text)
	if m := inputBare.FindStringSubmatch(text); m != nil && in.Message == "" {
		in.Message = m[1]
	}
	return in, in.Message != ""
}

// argumentsAfter is what follows the list of parameters.
func argumentsAfter(text string) string {
	at := parameter.FindAllStringIndex(text, -1)
	last := text[at[len(at)-1][1]:]
	return last[min(len(last), len(statement(last))):]
}

func argument(text, name string) string {
	m := regexp.MustCompile(`\b` + name + `\s*:?\s*(?:'([^']*)'|"([^"]*)")`).FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	return m[1] + m[2]
}

func readParameters(text string) []Parameter {
	var params []Parameter
	for _, at := range parameter.FindAllStringSubmatchIndex(text, -1) {
		args := statement(text[at[1]:])
		p := Parameter{Name: argument(args, "name"), Default: argument(args, "defaultValue")}
		p.Description = argument(args, "description")
		switch text[at[2]:at[3]] {
		case "text":
			p.Kind = Text
		case "password":
			p.Kind = Password
		case "booleanParam":
			p.Kind = Boolean
			if strings.Contains(args, "defaultValue: true") {
				p.Default = "true"
			}
		case "choice":
			p.Kind = Choice
			p.Choices = readChoices(args)
		default:
			p.Kind = String
		}
		if !slices.ContainsFunc(params, func(o Parameter) bool { return o.Name == p.Name }) {
			params = append(params, p)
		}
	}
	return params
}

func readChoices(args string) []string {
	m := choiceList.FindStringSubmatch(args)
	if m == nil {
		return nil
	}
	if m[2] != "" {
		return strings.Split(m[2], `\n`)
	}
	var choices []string
	for _, q := range quoted.FindAllStringSubmatch(m[1], -1) {
		choices = append(choices, q[1])
	}
	return choices
}
