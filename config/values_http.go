package config

import (
	"net"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// placeholder is what ValuesHTTP.URL may have in it.
var placeholder = regexp.MustCompile(`\{[^{}]*\}`)

func (h ValuesHTTP) check(r report) {
	if h.URL == "" {
		if h.Token != "" || h.Field != "" {
			r.at("url").add("", "it is missing", "set the address of the values, such as https://cmdb.example.com/versions?app={app}, or remove http")
		}
		return
	}
	h.checkURL(r.at("url"))
	for part := range strings.SplitSeq(h.Field, ".") {
		if h.Field != "" && part == "" {
			r.at("field").add(h.Field, "there is nothing before, after or between its dots", "write the names of the fields, such as data.tags.name")
			break
		}
	}
	r.at("timeout").lasts(h.Timeout, 100*time.Millisecond, time.Minute)
	r.at("cache").lasts(h.Cache, time.Second, 24*time.Hour)
}

func (h ValuesHTTP) checkURL(r report) {
	const example = "https://cmdb.example.com/versions?app={app}"
	if !r.url(h.URL, example) {
		return
	}
	u, err := url.Parse(h.URL)
	if err != nil {
		return // r.url has told
	}
	for _, found := range placeholder.FindAllString(h.URL, -1) {
		switch found {
		case "{app}", "{job}", "{project}", "{controller}":
		default:
			r.add(withoutUser(u), found+" stands for nothing", "use {app}, {job}, {project} and {controller}")
		}
	}
	if strings.ContainsAny(u.Host, "{}") {
		r.add(withoutUser(u), "the host cannot depend on what a form chose", "use placeholders only in the path and the query")
	}
	if u.Scheme == "http" && !h.Insecure && !isLoopback(u.Hostname()) {
		r.add(withoutUser(u), "http:// can be read and changed on its way", "use https://, or set insecure: true for a network that you trust")
	}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
