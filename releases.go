package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/oabridge/oabridge/model"
)

func newReleases(env *environment) *cobra.Command {
	b := &bridgeFlags{env: env}
	cmd := &cobra.Command{
		Use:   "releases",
		Short: "List, show, export, answer, cancel, continue, retry, abandon, replan and roll back releases of a running bridge · 查看和处理上线单",
		Long: "These commands ask a running bridge through its JSON API. Who acted is recorded under the name of the token.\n\n" +
			"  OABRIDGE_TOKEN=… oabridge releases list --url https://bridge.example.com\n" +
			"  oabridge releases show R-1042 --url https://bridge.example.com --token-file token\n" +
			"  oabridge releases export --from 2026-11-01 -o november.csv --url https://bridge.example.com\n" +
			"  oabridge releases cancel R-1042 --reason 改期 -c config.yaml --as ops\n\n" +
			"The bridge is the one at --url, else the one on this machine that listens where the configuration says.\n" +
			"The token is that of --token-file, that of --as in the configuration, or OABRIDGE_TOKEN.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	b.add(cmd.PersistentFlags())
	cmd.AddCommand(
		newReleasesList(b), newReleasesShow(b), newReleasesExport(b), newReleasesCancel(b), newReleasesStart(b), newReleasesRetry(b), newReleasesRollback(b),
		newReleasesAbandon(b), newReleasesReplan(b), newReleasesContinue(b), newReleasesAnswer(b),
	)
	return cmd
}

// oneNumber takes the number of one release.
func oneNumber(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("%s takes the number of one release, such as R-1042, but was given %d arguments", cmd.CommandPath(), len(args))
	}
	if _, err := model.ParseNumber(args[0]); err != nil {
		return fmt.Errorf("%q is no number of a release: write R-1042 or 1042", args[0])
	}
	return nil
}

// releasePath is where a release is asked for; oneNumber has checked the number.
func releasePath(number string) string {
	id, err := model.ParseNumber(number)
	if err != nil {
		return "/api/releases/0" // nobody has it
	}
	return "/api/releases/" + (&model.Release{ID: id}).Number()
}
