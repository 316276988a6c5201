package jenkinstest

import (
	"cmp"
	"slices"
	"strings"
)

// paramClass are the Java classes of a kind's definition and value, and the exported type.
type paramClass struct{ definition, value, kind string }

func (p *Parameter) classes() paramClass {
	const model = "hudson.model."
	simple := func(name string) paramClass {
		return paramClass{model + name + "ParameterDefinition", model + name + "ParameterValue", name + "ParameterDefinition"}
	}
	const extended = "com.cwctravel.hudson.plugins.extended_choice_parameter.ExtendedChoiceParameter"
	const git = "net.uaznia.lukanus.hudson.plugins.gitparameter.GitParameter"
	const credentials = "com.cloudbees.plugins.credentials.CredentialsParameter"
	switch p.Kind {
	case Text:
		return simple("Text")
	case Choice:
		c := simple("Choice")
		c.value = model + "StringParameterValue"
		return c
	case Boolean:
		return simple("Boolean")
	case Password:
		return simple("Password")
	case File:
		return simple("File")
	case Run:
		return simple("Run")
	case Credentials:
		return paramClass{credentials + "Definition", credentials + "Value", "CredentialsParameterDefinition"}
	case GitParameter:
		return paramClass{git + "Definition", git + "Value", "GitParameterDefinition"}
	case ActiveChoice:
		return paramClass{"org.biouno.unochoice.ChoiceParameter", model + "StringParameterValue", "ChoiceParameter"}
	case CascadeChoice:
		return paramClass{"org.biouno.unochoice.CascadeChoiceParameter", model + "StringParameterValue", "CascadeChoiceParameter"}
	case ExtendedChoice:
		if p.Multi {
			return paramClass{extended + "Definition", extended + "Value", "PT_MULTI_SELECT"}
		}
		return paramClass{extended + "Definition", extended + "Value", "PT_SINGLE_SELECT"}
	default:
		return simple("String")
	}
}

// valueBean is a value as a default, in a queue item or in a build; secrets export no value.
func valueBean(v value) *bean {
	b := newBean(v.param.classes().value).add(3, "name", v.param.Name)
	switch v.param.Kind {
	case Password, Credentials, File:
	case Boolean:
		b.add(4, "value", v.text == "true")
	case Run:
		job, number, _ := strings.Cut(v.text, "#")
		b.add(4, "jobName", job).add(4, "number", number)
	default:
		b.add(4, "value", v.text)
	}
	return b
}

func valueBeans(values []value) []*bean {
	beans := make([]*bean, len(values))
	for i, v := range values {
		beans[i] = valueBean(v)
	}
	return beans
}

func definitionBean(p Parameter) *bean {
	c := p.classes()
	b := newBean(c.definition)
	if p.Kind == File || p.Kind == Run {
		b.add(3, "defaultParameterValue", nil)
	} else {
		b.add(3, "defaultParameterValue", valueBean(value{p, p.defaultText()}))
	}
	b.add(3, "description", p.Description).add(3, "name", p.Name).add(3, "type", c.kind)
	switch p.Kind {
	case Choice:
		b.add(3, "choices", nonNil(p.Choices))
	case Run:
		project := ""
		if len(p.Choices) > 0 {
			project = p.Choices[0]
		}
		b.add(3, "filter", cmp.Or(p.Filter, "ALL")).add(3, "projectName", project)
	case GitParameter:
		b.add(3, "allValueItems", func() any { return revisions(p.Choices) })
	default: // the others export no more
	}
	return b
}

func revisions(names []string) *bean {
	var values []*bean
	for _, name := range names {
		values = append(values, newBean("").add(9, "name", name).add(9, "value", name))
	}
	return newBean("").add(9, "errors", []string{}).add(9, "values", values)
}

func nonNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// definitions are a job's parameters; one whose export throws empties the list unless the tree names the fields.
func definitions(params []Parameter) func(*selection) any {
	return func(sel *selection) any {
		everything := sel == nil || sel.all || sel.fields["allValueItems"] != nil
		if everything && slices.ContainsFunc(params, func(p Parameter) bool { return p.BrokenExport }) {
			return []*bean{}
		}
		beans := make([]*bean, len(params))
		for i, p := range params {
			beans[i] = definitionBean(p)
		}
		return beans
	}
}

func parametersProperty(params []Parameter) *bean {
	return newBean("hudson.model.ParametersDefinitionProperty").add(2, "parameterDefinitions", definitions(params))
}
