package main

import (
	"fmt"
	"net"
	"net/url"
	"strconv"

	"github.com/spf13/cobra"
)

// misused is a command line that is wrong in a way that only the command itself knows.
func misused(format string, args ...any) error {
	return &exitError{exitConfiguration, fmt.Errorf(format, args...)}
}

// noArgs refuses arguments: to a group of commands they are unknown commands, and the others take none.
func noArgs(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return nil
	case cmd.HasSubCommands():
		return fmt.Errorf("unknown command %q for %q", args[0], cmd.CommandPath())
	}
	return fmt.Errorf("%s takes no arguments, but was given %q", cmd.CommandPath(), args[0])
}

// checkListen refuses a --listen that no machine could listen on.
func checkListen(address string) error {
	_, port, err := net.SplitHostPort(address)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return misused("--listen %q is not an address: write host:port, such as 127.0.0.1:8080", address)
	}
	return nil
}

// checkURL refuses a --url that leads to no web server.
func checkURL(address string) error {
	parsed, err := url.Parse(address)
	if err != nil || (parsed.Scheme != "http" && parsed.Scheme != "https") || parsed.Hostname() == "" {
		return misused("--url %q is not a web address: write it as http://127.0.0.1:8080", address)
	}
	return nil
}
