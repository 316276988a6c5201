package api

import (
	"context"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/oabridge/oabridge/model"
)

// letterView is a message as it is listed: what became of it.
type letterView struct {
	ID int64 `json:"id"`
	messageView
	Release  *string    `json:"release"` // null: of none
	Author   string     `json:"author"`
	NextAt   *time.Time `json:"next_at"`   // null: it is not tried again
	DigestID *int64     `json:"digest_id"` // null: it is told by no other
	TaskID   int64      `json:"task_id"`
	ResentBy string     `json:"resent_by"`
	ResentAt *time.Time `json:"resent_at"`
}

// letterDetail is one message with what it says.
type letterDetail struct {
	letterView
	Text string `json:"text"`
	Link string `json:"link"`
}

func viewLetter(m model.Message) letterView {
	v := letterView{
		ID: m.ID, messageView: viewMessages([]model.Message{m})[0], Author: m.Author, TaskID: m.TaskID,
		ResentBy: m.ResentBy, ResentAt: utc(m.ResentAt),
	}
	if m.ReleaseID != 0 {
		v.Release = new((&model.Release{ID: m.ReleaseID}).Number())
	}
	if m.Waiting() {
		v.NextAt = utc(&m.NextAt)
	}
	if m.DigestID != 0 {
		v.DigestID = &m.DigestID
	}
	return v
}

type lettersReply struct {
	Messages []letterView `json:"messages"`
	// NextBefore is the value of ?before= for the next page; null on the last.
	NextBefore *int64 `json:"next_before"`
}

// listLetters answers GET /api/messages: the newest first.
func (s *Server) listLetters(ctx context.Context, r request) (any, error) {
	filter, err := r.letters()
	if err != nil {
		return nil, err
	}
	found, err := s.service.ListMessages(ctx, filter)
	if err != nil {
		return nil, err
	}
	reply := lettersReply{Messages: make([]letterView, len(found))}
	for i, m := range found {
		reply.Messages[i] = viewLetter(m)
	}
	if len(found) == filter.Limit {
		reply.NextBefore = &found[len(found)-1].ID
	}
	return reply, nil
}

// letters reads ?state=&channel=&limit=&before=. Errors: invalid_request.
func (r request) letters() (model.MessageFilter, error) {
	f := model.MessageFilter{}
	if err := r.only("state", "channel", "limit", "before"); err != nil {
		return f, err
	}
	state, err := oneOf(r, "state", model.MessageStates())
	if err != nil {
		return f, err
	}
	channel, err := oneOf(r, "channel", model.Channels())
	if err != nil {
		return f, err
	}
	limit, err := r.count("limit", defaultPage, maxPage)
	if err != nil {
		return f, err
	}
	before, err := r.count("before", 0, math.MaxInt64)
	return model.MessageFilter{State: state, Channel: channel, Before: before, Limit: int(limit)}, err
}

// oneOf is a parameter that has to be one of the values; "" when it is missing. Errors: invalid_request.
func oneOf[S ~string](r request, name string, values []S) (S, error) {
	value, err := r.one(name)
	if err == nil && value != "" && !slices.Contains(values, S(value)) {
		err = invalid("参数%s的值“%s”不正确", quoted(name), model.Cut(value, 40))
	}
	return S(value), err
}

// getLetter answers GET /api/messages/{id}.
func (s *Server) getLetter(ctx context.Context, r request) (any, error) {
	if err := r.only(); err != nil {
		return nil, err
	}
	id, err := r.letter()
	if err != nil {
		return nil, err
	}
	m, err := s.service.Message(ctx, id)
	if err != nil {
		return nil, err
	}
	return letterDetail{letterView: viewLetter(m), Text: m.Markdown, Link: m.Link}, nil
}

// resendLetter answers POST /api/messages/{id}/resend.
func (s *Server) resendLetter(ctx context.Context, r request) (any, error) {
	if err := r.only(); err != nil {
		return nil, err
	}
	id, err := r.letter()
	if err != nil {
		return nil, err
	}
	m, err := s.service.Resend(ctx, id, r.by)
	if err != nil {
		return nil, err
	}
	return letterDetail{letterView: viewLetter(m), Text: m.Markdown, Link: m.Link}, nil
}

// letter is the message's id in the path. Errors: not_found.
func (r request) letter() (int64, error) {
	id, err := strconv.ParseInt(r.number, 10, 64)
	if err != nil || id <= 0 || r.number[0] == '+' {
		return 0, model.Errorf(model.CodeNotFound, "没有编号为“%s”的消息", model.Cut(r.number, 40))
	}
	return id, nil
}
