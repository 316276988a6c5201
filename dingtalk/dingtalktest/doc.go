// Package dingtalktest is a DingTalk to test and to demonstrate against: a stateful server that enforces the rules which
// break clients in production (expiring tokens, signatures, sizes, rates, silently dropped repeats) and fails on demand,
// and a Connector that calls us as DingTalk's connector platform does.
//
// It is written from DingTalk's documentation and imports nothing of this module, so that it cannot share a mistake with
// the client it tests. It takes its time from a clock it is given and starts no goroutine, but for one that reads each
// Stream connection and ends with it.
package dingtalktest
