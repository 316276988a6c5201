package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"github.com/oabridge/oabridge/config"
)

func newConfig(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Check or print the configuration · 检查或显示配置",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newConfigCheck(env), newConfigPrint(env))
	return cmd
}

func newConfigCheck(env *environment) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Print every problem of the configuration · 检查配置，列出所有问题",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := env.load()
			if asJSON {
				return printProblems(cmd.OutOrStdout(), err)
			}
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "configuration is fine: %d Jenkins, database %s, listening on %s · 配置正确\n",
				len(cfg.Jenkins), cfg.Database.Driver, cfg.Listen)
			return failed(err)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON list of problems; an empty one when there are none")
	return cmd
}

// problem is one problem of the configuration as JSON.
type problem struct {
	Key     string `json:"key"`
	Value   string `json:"value,omitempty"`
	Message string `json:"message"`
	Remedy  string `json:"remedy,omitempty"`
	Source  string `json:"source,omitempty"`
}

// problemsOf are the problems in an error of environment.load, none for nil.
func problemsOf(err error) []problem {
	list := []problem{}
	found, ok := errors.AsType[config.Problems](err)
	if !ok && err != nil {
		return append(list, problem{Message: err.Error()})
	}
	for _, p := range found {
		list = append(list, problem(p))
	}
	return list
}

func printProblems(w io.Writer, err error) error {
	list := problemsOf(err)
	if err := encodeJSON(w, list); err != nil {
		return failed(err)
	}
	if len(list) > 0 {
		return &exitError{exitConfiguration, fmt.Errorf("the configuration has problems: %d", len(list))}
	}
	return nil
}

func newConfigPrint(env *environment) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "print",
		Short: "Print the whole configuration in effect, without secrets · 显示生效的配置(隐去密钥)",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := env.load()
			if err != nil {
				return err
			}
			if !asJSON {
				_, err = io.WriteString(cmd.OutOrStdout(), cfg.Redacted())
				return failed(err)
			}
			var tree map[string]any
			if err := yaml.Unmarshal([]byte(cfg.Redacted()), &tree); err != nil {
				return failed(err)
			}
			return failed(encodeJSON(cmd.OutOrStdout(), tree))
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON instead of YAML")
	return cmd
}

// encodeJSON prints v for programs and people: indented, and with <secret> as it is.
func encodeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
