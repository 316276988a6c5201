package dingtalk

import (
	"context"
	"log/slog"

	"github.com/open-dingtalk/dingtalk-stream-sdk-go/event"
	"github.com/open-dingtalk/dingtalk-stream-sdk-go/payload"
	"github.com/open-dingtalk/dingtalk-stream-sdk-go/utils"

	"github.com/oabridge/oabridge/model"
)

// take answers one frame: the gateway's own at once, the others beside the reading. A frame that is not answered is
// pushed again.
func (l *link) take(ctx context.Context, raw []byte) {
	f, err := payload.DecodeDataFrame(raw)
	if err != nil || f.GetMessageId() == "" {
		l.s.opts.Logger.Warn("stream frame not understood", "bytes", len(raw))
		return
	}
	if f.Type == utils.SubscriptionTypeKSystem {
		l.system(f)
		return
	}
	if !l.begin() {
		return
	}
	select {
	case l.s.slots <- struct{}{}:
	default:
		l.end()
		l.s.opts.Logger.Warn("stream frame put off: too many are in hand", "type", f.Type, "message", f.GetMessageId())
		return
	}
	go func() { // serve waits for it
		defer l.end()
		defer func() { <-l.s.slots }()
		l.reply(f, l.handle(ctx, f))
	}()
}

func (l *link) system(f *payload.DataFrame) {
	switch f.GetTopic() {
	case "ping":
		pong := payload.NewDataFrameAckPong(f.GetMessageId())
		pong.Message, pong.Data = "OK", f.Data
		l.write(pong)
	case "disconnect": // is not answered
		l.s.opts.Logger.Info("stream connection ends by DingTalk's wish")
		l.leave()
	default:
		l.reply(f, payload.NewDataFrameResponse(payload.DataFrameResponseStatusCodeKHandlerNotFound))
	}
}

func (l *link) handle(ctx context.Context, f *payload.DataFrame) *payload.DataFrameResponse {
	s := l.s
	switch {
	case f.Type == utils.SubscriptionTypeKEvent && s.opts.Events != nil:
		return s.event(ctx, f)
	case f.Type == utils.SubscriptionTypeKCallback && f.GetTopic() == gatewayTopic && s.opts.Connector != nil:
		return s.callback(ctx, f)
	}
	return payload.NewDataFrameResponse(payload.DataFrameResponseStatusCodeKHandlerNotFound)
}

func (l *link) reply(f *payload.DataFrame, answer *payload.DataFrameResponse) {
	if answer.Code == payload.DataFrameResponseStatusCodeKOK {
		answer.Message = "OK"
	}
	answer.SetHeader(payload.DataFrameHeaderKMessageId, f.GetMessageId())
	answer.SetHeader(payload.DataFrameHeaderKContentType, payload.DataFrameContentTypeKJson)
	l.write(answer)
}

// event hands an approval's event over. Events of other kinds are acknowledged. One that cannot be read is not: it could
// be an approval, and the next push may meet a newer replica.
func (s *Stream) event(ctx context.Context, f *payload.DataFrame) *payload.DataFrameResponse {
	e, err := ParseStream(f.Headers, []byte(f.Data), s.opts.Now())
	if err == nil && e.Approval != nil {
		err = s.receive(ctx, *e.Approval)
	}
	s.opts.Pushed(e.Type, e.Approval, model.CodeOf(err))
	if err != nil {
		s.opts.Logger.Error("stream event not taken; DingTalk is asked to push it again", "message", f.GetMessageId(),
			slog.Any("error", err))
		return eventAnswer(event.NewEventProcessResultLater())
	}
	return eventAnswer(event.NewEventProcessResultSuccess())
}

func (s *Stream) receive(ctx context.Context, e model.ApprovalEvent) error {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Times.Answer)
	defer cancel()
	err := s.guard("event", func() error { return s.opts.Events.ReceiveEvent(ctx, e) })
	s.opts.Logger.Info("event", "event_id", e.ID, "instance", e.Instance, "kind", e.Kind, "result", e.Result,
		"code", string(model.CodeOf(err)))
	return err
}

// eventAnswer sends LATER with code 500, as the official SDK does.
func eventAnswer(result *event.EventProcessResult) *payload.DataFrameResponse {
	answer := payload.NewSuccessDataFrameResponse()
	if result.Status != event.EventProcessStatusKSuccess {
		answer.Code, answer.Message = payload.DataFrameResponseStatusCodeKInternalError, "later"
	}
	answer.Data = string(encode(result))
	return answer
}

// callback has the connector answer. Without an answer to give, the platform is told that there is none.
func (s *Stream) callback(ctx context.Context, f *payload.DataFrame) *payload.DataFrameResponse {
	var data string
	err := s.guard("connector", func() (err error) {
		data, err = s.gateway.answer(ctx, f.Data)
		return err
	})
	if err != nil {
		s.opts.Logger.Warn("connector call over the stream not answered", slog.Any("error", err))
		answer := payload.NewDataFrameResponse(payload.DataFrameResponseStatusCodeKInternalError)
		answer.Message = string(model.CodeOf(err))
		return answer
	}
	answer := payload.NewSuccessDataFrameResponse()
	answer.Data = data
	return answer
}
