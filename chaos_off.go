//go:build !chaos

package main

import (
	"time"

	"github.com/oabridge/oabridge/service"
)

// processNow is what this process believes is now. Only a build with the tag chaos may be wrong about it.
func processNow() time.Time { return time.Now() }

// unsettled is where a build with the tag chaos changes the engine; every other build leaves it as it is.
func unsettled(o service.Options) service.Options { return o }
