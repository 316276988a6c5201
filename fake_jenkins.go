package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/oabridge/oabridge/jenkins/jenkinstest"
)

func newFakeJenkins() *cobra.Command {
	var listen, user, token string
	var delay time.Duration
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "jenkins",
		Short: "Run a pretended Jenkins with a company's jobs · 模拟的 Jenkins",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			fake := jenkinstest.New(jenkinstest.Options{
				Users: []jenkinstest.User{{Name: user, Token: token, Admin: true}}, Delay: delay,
			})
			for _, job := range jenkinstest.Company() {
				fake.AddJob(job)
			}
			return failed(fakeServer{
				listen: listen, asJSON: asJSON, handler: fakeJenkinsHandler(fake),
				guide: func(url string) string { return jenkinsGuide(url, user, token) },
			}.run(cmd.Context(), cmd.OutOrStdout()))
		},
	}
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:18080", "address to listen on; port 0 takes a free one")
	cmd.Flags().StringVar(&user, "user", "admin", "the user that may log in")
	cmd.Flags().StringVar(&token, "token", "admin-token", "the user's API token")
	cmd.Flags().DurationVar(&delay, "delay", 0, "how long every answer takes; 7ms is a real Jenkins")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object with the url")
	return cmd
}

func jenkinsGuide(url, user, token string) string {
	return fmt.Sprintf(`fake Jenkins on %[1]s (Ctrl-C ends it)

# for the configuration file · 配置文件
jenkins:
  - name: fake
    url: %[1]s
    user: %[2]q
    token: %[3]q
    folders: [deploy]
    inputs:
      - {job: ".*", id: ".*", answer: proceed}

# what happened, and faults · 查看记录与注入故障
curl -s %[1]s/_control/ledger
curl -s -X POST '%[1]s/_control/slow?d=200ms'
curl -s -X POST '%[1]s/_control/fail?status=503&times=2&path=/queue/'
curl -s -X POST '%[1]s/_control/cut-after?times=1&path=POST%%20/job/'
curl -s -X POST '%[1]s/_control/restart?down=3s'    # kill?down=3s · down · up · quiet-down · cancel-quiet-down
`, url, user, token)
}
