package jenkins_test

import (
	"github.com/oabridge/oabridge/jenkins"
	"github.com/oabridge/oabridge/service"
)

var _ service.Jenkins = (*jenkins.Client)(nil)
