// Package api is the HTTP layer: DingTalk's connector actions, the JSON API, health and metrics. It authenticates, reads
// and renders; what a request means is decided behind the interfaces of ports.go. It knows no database, no Jenkins and
// no DingTalk client.
package api
