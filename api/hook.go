package api

import (
	"cmp"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
	"golang.org/x/time/rate"

	"github.com/oabridge/oabridge/model"
)

const (
	hookBody  = 64 << 10
	hookRate  = 20 // pushes a second that are taken for long
	hookBurst = 200
)

// hookReply says whether there is a Jenkins that the push can be of.
type hookReply struct {
	Taken bool `json:"taken"`
}

// notified is what the Notification plugin sends, as far as it says where to look, and what a few words of curl can send as
// well.
type notified struct {
	Name   string `json:"name"` // the job's own name, without its folders
	URL    string `json:"url"`
	Job    string `json:"job"` // full name
	Number int64  `json:"number"`
	Build  struct {
		FullURL string `json:"full_url"`
		URL     string `json:"url"`
		Number  int64  `json:"number"`
	} `json:"build"`
}

func (n *notified) push() model.Push {
	p := model.Push{Address: cmp.Or(n.Build.FullURL, n.Build.URL, n.URL), Number: cmp.Or(n.Build.Number, n.Number)}
	if p.Address == "" {
		p.Job = cmp.Or(n.Job, n.Name)
	}
	return p
}

// jenkinsHook answers POST /hooks/jenkins: Jenkins says that something happened to a build, which is looked at now. Nothing else
// of what it says is believed. What is nothing of ours is taken all the same, so that no build waits or fails for it.
func (s *Server) jenkinsHook(c *gin.Context) {
	push, err := s.readHook(c.Writer, c.Request)
	if err != nil {
		s.metrics.HookPushed("refused")
		s.fail(c, err)
		return
	}
	taken := s.pushes.Push(push)
	s.metrics.HookPushed(map[bool]string{true: "taken", false: "ignored"}[taken])
	c.JSON(http.StatusAccepted, hookReply{taken})
}

// readHook lets in who knows the secret, and reads what it says. Errors: unauthorized, too_many_requests, body_too_large,
// unsupported_media_type, invalid_request.
func (s *Server) readHook(w http.ResponseWriter, r *http.Request) (model.Push, error) {
	if err := s.doors.jenkins(r); err != nil {
		return model.Push{}, err
	}
	if !s.hooks.Allow() {
		return model.Push{}, model.Errorf(model.CodeTooMany, "推送过于频繁，请稍后再试；构建会按时查看，不受影响")
	}
	raw, err := readRaw(w, r, hookBody)
	if err != nil {
		return model.Push{}, err
	}
	return readNotified(r.Header.Get("Content-Type"), raw)
}

func readNotified(contentType string, raw []byte) (model.Push, error) {
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return model.Push{}, unsupported(contentType)
	}
	var n notified
	switch media {
	case "application/json":
		if err := json.Unmarshal(raw, &n); err != nil {
			return model.Push{}, invalid("请求体不是 Notification 插件的 JSON")
		}
	case "application/x-www-form-urlencoded":
		form, err := url.ParseQuery(string(raw))
		if err != nil {
			return model.Push{}, invalid("表单请求体不正确")
		}
		n.URL, n.Job = form.Get("url"), form.Get("job")
		n.Number, _ = strconv.ParseInt(form.Get("number"), 10, 64) // without one every build of the job is looked at
	default:
		return model.Push{}, unsupported(contentType)
	}
	p := n.push()
	p.Job, p.Number = strings.Trim(p.Job, "/"), max(p.Number, 0)
	if p.Address == "" && p.Job == "" {
		return model.Push{}, invalid("请求里既没有构建的地址(url)，也没有任务名(job)")
	}
	return p, nil
}

func newHookLimit() *rate.Limiter { return rate.NewLimiter(hookRate, hookBurst) }
