package jenkinstest

import (
	"encoding/xml"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// createItem makes a folder, freestyle job or pipeline from a config.xml, as POST createItem?name=… does.
func (s *Server) createItem(c *call, in *item) *answer {
	if c.r.Method != http.MethodPost {
		return postRequired("hudson.model.Hudson.doCreateItem")
	}
	if !c.can(Create, in) {
		return s.forbidden(c, Create)
	}
	name := c.form.Get("name")
	switch {
	case in.job.Kind != Folder:
		return s.notFound()
	case name == "" || strings.ContainsAny(name, `/\?*%!@#$^&|<>[]:;`):
		return s.inputError("Query parameter 'name' is required")
	case in.child(name) != nil:
		return s.inputError("A job already exists with the name ‘" + name + "’")
	case !strings.Contains(c.r.Header.Get("Content-Type"), "/xml"):
		return s.inputError("No Content-Type header set")
	}
	body, err := io.ReadAll(c.r.Body)
	if err != nil {
		return s.oops()
	}
	job, err := parseConfig(string(body))
	if err != nil {
		return s.oops()
	}
	job.FullName = strings.TrimPrefix(in.job.FullName+"/"+name, "/")
	s.put(job)
	return newAnswer(http.StatusOK, "", nil)
}

// xmlNode is any element of a config.xml.
type xmlNode struct {
	XMLName xml.Name
	Text    string    `xml:",chardata"`
	Nodes   []xmlNode `xml:",any"`
}

// at follows a path of element names; a missing one is an empty node.
func (n xmlNode) at(path ...string) xmlNode {
	for _, name := range path {
		found := xmlNode{}
		for _, child := range n.Nodes {
			if child.XMLName.Local == name {
				found = child
				break
			}
		}
		n = found
	}
	return n
}

func (n xmlNode) text(path ...string) string { return strings.TrimSpace(n.at(path...).Text) }

// declaration is cut off: Jenkins writes XML 1.1, which encoding/xml refuses.
var declaration = regexp.MustCompile(`^\s*<\?xml[^>]*\?>`)

const parametersClass = "hudson.model.ParametersDefinitionProperty"

// parseConfig reads just enough of a config.xml: kind, names, switches, parameters and what the steps do.
func parseConfig(text string) (Job, error) {
	var root xmlNode
	if err := xml.Unmarshal([]byte(declaration.ReplaceAllString(text, "")), &root); err != nil {
		return Job{}, err
	}
	job := Job{Kind: kindOf(root.XMLName.Local), DisplayName: root.text("displayName"), Description: root.text("description")}
	job.Disabled = root.text("disabled") == "true"
	job.Concurrent = root.text("concurrentBuild") == "true"
	job.Label = root.text("assignedNode")
	if quiet, err := strconv.Atoi(root.text("quietPeriod")); err == nil {
		job.QuietPeriod = time.Duration(quiet) * time.Second
		if quiet == 0 {
			job.QuietPeriod = -1 // 0 would mean the server's
		}
	}
	properties := root.at("properties")
	for _, n := range properties.at(parametersClass, "parameterDefinitions").Nodes {
		job.Parameters = append(job.Parameters, configParameter(n))
	}
	for _, n := range properties.Nodes {
		if strings.HasSuffix(n.XMLName.Local, "DisableConcurrentBuildsJobProperty") {
			job.Serial = true
		}
	}
	if job.Kind == Pipeline {
		readScript(&job, root.text("definition", "script"))
		return job, nil
	}
	for _, n := range root.at("builders").Nodes {
		readShell(&job, n.text("command"))
	}
	return job, nil
}

func kindOf(element string) Kind {
	switch {
	case element == "project":
		return Freestyle
	case element == "flow-definition":
		return Pipeline
	case element == "maven2-moduleset":
		return Maven
	case element == "matrix-project":
		return Matrix
	case strings.HasSuffix(element, "WorkflowMultiBranchProject"):
		return Multibranch
	case strings.HasSuffix(element, "OrganizationFolder"):
		return Organization
	}
	return Folder
}

var configKinds = map[string]ParameterKind{
	"StringParameterDefinition": String, "TextParameterDefinition": Text, "ChoiceParameterDefinition": Choice,
	"BooleanParameterDefinition": Boolean, "PasswordParameterDefinition": Password, "FileParameterDefinition": File,
	"RunParameterDefinition": Run, "CredentialsParameterDefinition": Credentials, "GitParameterDefinition": GitParameter,
	"ExtendedChoiceParameterDefinition": ExtendedChoice, "ChoiceParameter": ActiveChoice, "CascadeChoiceParameter": CascadeChoice,
}

func configParameter(n xmlNode) Parameter {
	class := n.XMLName.Local[strings.LastIndexByte(n.XMLName.Local, '.')+1:]
	p := Parameter{Name: n.text("name"), Kind: configKinds[class], Description: n.text("description")}
	p.Default = n.at("defaultValue").Text
	switch p.Kind {
	case Choice:
		list := n.at("choices", "a") // older form: <a class="string-array">
		if len(list.Nodes) == 0 {
			list = n.at("choices")
		}
		for _, choice := range list.Nodes {
			p.Choices = append(p.Choices, choice.Text)
		}
	case ExtendedChoice:
		p.Choices = strings.Split(n.text("value"), ",")
		p.Multi = strings.Contains(n.text("type"), "MULTI") || strings.Contains(n.text("type"), "CHECKBOX")
	case Run:
		p.Choices, p.Filter = []string{n.text("projectName")}, n.text("filter")
	default: // the others have no choices in their configuration
	}
	return p
}
