package jenkinstest

import (
	"compress/gzip"
	"fmt"
	"html"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// answer is a complete response, written after the lock is released.
type answer struct {
	status    int
	header    http.Header
	body      []byte
	truncated bool // half of the body, and the connection ends
}

func newAnswer(status int, contentType string, body []byte) *answer {
	h := http.Header{"X-Content-Type-Options": {"nosniff"}, "Server": {"Jetty(10.0.20)"}}
	if contentType != "" {
		h.Set("Content-Type", contentType)
	}
	return &answer{status: status, header: h, body: body}
}

func (a *answer) set(name, val string) *answer {
	a.header.Set(name, val)
	return a
}

func (a *answer) write(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	for name, vals := range a.header {
		h[name] = vals
	}
	if a.truncated {
		w.WriteHeader(a.status)
		_, _ = w.Write(a.body[:len(a.body)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") && strings.HasPrefix(h.Get("Content-Type"), "application/json") {
		a.writeGzip(w, r)
		return
	}
	if a.status != http.StatusNoContent {
		h.Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	if _, typed := h["Content-Type"]; !typed {
		h["Content-Type"] = nil // Jenkins names none for an empty body; net/http would guess one
	}
	w.WriteHeader(a.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(a.body) // the client may be gone
	}
}

// gzips are reused: a compressor is a megabyte of tables, and small answers are many.
var gzips = sync.Pool{New: func() any {
	zip, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	return zip
}}

func (a *answer) writeGzip(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Encoding", "gzip")
	w.Header().Set("Vary", "Accept-Encoding")
	w.WriteHeader(a.status)
	if r.Method == http.MethodHead {
		return
	}
	zip, ok := gzips.Get().(*gzip.Writer)
	if !ok {
		return // the pool holds nothing else
	}
	defer gzips.Put(zip)
	zip.Reset(w)
	_, _ = zip.Write(a.body) // the client may be gone
	_ = zip.Close()
}

// hangUp closes the connection without an answer.
func hangUp(w http.ResponseWriter) {
	if hijacker, ok := w.(http.Hijacker); ok {
		if conn, _, err := hijacker.Hijack(); err == nil {
			_ = conn.Close()
			return
		}
	}
	panic(http.ErrAbortHandler)
}

func (s *Server) sessionID() string {
	return fmt.Sprintf("%08x", 0xf582a79d+uint32(s.session)*0x9e3779b9)
}

// identify adds the headers that Stapler's own pages carry, but triggers and logs do not.
func (s *Server) identify(a *answer, frame string) *answer {
	return a.set("X-Jenkins", "2.452.2").set("X-Jenkins-Session", s.sessionID()).set("X-Frame-Options", frame)
}

// json projects a bean on the request's tree; a malformed tree is a 500.
func (s *Server) json(c *call, b *bean) *answer {
	var sel *selection
	if tree, asked := c.form["tree"]; asked {
		var err error
		if sel, err = parseTree(tree[0]); err != nil {
			return s.htmlPage(http.StatusInternalServerError, "Jenkins [Jenkins]")
		}
	}
	return s.identify(newAnswer(http.StatusOK, "application/json;charset=utf-8", export(b, sel)), "deny")
}

// padding makes error pages as big as the real ones, so that a client that keeps them whole is noticed.
var padding = sync.OnceValue(func() string { return strings.Repeat("<!-- side panel of the page -->\n", 2300) })

// htmlPage is one of Jenkins' own error pages, around 74 kB for a 404 or 405 of somebody logged in.
func (s *Server) htmlPage(status int, title string) *answer {
	body := "<!DOCTYPE html><html><head data-rooturl=\"\"><title>" + html.EscapeString(title) +
		"</title></head><body>\n<h1>" + html.EscapeString(title) + "</h1>\n"
	if status == http.StatusNotFound || status == http.StatusMethodNotAllowed {
		body += padding()
	}
	a := newAnswer(status, "text/html;charset=utf-8", []byte(body+"</body></html>"))
	a.set("X-Hudson", "1.395").set("Cache-Control", "no-cache,no-store,must-revalidate").set("Expires", "0")
	return s.identify(a, "sameorigin")
}

func (s *Server) notFound() *answer { return s.htmlPage(http.StatusNotFound, "Not Found [Jenkins]") }

func (s *Server) oops() *answer {
	return s.htmlPage(http.StatusInternalServerError, "Jenkins [Jenkins]")
}

// postForm is the 405 of a trigger asked with GET.
func (s *Server) postForm() *answer {
	return s.htmlPage(http.StatusMethodNotAllowed, "Form post required [Jenkins]").set("Allow", "POST")
}

// postRequired is the 405 of the other POST-only methods, named by their Java name.
func postRequired(method string) *answer {
	body := "<html><head><title>POST required</title></head><body>\nPOST is required for " + method +
		"<br>\n<form method='POST'><input type='submit' value='Try POSTing'></form>\n</body></html>"
	return newAnswer(http.StatusMethodNotAllowed, "text/html;charset=utf-8", []byte(body)).set("Allow", "POST")
}

// jettyPage is an error of the servlet container, before Jenkins' own pages.
func jettyPage(r *http.Request, status int, message string) *answer {
	body := fmt.Sprintf(`<html>
<head>
<meta http-equiv="Content-Type" content="text/html;charset=ISO-8859-1"/>
<title>Error %[1]d %[2]s</title>
</head>
<body><h2>HTTP ERROR %[1]d %[2]s</h2>
<table>
<tr><th>URI:</th><td>%[3]s</td></tr>
<tr><th>STATUS:</th><td>%[1]d</td></tr>
<tr><th>MESSAGE:</th><td>%[2]s</td></tr>
<tr><th>SERVLET:</th><td>Stapler</td></tr>
</table>
<hr/><a href="https://eclipse.org/jetty">Powered by Jetty:// 10.0.20</a><hr/>

</body>
</html>
`, status, html.EscapeString(message), html.EscapeString(r.URL.EscapedPath()))
	return newAnswer(status, "text/html;charset=iso-8859-1", []byte(body)).set("Cache-Control", "must-revalidate,no-cache,no-store")
}

// trace is an error that Jenkins answers as a bare Java stack trace.
func trace(status int, message, at string) *answer {
	var body strings.Builder
	body.WriteString(message + "\n\tat " + at + "\n")
	for range 90 {
		body.WriteString("\tat org.kohsuke.stapler.Stapler.tryInvoke(Stapler.java:770)\n")
	}
	return newAnswer(status, "text/plain;charset=utf-8", []byte(body.String()))
}

// redirect answers with a Location on the host the client used.
func redirect(c *call, status int, path string) *answer {
	return newAnswer(status, "", nil).set("Location", c.origin()+path)
}

// forbidden names the permission missing, and what would imply it.
func (s *Server) forbidden(c *call, p Permission) *answer {
	a := s.htmlPage(http.StatusForbidden, "Jenkins")
	a.set("X-You-Are-Authenticated-As", c.user.Name).set("X-Required-Permission", string(p))
	a.set("X-You-Are-In-Group-Disabled", "JENKINS-39402: use -Dhudson.security.AccessDeniedException2.REPORT_GROUP_HEADERS=true "+
		"or use /whoAmI to diagnose")
	if p != administer {
		a.header["X-Permission-Implied-By"] = []string{
			"hudson.security.Permission.GenericUpdate", "hudson.security.Permission.GenericWrite", string(administer),
		}
	}
	return a
}
