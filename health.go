package main

import (
	"context"
	"encoding/json"
	"fmt"
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
			status, err := probe(cmd.Context(), url+path)
			if err != nil {
				return failed(err)
			}
			if asJSON {
				err = json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]any{"url": url + path, "status": status})
			} else {
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %d\n", url+path, status)
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

func probe(ctx context.Context, url string) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	return res.StatusCode, res.Body.Close()
}
