package jenkinstest

import (
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxBody limits what a request may send.
const maxBody = 1 << 20

// call is one request being answered.
type call struct {
	server *Server
	r      *http.Request
	segs   []string
	now    time.Time
	user   *User // nil: anonymous
	token  bool  // authenticated by API token: no crumb needed
	form   url.Values
	files  map[string]bool
	isForm bool // fields were submitted, in the query or the body
}

// segments are the unescaped parts of the path; a name with an escaped slash stays one part.
func segments(u *url.URL) []string {
	var segs []string
	for part := range strings.SplitSeq(u.EscapedPath(), "/") {
		if part == "" {
			continue
		}
		if plain, err := url.PathUnescape(part); err == nil {
			part = plain
		}
		segs = append(segs, part)
	}
	return segs
}

// asked is the operation of a request; a job's builds are told from the job itself.
func asked(r *http.Request, segs []string) string {
	op := operation(segs)
	if tree := r.URL.Query().Get("tree"); op == "job" && (strings.HasPrefix(tree, "builds[") || strings.HasPrefix(tree, "allBuilds[")) {
		return "builds"
	}
	return op
}

// operation names what a path asks for, without job names, numbers and ids: "buildWithParameters", "queue/item".
func operation(segs []string) string {
	job, numbered := false, false
	for len(segs) >= 2 && segs[0] == "job" {
		segs = segs[2:]
		job = true
	}
	var parts []string
	for i, seg := range segs {
		_, err := strconv.Atoi(seg)
		switch {
		case err == nil || strings.HasPrefix(seg, "last"):
			numbered = true
		case seg == "api" || i > 0 && segs[i-1] == "api":
		case i > 0 && segs[i-1] == "input":
		default:
			parts = append(parts, seg)
		}
	}
	switch {
	case len(parts) > 0:
		return strings.Join(parts, "/")
	case numbered:
		return "run"
	case job:
		return "job"
	}
	return "api"
}

// readForm merges query and body, the query first as Jenkins sees them.
func (c *call) readForm(w http.ResponseWriter) *answer {
	c.form = c.r.URL.Query()
	c.files = map[string]bool{}
	c.isForm = len(c.form) > 0
	if c.r.Body == nil || c.r.Method != http.MethodPost {
		return nil
	}
	c.r.Body = http.MaxBytesReader(w, c.r.Body, maxBody)
	kind, _, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	var err error
	switch kind {
	case "application/x-www-form-urlencoded":
		err = c.readURLEncoded()
	case "multipart/form-data":
		err = c.readMultipart()
	}
	if err != nil {
		return jettyPage(c.r, http.StatusBadRequest, "Unable to parse form content")
	}
	return nil
}

func (c *call) readURLEncoded() error {
	body, err := io.ReadAll(c.r.Body)
	if err != nil {
		return err
	}
	values, err := url.ParseQuery(string(body))
	for name, list := range values {
		c.form[name] = append(c.form[name], list...)
		c.isForm = true
	}
	return err
}

// readMultipart destroys UTF-8 text as the real one does: without a charset a part is read as ISO-8859-1.
func (c *call) readMultipart() error {
	if err := c.r.ParseMultipartForm(maxBody); err != nil {
		return err
	}
	c.isForm = true
	for name, list := range c.r.MultipartForm.Value {
		for _, text := range list {
			c.form[name] = append(c.form[name], latin1(text))
		}
	}
	for name := range c.r.MultipartForm.File {
		c.files[name] = true
	}
	return nil
}

func latin1(text string) string {
	runes := make([]rune, 0, len(text))
	for i := range len(text) {
		runes = append(runes, rune(text[i]))
	}
	return string(runes)
}

// origin is the scheme and host that Location headers follow.
func (c *call) origin() string {
	scheme, host := "http", c.r.Host
	if c.r.TLS != nil {
		scheme = "https"
	}
	if proto := c.r.Header.Get("X-Forwarded-Proto"); proto != "" {
		scheme = proto
	}
	if forwarded := c.r.Header.Get("X-Forwarded-Host"); forwarded != "" {
		host = forwarded
	}
	return scheme + "://" + host
}

// can tells whether the caller has a permission on an item (nil: global).
func (c *call) can(p Permission, i *item) bool {
	u := c.user
	switch {
	case u == nil:
		return false
	case u.Admin:
		return true
	case !slices.Contains(u.Permissions, p):
		return false
	case len(u.Folders) == 0 || i == nil || i.parent == nil:
		return true
	}
	name := i.job.FullName + "/"
	for _, folder := range u.Folders {
		folder = strings.Trim(folder, "/") + "/"
		if strings.HasPrefix(name, folder) || p == Read && strings.HasPrefix(folder, name) {
			return true
		}
	}
	return false
}

func (u *User) fullName() string {
	if u.FullName != "" {
		return u.FullName
	}
	return u.Name
}
