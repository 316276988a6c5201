package main

import (
	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/service"
)

// accessPolicy is who may use which projects. Its expressions were compiled once already, when the configuration was checked.
func (a *app) accessPolicy() service.AccessPolicy {
	policy := service.AccessPolicy{Rules: accessRules(a.cfg.Access), Fresh: a.cfg.DingTalk.MembershipCache}
	if a.dingtalk != nil {
		policy.Members = a.dingtalk
	}
	return policy
}

func accessRules(configured []config.AccessRule) []service.AccessRule {
	rules := make([]service.AccessRule, len(configured))
	for i, r := range configured {
		rules[i] = service.AccessRule{
			Keys: expressions(r.Projects), Names: r.Projects, Users: r.Users, Departments: r.Departments, Roles: r.Roles,
		}
	}
	return rules
}
