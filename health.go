package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"
)

func newHealth(env *environment) *cobra.Command {
	var url string
	var ready, asJSON bool
	cmd := &cobra.Command{
		Use:   "health",
		Short: "Ask a running bridge whether it is well, for HEALTHCHECK · 健康检查",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if url == "" {
				cfg, err := env.load()
				if err != nil {
					return err
				}
				url = "http://" + localAddress(cfg.Listen)
			}
			if err := checkURL(url); err != nil {
				return err
			}
			path := "/healthz"
			if ready {
				path = "/readyz"
			}
			status, remarks, err := inquire(cmd.Context(), url+path)
			if err != nil {
				return failed(err)
			}
			if asJSON {
				err = json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]any{"url": url + path, "status": status, "remarks": remarks})
			} else {
				text := fmt.Sprintf("%s: %d\n", url+path, status)
				for _, remark := range remarks {
					text += "  " + remark + "\n"
				}
				_, err = io.WriteString(cmd.OutOrStdout(), text)
			}
			if err == nil && status != http.StatusOK {
				err = fmt.Errorf("unhealthy: %s answered %d", path, status)
			}
			return failed(err)
		},
	}
	cmd.Flags().StringVar(&url, "url", "", "base URL of the bridge (default: the listen address of the configuration)")
	cmd.Flags().BoolVar(&ready, "ready", false, "ask /readyz instead of /healthz")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

// localAddress is where this machine reaches a listen address such as ":8080" or "0.0.0.0:8080".
func localAddress(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return listen
	}
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// maxRemarks bounds how much of an answer is read.
const maxRemarks = 64 << 10

// probe is the status that a bridge answers with.
func probe(ctx context.Context, url string) (int, error) {
	status, _, err := inquire(ctx, url)
	return status, err
}

// inquire returns the status that a bridge answers with, and what its checks remark.
func inquire(ctx context.Context, url string) (status int, remarks []string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { err = errors.Join(err, res.Body.Close()) }()
	var answer struct {
		Checks []struct{ Name, Message string }
	}
	remarks = []string{}
	if json.NewDecoder(io.LimitReader(res.Body, maxRemarks)).Decode(&answer) == nil { // else somebody else answered
		for _, check := range answer.Checks {
			if check.Message != "" {
				remarks = append(remarks, harmless(check.Name+": "+check.Message))
			}
		}
	}
	return res.StatusCode, remarks, nil
}
