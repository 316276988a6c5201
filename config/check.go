package config

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// required reports whether value is there.
func (r report) required(value, remedy string) bool {
	if value == "" {
		r.add("", "it is missing", remedy)
	}
	return value != ""
}

func (r report) oneOf(value string, allowed ...string) {
	if !slices.Contains(allowed, value) {
		r.add(value, "not a value this key knows", "use one of: "+strings.Join(allowed, ", "))
	}
}

func (r report) between(value, lowest, highest int) {
	if value < lowest || value > highest {
		r.add(strconv.Itoa(value), "out of bounds", fmt.Sprintf("use a number from %d to %d", lowest, highest))
	}
}

func (r report) lasts(value, shortest, longest time.Duration) {
	if value < shortest || value > longest {
		r.add(value.String(), "out of bounds", fmt.Sprintf("use a duration from %s to %s", shortest, longest))
	}
}

// expression reports whether value is a regular expression.
func (r report) expression(value string) bool {
	_, err := regexp.Compile(value)
	if err != nil {
		r.add(value, "not a regular expression: "+strings.TrimPrefix(err.Error(), "error parsing regexp: "),
			"write it in Go's (RE2) syntax")
	}
	return err == nil
}

func (r report) expressions(values []string) {
	for i, value := range values {
		r.index(i).expression(value)
	}
}

// url reports whether value is an absolute web address without a user in it.
func (r report) url(value, example string) bool {
	if !r.required(value, "set an address such as "+example) {
		return false
	}
	parsed, err := url.Parse(value)
	switch {
	case err == nil && isHTTP(parsed) && parsed.User == nil:
		return true
	case strings.Contains(value, "@"): // The value may contain a password, so it stays out.
		r.add("", "not a web address, or one with a user in it", "write an address such as "+example+"; a user has keys of its own")
	default:
		r.add(value, "not a web address", "write an address such as "+example)
	}
	return false
}

func isHTTP(u *url.URL) bool {
	return (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != ""
}

// withoutUser shows where an address leads, without user, password and query.
func withoutUser(u *url.URL) string { return u.Scheme + "://" + u.Host + u.Path }

func (r report) address(value, example string) {
	_, port, err := net.SplitHostPort(value)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		r.add(value, "not an address", "write host:port, such as "+example)
	}
}

func showInt(value int64) string { return strconv.FormatInt(value, 10) }

// uniqueNames checks that the entries of a list have names, each its own.
type uniqueNames struct {
	what string
	seen []string
}

func (u *uniqueNames) check(r report, name string) {
	if !r.required(name, "give the "+u.what+" a name") {
		return
	}
	if slices.Contains(u.seen, name) {
		r.add(name, "another "+u.what+" has the same name", "give every "+u.what+" a name of its own")
	}
	u.seen = append(u.seen, name)
}
