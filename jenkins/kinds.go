package jenkins

import (
	"encoding/json"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// kindOf tells a parameter's kind by its class or, where Jenkins names no class, its type: the class without its
// package. Plugins derive classes from Jenkins' own; for what a form must not carry the derived ones count as well.
func kindOf(class, typ string) model.ParameterKind {
	name := class[strings.LastIndexByte(class, '.')+1:]
	if name == "" {
		name = typ
	}
	switch name {
	case "StringParameterDefinition":
		return model.KindString
	case "TextParameterDefinition":
		return model.KindText
	case "ChoiceParameterDefinition":
		return model.KindChoice
	case "BooleanParameterDefinition":
		return model.KindBoolean
	case "RunParameterDefinition":
		return model.KindRun
	case "GitParameterDefinition":
		return model.KindGit
	case "ChoiceParameter", "CascadeChoiceParameter", "DynamicReferenceParameter": // org.biouno.unochoice
		return model.KindActiveChoice
	case "ExtendedChoiceParameterDefinition":
		return model.KindExtendedChoice
	}
	switch {
	case strings.HasSuffix(name, "PasswordParameterDefinition"):
		return model.KindPassword
	case strings.HasSuffix(name, "FileParameterDefinition"):
		return model.KindFile
	case strings.HasSuffix(name, "CredentialsParameterDefinition"):
		return model.KindCredentials
	}
	return model.KindOther
}

// takesSeveral tells by the type of an Extended Choice whether it takes more than one value. Measured: a PT_MULTI_SELECT
// keeps the values of repeated fields and makes nothing of "a,b" in one.
func takesSeveral(kind model.ParameterKind, typ string) bool {
	return kind == model.KindExtendedChoice && (typ == "PT_MULTI_SELECT" || typ == "PT_CHECKBOX")
}

// isContainer knows folders, multibranch projects and organisation folders by their class. A POST …/build on a
// multibranch project would start a scan, not a build.
func isContainer(class string) bool {
	return strings.HasSuffix(class, "Folder") || strings.HasSuffix(class, "MultiBranchProject")
}

// containerKind tells what a container is by its class. Some other plugin's container counts as a folder.
func containerKind(class string) model.JobKind {
	switch {
	case strings.HasSuffix(class, "MultiBranchProject"):
		return model.JobMultibranch
	case strings.HasSuffix(class, "OrganizationFolder"):
		return model.JobOrganization
	}
	return model.JobFolder
}

// jobKind tells what can be built by its class.
func jobKind(class string) model.JobKind {
	switch class[strings.LastIndexByte(class, '.')+1:] {
	case "FreeStyleProject":
		return model.JobFreestyle
	case "WorkflowJob":
		return model.JobPipeline
	case "MavenModuleSet":
		return model.JobMaven
	case "MatrixProject":
		return model.JobMatrix
	}
	return model.JobOther
}

// choices are the values of a choice parameter. A plugin may export something else under that name: no choices then.
type choices []string

// UnmarshalJSON implements json.Unmarshaler.
func (c *choices) UnmarshalJSON(raw []byte) error {
	*c = nil
	if raw[0] != '[' {
		return nil
	}
	var list []scalar
	if err := json.Unmarshal(raw, &list); err != nil {
		return err
	}
	for _, s := range list {
		*c = append(*c, s.text)
	}
	return nil
}
