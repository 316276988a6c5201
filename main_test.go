package main

import (
	"os"
	"testing"

	"github.com/oabridge/oabridge/model/store/storetest/servers"
)

func TestMain(m *testing.M) { os.Exit(servers.Main(m)) }
