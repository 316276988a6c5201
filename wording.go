package main

import (
	"os"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/service/notices"
)

// loadNotices parses the templates that the configuration asks for and tries them. Wrong ones are config.Problems.
func loadNotices(cfg *config.Config, language notices.Language) (*notices.Set, error) {
	folder := cfg.Notify.Templates
	if folder == "" {
		return notices.Builtin(language, cfg.Location()), nil
	}
	set, failures := notices.Load(language, cfg.Location(), os.DirFS(folder))
	if len(failures) == 0 {
		return set, nil
	}
	var problems config.Problems
	for _, err := range failures {
		problems = append(problems, config.Problem{
			Key: "notify.templates", Value: folder, Message: err.Error(),
			Remedy: "mend the template (docs/templates.md); see it with: oabridge messages preview",
		})
	}
	return nil, problems
}

func languageOf(cfg *config.Config) notices.Language { return notices.Language(cfg.Notify.Language) }
