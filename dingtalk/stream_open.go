package dingtalk

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gorilla/websocket"
	"github.com/open-dingtalk/dingtalk-stream-sdk-go/payload"
	"github.com/open-dingtalk/dingtalk-stream-sdk-go/utils"

	"github.com/oabridge/oabridge/model"
)

const (
	streamUserAgent = "oabridge-sdk-go/1.0.0" // DingTalk wants this form
	handshakeTime   = 10 * time.Second
	streamWhat      = "钉钉 Stream 网关"
)

// connect opens a connection that nobody reads yet.
func (s *Stream) connect(ctx context.Context) (*link, error) {
	ctx, cancel := context.WithTimeout(ctx, s.http.timeout+handshakeTime)
	defer cancel()
	to, err := s.ticket(ctx)
	if err != nil {
		return nil, err
	}
	address, err := s.address(to)
	if err != nil {
		return nil, err
	}
	socket, resp, err := s.dialer().DialContext(ctx, address, nil)
	if resp != nil && resp.Body != nil {
		_ = resp.Body.Close() // only the status counts
	}
	if err != nil {
		err = secrets{to.Ticket, s.opts.AppSecret}.cause(err)
		return nil, model.Wrap(model.CodeDingTalkUnavailable, err, "%s无法建立 WebSocket 连接", streamWhat)
	}
	return s.newLink(socket), nil
}

// ticket asks where to connect (DingTalk docs: learn/stream/protocol). It needs no access token.
func (s *Stream) ticket(ctx context.Context) (*payload.ConnectionEndpointResponse, error) {
	ask := payload.ConnectionEndpointRequest{
		ClientId: s.opts.AppKey, ClientSecret: s.opts.AppSecret, UserAgent: streamUserAgent, Subscriptions: s.subscriptions(),
	}
	a, err := s.http.send(ctx, request{
		what: streamWhat, url: s.opts.APIURL + utils.GetConnectionEndpointAPIUrl, body: encode(ask),
		hide: secrets{s.opts.AppSecret}, judge: apiVerdict,
	})
	if err != nil {
		return nil, err
	}
	to := &payload.ConnectionEndpointResponse{}
	if json.Unmarshal(a.raw, to) != nil || to.Valid() != nil {
		return nil, model.Errorf(model.CodeDingTalkUnavailable, "%s的应答缺少约定的字段", streamWhat)
	}
	return to, nil
}

func (s *Stream) subscriptions() []*payload.SubscriptionModel {
	var list []*payload.SubscriptionModel
	if s.opts.Events != nil {
		list = append(list, &payload.SubscriptionModel{Type: utils.SubscriptionTypeKEvent, Topic: "*"})
	}
	if s.opts.Connector != nil {
		list = append(list, &payload.SubscriptionModel{Type: utils.SubscriptionTypeKCallback, Topic: gatewayTopic})
	}
	return list
}

// address is the endpoint with the ticket. Without TLS it must be the same for both: nobody may lead us to plain text.
func (s *Stream) address(to *payload.ConnectionEndpointResponse) (string, error) {
	u, err := url.Parse(to.Endpoint)
	plain := strings.HasPrefix(s.opts.APIURL, "http://")
	if err != nil || u.Host == "" || u.Scheme != "wss" && (u.Scheme != "ws" || !plain) {
		return "", model.Errorf(model.CodeDingTalkUnavailable, "%s给出的连接地址不可用", streamWhat)
	}
	query := u.Query()
	query.Set("ticket", to.Ticket)
	u.RawQuery = query.Encode()
	return u.String(), nil
}

// dialer dials as the HTTP client does.
func (s *Stream) dialer() *websocket.Dialer {
	d := &websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: handshakeTime}
	if t, ok := s.http.client.Transport.(*http.Transport); ok {
		d.Proxy, d.NetDialContext = t.Proxy, t.DialContext
		if t.TLSClientConfig != nil {
			d.TLSClientConfig = t.TLSClientConfig.Clone()
			d.TLSClientConfig.NextProtos = nil // HTTP/2 has no such upgrade
		}
	}
	return d
}
