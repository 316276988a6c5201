package servers

import (
	"os/exec"
	"syscall"
)

// dieWithParent has the kernel kill the server when the test binary ends, however it ends.
func dieWithParent(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
