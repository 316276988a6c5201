package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/model"
	"github.com/oabridge/oabridge/service/notices"
)

// preview is what messages preview was asked for.
type preview struct {
	env      *environment
	channel  string
	language string
	asJSON   bool
}

func newMessagesPreview(env *environment) *cobra.Command {
	p := &preview{env: env}
	cmd := &cobra.Command{
		Use:   "preview EVENT",
		Short: "Print what each channel would get, with made-up data · 用示例数据预览通知",
		Long: "Prints what each channel would get, with made-up data: several apps, a schedule, failures, hostile characters.\n" +
			"Nothing is sent. With a configuration its templates, language and time zone are used, else the built-in ones.\n\n" +
			"Events: " + strings.Join(names(model.NoticeKinds()), ", "),
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("%s takes one event, but was given %d arguments; events: %s",
					cmd.CommandPath(), len(args), strings.Join(names(model.NoticeKinds()), ", "))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return p.run(cmd.OutOrStdout(), args[0]) },
	}
	cmd.Flags().StringVar(&p.channel, "channel", "", "only this channel: robot, work_notice or comment")
	cmd.Flags().StringVar(&p.language, "language", "", "language of the built-in templates, zh or en (default: the configuration's, else zh)")
	cmd.Flags().BoolVar(&p.asJSON, "json", false, "print a JSON list")
	return cmd
}

func names[S ~string](list []S) []string {
	texts := make([]string, len(list))
	for i, s := range list {
		texts[i] = string(s)
	}
	return texts
}

// shown is one text of a preview.
type shown struct {
	Event   string `json:"event"`
	Sample  string `json:"sample"`
	Channel string `json:"channel"`
	Title   string `json:"title"`
	Text    string `json:"text"` // "" when nothing is written there
}

func knownAs(what, name string, known []string) error {
	if !slices.Contains(known, name) {
		return misused("there is no %s %q: %s", what, name, config.Suggest(name, known))
	}
	return nil
}

func (p *preview) run(w io.Writer, event string) error {
	err := knownAs("event", event, names(model.NoticeKinds()))
	if p.channel != "" && err == nil {
		err = knownAs("channel", p.channel, names(previewed()))
	}
	if p.language != "" && err == nil {
		err = knownAs("language", p.language, names(notices.Languages()))
	}
	if err != nil {
		return err
	}
	set, err := p.templates()
	if err != nil {
		return err
	}
	list, err := p.show(set, model.NoticeKind(event))
	if err != nil {
		return failed(err)
	}
	if p.asJSON {
		return failed(encodeJSON(w, list))
	}
	for _, s := range list {
		if s.Text == "" {
			s.Text = "(无 · nothing is written)"
		}
		if _, err := fmt.Fprintf(w, "== %s · %s\n%s\n--\n%s\n\n", s.Sample, s.Channel, s.Title, s.Text); err != nil {
			return failed(err)
		}
	}
	return nil
}

// previewed are the channels in the order in which they are shown.
func previewed() []model.Channel {
	return []model.Channel{model.ChannelRobot, model.ChannelWorkNotice, model.ChannelComment}
}

// templates are those of the configuration when one is named.
func (p *preview) templates() (*notices.Set, error) {
	cfg := config.Default()
	if p.env.configFile != "" {
		given, err := p.env.load()
		if err != nil {
			return nil, err
		}
		cfg = given
	}
	language := languageOf(cfg)
	if p.language != "" {
		language = notices.Language(p.language)
	}
	set, err := loadNotices(cfg, language)
	if err != nil {
		return nil, &exitError{exitConfiguration, err}
	}
	return set, nil
}

func (p *preview) show(set *notices.Set, event model.NoticeKind) ([]shown, error) {
	var list []shown
	for _, sample := range notices.Samples() {
		if sample.Kind != event {
			continue
		}
		texts, err := set.Compose(sample.Kind, sample.Facts)
		if err != nil {
			return nil, err
		}
		bodies := map[model.Channel]string{
			model.ChannelRobot: texts.Robot, model.ChannelWorkNotice: texts.WorkNotice, model.ChannelComment: texts.Comment,
		}
		for _, channel := range previewed() {
			if p.channel == "" || p.channel == string(channel) {
				list = append(list, shown{string(event), sample.Name, string(channel), texts.Title, bodies[channel]})
			}
		}
	}
	return list, nil
}
