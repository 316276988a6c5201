package service

import (
	"strings"

	"github.com/oabridge/oabridge/model"
)

// Comments says whether notices are written into the approval, too.
type Comments struct {
	On     bool   // an app is there to write them
	Author string // the user id they are written by; "": the initiator's
}

// comment is the notice as a comment in the approval; none when nobody can write it, or when it is not for there.
func (s *Service) comment(n notice, instance string, initiator model.Person, about ...string) []model.Message {
	author := s.comments.Author
	if author == "" {
		author = initiator.ID
	}
	if !s.comments.On || instance == "" || author == "" || n.Comment == "" {
		return nil
	}
	key := strings.Join(append([]string{string(n.kind), string(model.ChannelComment), instance}, about...), "|")
	return []model.Message{{
		Key: model.Hash(key), Kind: n.kind, Channel: model.ChannelComment, Recipient: instance, Author: author,
		Title: n.Title, Markdown: n.Comment, State: model.MessagePending,
	}}
}
