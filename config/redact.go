package config

import (
	"bytes"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"
)

// Redacted returns the whole configuration as YAML with <secret> in the place of secrets. A DSN and a webhook lose only
// their secret part.
func (c *Config) Redacted() string {
	var root yaml.Node
	if err := root.Encode(c); err != nil {
		return "" // A struct of texts, numbers and lists of them always encodes.
	}
	child(child(&root, "database"), "dsn").SetString(c.Database.redactedDSN())
	robots := child(child(&root, "dingtalk"), "robots")
	for i, robot := range c.DingTalk.Robots {
		child(robots.Content[i], "webhook").SetString(robot.redactedWebhook())
	}
	var text bytes.Buffer
	encoder := yaml.NewEncoder(&text)
	encoder.SetIndent(2)
	if err := encoder.Encode(&root); err != nil {
		return fmt.Sprintf("# %v\n", err)
	}
	return text.String()
}

// child returns the value of a mapping's key, which the struct guarantees to be there.
func child(mapping *yaml.Node, name string) *yaml.Node {
	i := slices.IndexFunc(mapping.Content, func(node *yaml.Node) bool { return node.Value == name })
	return mapping.Content[i+1]
}

// Secrets returns every secret text of the configuration, for tests and filters that look for leaks.
func (c *Config) Secrets() []string {
	list := slices.Concat(c.API.secrets(), c.Database.secrets(), c.Redis.secrets(), c.DingTalk.secrets())
	list = append(list, c.JenkinsHook.Secret.Reveal())
	for _, j := range c.Jenkins {
		list = append(list, j.Token.Reveal())
	}
	for _, p := range c.Parameters {
		list = append(list, p.HTTP.Token.Reveal())
	}
	return slices.DeleteFunc(list, func(secret string) bool { return secret == "" })
}
