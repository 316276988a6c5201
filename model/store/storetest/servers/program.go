package servers

import (
	"os/exec"
	"syscall"
)

// Program is any other program that runs beside the servers. The kernel ends it, as them, with whoever started it.
type Program struct{ p *process }

// StartProgram runs the command with its output at the end of the log file; a command that has a Stdout keeps it.
func StartProgram(command *exec.Cmd, log string) (*Program, error) {
	p, err := start(command, log)
	if err != nil {
		return nil, err
	}
	return &Program{p}, nil
}

// Kill ends the program at once, as kill -9 does, and waits until it is gone.
func (g *Program) Kill() { g.p.stop() }

// Terminate asks the program to end in good order; Ended tells when it has.
func (g *Program) Terminate() error { return g.p.command.Process.Signal(syscall.SIGTERM) }

// Freeze stops the program in the middle of whatever it does, until Thaw.
func (g *Program) Freeze() error { return g.p.freeze() }

// Thaw lets a frozen program go on.
func (g *Program) Thaw() error { return g.p.thaw() }

// Ended is closed when the program has ended, however it did.
func (g *Program) Ended() <-chan struct{} { return g.p.ended }

func (p *process) terminate() error {
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	<-p.ended
	return nil
}

func (p *process) freeze() error { return p.command.Process.Signal(syscall.SIGSTOP) }

func (p *process) thaw() error { return p.command.Process.Signal(syscall.SIGCONT) }
