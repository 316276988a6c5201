package main

import (
	"os"
	"os/exec"
	"testing"

	"github.com/oabridge/oabridge/model/store/storetest/servers"
)

// asProgram is the variable that makes the test binary the program itself, for tests that need a process of its own.
const asProgram = "OABRIDGE_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) == "1" {
		main()
	}
	os.Exit(servers.Main(m))
}

// process starts the program in a process of its own, which is killed at the end of the test at the latest.
func process(t *testing.T, log *lockedBuffer, args ...string) *exec.Cmd {
	t.Helper()
	command := exec.CommandContext(t.Context(), os.Args[0], args...)
	command.Env = append(os.Environ(), asProgram+"=1")
	command.Stderr = log
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	return command
}
