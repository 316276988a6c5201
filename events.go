package main

import (
	"cmp"
	"crypto/rand"

	"github.com/oabridge/oabridge/api"
	"github.com/oabridge/oabridge/config"
	"github.com/oabridge/oabridge/dingtalk"
)

// connectAPI makes the routes, the one for events among them when it is configured.
func (a *app) connectAPI(metrics *api.Metrics) error {
	callback, err := a.eventCallback()
	if err != nil {
		return err
	}
	options := a.apiOptions(metrics)
	options.Callback, options.Events = callback, a.service
	a.api = api.New(options)
	return nil
}

// eventCallback is our end of the event subscription by HTTP, nil when events do not come that way.
func (a *app) eventCallback() (api.Callback, error) {
	d := a.cfg.DingTalk
	if d.Events.Mode != config.EventsHTTP {
		return nil, nil
	}
	crypto, err := dingtalk.NewCrypto(d.Events.Token.Reveal(), d.Events.AESKey.Reveal(), cmp.Or(d.Events.Owner, d.AppKey))
	if err != nil {
		return nil, err
	}
	return dingtalk.Callback{Crypto: crypto, Now: processNow, Random: rand.Reader, Count: a.meter.Count}, nil
}
