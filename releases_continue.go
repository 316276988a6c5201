package main

import (
	"strings"

	"github.com/spf13/cobra"
)

func newReleasesContinue(b *bridgeFlags) *cobra.Command {
	var reason string
	var job stated
	var deployment int64
	cmd := &cobra.Command{
		Use:   "continue R-1042 [--deployment N] [--job …] [--reason …]",
		Short: "Let go on what is held because its job changed · 任务变化后继续",
		Long: "For deployments that wait because their job changed after the approval (drift); releases show tells how.\n\n" +
			"Jenkins is given the approved values as they are. What the job does not declare any more is left out, and recorded.\n" +
			"What Jenkins would refuse or silently change cannot be continued: put the job back, or cancel the release.\n" +
			"批准的值按原样传给 Jenkins，任务不再声明的参数不传并记录在案；Jenkins 会拒绝或改掉的值不能继续，只能把任务改回来或取消。\n\n" +
			"  oabridge releases continue R-1042 --reason 参数已不需要\n" +
			"  oabridge releases continue R-1042 --deployment 7 --job deploy/shop/web --reason 任务已移动\n\n" +
			"--job names the job that one which is gone has become. Forms must be able to ask for it, and it must take every approved value.",
		Args: oneNumber,
		RunE: func(cmd *cobra.Command, args []string) error {
			body := map[string]any{"reason": reason}
			if cmd.Flags().Changed("deployment") {
				if deployment < 1 {
					return misused("--deployment %d: give the number that releases show has in brackets", deployment)
				}
				body["deployment"] = deployment
			}
			if job != "" {
				body["job"] = strings.TrimSpace(string(job))
			}
			return b.act(cmd, args[0], "continue", body)
		},
	}
	cmd.Flags().Int64Var(&deployment, "deployment", 0, "only this one, by the number that releases show has in brackets (default: all that are held)")
	cmd.Flags().Var(&job, "job", "full name of the job that it has become, such as deploy/shop/web")
	cmd.Flags().StringVar(&reason, "reason", "", "why; recorded and told with the name of the token")
	return cmd
}
