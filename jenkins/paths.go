package jenkins

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/oabridge/oabridge/model"
)

// jobPath is the path of a job: "a/b" is /job/a/job/b, each part percent-escaped (measured, also for spaces and
// Chinese). Names that no Jenkins item can have are refused here, before they could mean another path.
func (c *Client) jobPath(fullName string) (string, error) {
	var path strings.Builder
	for part := range strings.SplitSeq(fullName, "/") {
		if !validPart(part) {
			return "", model.Errorf(model.CodeJenkinsNotFound, "Jenkins「%s」中不会有名为「%s」的任务；请核对任务的完整名称", c.name, oneLine(fullName))
		}
		path.WriteString("/job/")
		path.WriteString(url.PathEscape(part))
	}
	return path.String(), nil
}

// buildPath is the path of a build.
func (c *Client) buildPath(fullName string, number int64) (string, error) {
	job, err := c.jobPath(fullName)
	if err != nil {
		return "", err
	}
	return job + "/" + strconv.FormatInt(number, 10), nil
}

func validPart(part string) bool {
	return part != "" && part != "." && part != ".." && !strings.ContainsFunc(part, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// jobOf reads a job's fullName out of its URL. Only the path counts: the host follows Jenkins' configured root URL,
// which may be another than ours (measured), and so may the prefix. Names of builds and of parts of a matrix are not
// jobs.
func (c *Client) jobOf(address string) (string, bool) {
	parts, ok := c.parts(address)
	if !ok {
		return "", false
	}
	return jobName(parts)
}

// JobOf reads a job's fullName, and a build's number when it has one, out of the address of a page of theirs, or its path.
func (c *Client) JobOf(address string) (job string, number int64, ok bool) {
	if job, number, ok = c.buildOf(address); ok {
		return job, number, true
	}
	job, ok = c.jobOf(address)
	return job, 0, ok
}

// buildOf reads a build's job and number out of its URL.
func (c *Client) buildOf(address string) (string, int64, bool) {
	parts, ok := c.parts(address)
	if !ok || len(parts) < 3 {
		return "", 0, false
	}
	number, ok := positive(parts[len(parts)-1])
	if !ok {
		return "", 0, false
	}
	job, ok := jobName(parts[:len(parts)-1])
	return job, number, ok
}

// parts splits the path of an address, without our own prefix when it has it.
func (c *Client) parts(address string) ([]string, bool) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, false
	}
	path := u.EscapedPath()
	if below, ok := strings.CutPrefix(path, c.basePath+"/job/"); ok {
		path = "/job/" + below
	}
	return strings.Split(strings.Trim(path, "/"), "/"), true
}

// jobName joins the names of …/job/a/job/b. It reads from the end, so that a prefix, or a folder called "job", does
// not confuse it.
func jobName(parts []string) (string, bool) {
	first := len(parts)
	for first >= 2 && parts[first-2] == "job" {
		first -= 2
	}
	var names []string
	for at := first + 1; at < len(parts); at += 2 {
		name, err := url.PathUnescape(parts[at])
		if err != nil || !validPart(name) || strings.Contains(name, "/") {
			return "", false
		}
		names = append(names, name)
	}
	return strings.Join(names, "/"), len(names) > 0
}

// queueID reads the id out of the Location of a trigger, "…/queue/item/12/". Its host follows the Host header or a
// proxy's X-Forwarded-Host (measured): it is never dialled.
func queueID(location string) (int64, bool) {
	u, err := url.Parse(location)
	if err != nil {
		return 0, false
	}
	_, item, ok := strings.Cut("/"+strings.Trim(u.EscapedPath(), "/"), "/queue/item/")
	if !ok {
		return 0, false
	}
	return positive(item)
}

func positive(digits string) (int64, bool) {
	n, err := strconv.ParseInt(digits, 10, 64)
	return n, err == nil && n > 0 && digits[0] != '+'
}
