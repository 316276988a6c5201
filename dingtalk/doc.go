// Package dingtalk speaks DingTalk's HTTP protocols: it checks the signature of connector calls, keeps the access
// token of the app, sends one work notice or one group-robot message, opens and reads the events that DingTalk pushes,
// keeps a connection to its Stream, and says by a code of package model what went wrong.
//
// It must not know what a release is, who is to be told, or whether a message is worth another try. It sends once
// (a refused access token alone is renewed and tried a second time); callers decide from the error's code and
// RetryAfter. It holds no clock, no goroutine of its own and no state but the token. Stream.Run is the exception: it
// connects again by itself, and waits for all that it started.
//
// No error made here carries a robot's token or secret, the app's secret or the access token: the URLs that net/http
// puts into its errors are taken out, and DingTalk's own words are searched for them.
package dingtalk
