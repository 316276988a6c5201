package config

import (
	"strings"

	"github.com/go-sql-driver/mysql"
)

// The databases oabridge runs on.
const (
	SQLite = "sqlite"
	MySQL  = "mysql"
)

// Database says where releases are kept.
type Database struct {
	Driver string `yaml:"driver" default:"sqlite"` // sqlite or mysql (MariaDB too)
	// DSN is a file for SQLite, and user:password@tcp(host:3306)/name for MySQL.
	DSN     Secret `yaml:"dsn"`
	DSNFile string `yaml:"dsn_file,omitempty"`
	// MaxOpen is how many connections are open at once; SQLite ignores it.
	MaxOpen int `yaml:"max_open" default:"20"`
}

// defaultSQLite is the file used when SQLite is given no DSN.
const defaultSQLite = "oabridge.db"

func (d Database) check(r report) {
	r.at("driver").oneOf(d.Driver, SQLite, MySQL)
	r.at("max_open").between(d.MaxOpen, 1, 1000)
	switch {
	case d.Driver == MySQL:
		d.checkMySQL(r.at("dsn"))
	case d.Driver == SQLite && strings.Contains(d.DSN.Reveal(), "@"):
		r.at("dsn").add(redacted, "this is a MySQL DSN, but the driver is sqlite", "set driver: mysql, or dsn to the name of a file")
	case d.Driver == SQLite && (strings.HasPrefix(d.DSN.Reveal(), "file:") || strings.HasPrefix(d.DSN.Reveal(), ":memory:")):
		r.at("dsn").add(d.DSN.Reveal(), "SQLite takes no URI here", "give the path of a file, without file: and without options")
	}
}

func (d Database) checkMySQL(r report) {
	if d.DSN == "" {
		r.add("", "MySQL needs a DSN", "set dsn or dsn_file to user:password@tcp(host:3306)/oabridge")
		return
	}
	parsed, err := mysql.ParseDSN(d.DSN.Reveal())
	switch {
	case err != nil: // The driver's message may quote the DSN, so it stays out.
		r.add(redacted, "not a MySQL DSN", "write it as user:password@tcp(host:3306)/oabridge")
	case parsed.DBName == "":
		r.add(d.redactedDSN(), "the DSN names no database", "end it with /oabridge")
	}
}

// redactedDSN is the DSN without its password. What cannot be taken apart stays hidden as a whole.
func (d Database) redactedDSN() string {
	if d.Driver == SQLite && !strings.Contains(d.DSN.Reveal(), "@") {
		return d.DSN.Reveal()
	}
	parsed, err := mysql.ParseDSN(d.DSN.Reveal())
	if err != nil {
		return d.DSN.String()
	}
	if parsed.Passwd != "" {
		parsed.Passwd = redacted
	}
	return parsed.FormatDSN()
}

func (d Database) secrets() []string {
	if d.Driver == SQLite && !strings.Contains(d.DSN.Reveal(), "@") {
		return nil
	}
	parsed, err := mysql.ParseDSN(d.DSN.Reveal())
	if err != nil {
		return []string{d.DSN.Reveal()}
	}
	return []string{parsed.Passwd}
}
