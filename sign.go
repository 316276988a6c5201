package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/oabridge/oabridge/dingtalk"
)

// signedTime is a time as the connector's signature takes it.
var signedTime = regexp.MustCompile(`^([0-9]{10}|[0-9]{13})$`)

func newSign() *cobra.Command {
	var secret, timestamp string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "sign --secret S [--timestamp T]",
		Short: "Print the two signature headers of a connector call, for curl · 生成连接器签名头",
		Long: "Prints the two headers that DingTalk's API-Secret scheme puts on a connector call, one a line:\n\n" +
			"  curl -H \"$(oabridge sign --secret S | sed -n 1p)\" -H \"$(oabridge sign … | sed -n 2p)\" …\n" +
			"  oabridge sign --secret S > headers && curl -H @headers http://127.0.0.1:8080/connector/ping",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if timestamp == "" {
				timestamp = strconv.FormatInt(time.Now().UnixMilli(), 10)
			}
			if !signedTime.MatchString(timestamp) {
				return misused("--timestamp %q is no time: write epoch seconds or milliseconds, 10 or 13 digits", timestamp)
			}
			signature := dingtalk.SignConnector(secret, timestamp)
			if asJSON {
				return failed(json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]string{
					dingtalk.HeaderTimestamp: timestamp, dingtalk.HeaderSignature: signature,
				}))
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s: %s\n%s: %s\n",
				dingtalk.HeaderTimestamp, timestamp, dingtalk.HeaderSignature, signature)
			return failed(err)
		},
	}
	cmd.Flags().StringVar(&secret, "secret", "", "the connector's API secret")
	cmd.Flags().StringVar(&timestamp, "timestamp", "", "epoch seconds or milliseconds, 10 or 13 digits (default now)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	_ = cmd.MarkFlagRequired("secret") // fails only for a flag that does not exist
	return cmd
}
