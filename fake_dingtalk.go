package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/oabridge/oabridge/dingtalk/dingtalktest"
)

// fakeDingTalkOptions are what the fake knows of an organisation.
type fakeDingTalkOptions struct {
	appKey, appSecret       string
	agentID                 int64
	robotToken, robotSecret string
}

func newFakeDingTalk() *cobra.Command {
	var o fakeDingTalkOptions
	var listen string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "dingtalk",
		Short: "Run a pretended DingTalk that keeps what it is sent · 模拟的钉钉",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return failed(fakeServer{
				listen: listen, asJSON: asJSON, handler: fakeDingTalkHandler(o.server()), guide: o.guide,
			}.run(cmd.Context(), cmd.OutOrStdout()))
		},
	}
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:18090", "address to listen on; port 0 takes a free one")
	cmd.Flags().StringVar(&o.appKey, "app-key", "fake-app-key", "the app's key")
	cmd.Flags().StringVar(&o.appSecret, "app-secret", "fake-app-secret", "the app's secret")
	cmd.Flags().Int64Var(&o.agentID, "agent-id", 1001, "the app's agent id")
	cmd.Flags().StringVar(&o.robotToken, "robot-token", "fake-robot-token", "the access token of the robot's webhook")
	cmd.Flags().StringVar(&o.robotSecret, "robot-secret", "SECfake-robot-secret", "the robot's signing secret; empty: it needs no signature")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object with the url")
	return cmd
}

func (o fakeDingTalkOptions) server() *dingtalktest.Server {
	return dingtalktest.New(dingtalktest.Options{
		AppKey: o.appKey, AppSecret: o.appSecret, AgentID: o.agentID,
		Robots: []dingtalktest.Robot{{Name: "ops", AccessToken: o.robotToken, Secret: o.robotSecret}},
		Users: []dingtalktest.User{
			{ID: "zhangsan", Name: "张三", Mobile: "13800000001"},
			{ID: "lisi", Name: "李四", Mobile: "13800000002"},
			{ID: "wangwu", Name: "王五", Mobile: "13800000003"},
		},
	})
}

func (o fakeDingTalkOptions) guide(url string) string {
	return fmt.Sprintf(`fake DingTalk on %[1]s (Ctrl-C ends it), with the users zhangsan, lisi and wangwu

# for the configuration file · 配置文件
dingtalk:
  api_url: %[1]s
  oapi_url: %[1]s
  app_key: %[2]q
  app_secret: %[3]q
  agent_id: %[4]d
  connector: {secret: fake-connector-secret}    # oabridge sign --secret fake-connector-secret
  robots:
    - {name: ops, webhook: %[5]q, secret: %[6]q}

# what people were sent, and faults · 查看收到的消息与注入故障
curl -s %[1]s/_control/ledger
curl -s -X POST '%[1]s/_control/fail?status=500&times=2&prefix=/robot'
curl -s -X POST '%[1]s/_control/slow?delay=2s&times=1'
curl -s -X POST '%[1]s/_control/rate-limit?times=1'    # cut-before · cut-after · ban-page · wrong-signature
curl -s -X POST '%[1]s/_control/expire-tokens'         # down · up
curl -s -X POST '%[1]s/_control/stream/changes'        # push by Stream what happens to approvals · 由 Stream 推送审批事件
curl -s -X POST '%[1]s/_control/stream/disconnect'     # cut · half-open · drop?times=1 · duplicate?times=1
`, url, o.appKey, o.appSecret, o.agentID, url+"/robot/send?access_token="+o.robotToken, o.robotSecret)
}
