package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

func newCatalogueAccept(env *environment) *cobra.Command {
	b := &bridgeFlags{env: env}
	var loss string
	cmd := &cobra.Command{
		Use:   "accept prod",
		Short: "Have a listing taken that was held back because it lost much · 采用骤减的应用清单",
		Long: "When a Jenkins suddenly lists much less than before, forms go on with what it listed last, and the robots are told. This\n" +
			"command has the new listing taken, for the Jenkins of that name. Who did it is told, too. Look first whether the user lost\n" +
			"a right: what comes back is taken by itself.\n\n" +
			"  oabridge catalogue accept prod --loss 5f0c2ab7 -c config.yaml --as ops",
		Args: oneController,
		RunE: func(cmd *cobra.Command, args []string) error {
			body := map[string]string{}
			if loss != "" {
				body["loss"] = loss
			}
			return b.run(cmd, asked{
				method: http.MethodPost, path: "/api/catalogue/" + url.PathEscape(args[0]) + "/accept", body: body,
				show: func(_ context.Context, c *bridgeClient, raw []byte) error { return c.printLoss(cmd.OutOrStdout(), raw) },
			})
		},
	}
	b.add(cmd.Flags())
	cmd.Flags().StringVar(&loss, "loss", "", "only when it is this loss: the mark in the notice")
	return cmd
}

// oneController takes the name of one Jenkins.
func oneController(cmd *cobra.Command, args []string) error {
	if len(args) != 1 || args[0] == "" {
		return fmt.Errorf("%s takes the name of one Jenkins, such as prod, but was given %d arguments", cmd.CommandPath(), len(args))
	}
	return nil
}

func (c *bridgeClient) printLoss(out io.Writer, raw []byte) error {
	lost, err := decoded[struct {
		Controller string    `json:"controller"`
		Loss       string    `json:"loss"`
		HeldSince  time.Time `json:"held_since"`
		Before     int       `json:"before"`
		Lost       []string  `json:"lost"`
		Emptied    []string  `json:"emptied"`
		Bare       []string  `json:"without_parameters"`
	}](raw)
	if err != nil {
		return err
	}
	text := &strings.Builder{}
	fmt.Fprintf(text, "已采用 %s 自 %s 起的清单(%s) · the listing is taken\n",
		harmless(lost.Controller), c.clock(&lost.HeldSince), harmless(lost.Loss))
	fmt.Fprintf(text, "%d 个应用中少了 %d 个 · of %[1]d apps %[2]d are gone\n", lost.Before, len(lost.Lost))
	for _, name := range lost.Lost {
		fmt.Fprintf(text, "  %s\n", harmless(name))
	}
	if len(lost.Bare) > 0 {
		fmt.Fprintf(text, "%d 个任务没有参数了 · jobs without parameters\n", len(lost.Bare))
	}
	for _, name := range lost.Bare {
		fmt.Fprintf(text, "  %s\n", harmless(name))
	}
	_, err = io.WriteString(out, text.String())
	return err
}
