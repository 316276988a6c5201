package jenkins

import (
	"context"
	"regexp"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// valuesTree asks for the values of git parameters and for nothing else. Measured: they are part of the default export
// and may run git ls-remote, for seconds.
const valuesTree = "property[parameterDefinitions[name,allValueItems[values[name,value],errors]]]"

type offersJSON struct {
	Property []struct {
		Definitions []struct {
			Name  string `json:"name"`
			Items *struct {
				Errors []string `json:"errors"`
				Values []struct {
					Name  string `json:"name"`
					Value string `json:"value"`
				} `json:"values"`
			} `json:"allValueItems"`
		} `json:"parameterDefinitions"`
	} `json:"property"`
}

// GitValues returns what the job's git parameters may be, by their names. A parameter is missing when Jenkins does not
// export it; measured, one whose export fails takes all others of the job with it. It waits for no other request and
// keeps none waiting. Errors: jenkins_not_found.
func (c *Client) GitValues(ctx context.Context, job string) (map[string]model.Offer, error) {
	path, err := c.jobPath(job)
	if err != nil {
		return nil, err
	}
	var answer offersJSON
	_, err = c.do(ctx, reading(kindValues, "读取参数可选值：", jobObject(job)), request{
		path: path + "/api/json", query: treeQuery(valuesTree), decode: decodeInto(&answer), timeout: c.values, slots: c.asides,
	})
	if err != nil {
		return nil, err
	}
	offers := map[string]model.Offer{}
	for _, property := range answer.Property {
		for _, p := range property.Definitions {
			if p.Items == nil {
				continue
			}
			offer := model.Offer{Problem: oneLine(login.ReplaceAllString(strings.Join(p.Items.Errors, "; "), "//"+model.Masked+"@"))}
			for _, v := range p.Items.Values {
				offer.Values = append(offer.Values, model.Option{ID: v.Value, Name: v.Name})
			}
			offers[p.Name] = offer
		}
	}
	return offers, nil
}

// login is what a git server's address may carry, and what git then repeats when something goes wrong.
var login = regexp.MustCompile(`//[^/@\s]+@`)
