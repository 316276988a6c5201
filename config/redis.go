package config

import (
	"strconv"
	"strings"
)

// Redis configures the shared cache. Without an address the cache lives in this process.
type Redis struct {
	// Addr is one server, or nodes of a Redis Cluster separated by commas.
	Addr         string `yaml:"addr"`
	Password     Secret `yaml:"password"`
	PasswordFile string `yaml:"password_file,omitempty"`
	DB           int    `yaml:"db" default:"0"`
}

func (s Redis) check(r report) {
	r.at("db").between(s.DB, 0, 1023)
	for _, addr := range s.Addrs() {
		r.at("addr").address(addr, "127.0.0.1:6379")
	}
	if len(s.Addrs()) > 1 && s.DB != 0 {
		r.at("db").add(strconv.Itoa(s.DB), "a Redis Cluster has only database 0", "leave db out, or give one address")
	}
}

// Addrs are the addresses, none when there is no Redis.
func (s Redis) Addrs() []string {
	if s.Addr == "" {
		return nil
	}
	addrs := strings.Split(s.Addr, ",")
	for i, addr := range addrs {
		addrs[i] = strings.TrimSpace(addr)
	}
	return addrs
}

func (s Redis) secrets() []string { return []string{s.Password.Reveal()} }
