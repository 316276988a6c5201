package main

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// checkDingTalkClock compares the clocks, because signatures carry the time. Any answer will do: all have a Date.
func checkDingTalkClock(ctx context.Context, url string, client *http.Client) finding {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return doubtful("not compared · 未比较："+err.Error(), networkRemedy)
	}
	before := time.Now()
	res, err := client.Transport.RoundTrip(req) // no redirect is followed: the first answer is DingTalk's
	if err != nil {
		return doubtful("DingTalk does not answer, so the clocks were not compared · 无法访问钉钉："+err.Error(), networkRemedy)
	}
	middle := before.Add(time.Since(before) / 2)
	_ = res.Body.Close() // only the header counts
	date, err := http.ParseTime(res.Header.Get("Date"))
	if err != nil {
		return doubtful("the answer has no date, so it is not DingTalk's · 应答没有日期，可能被代理改写", networkRemedy)
	}
	return clockFinding(date.Sub(middle.Truncate(time.Second)))
}

// How far clocks may differ. A Date header has whole seconds.
const (
	skewDoubtful = 5 * time.Second
	skewBroken   = time.Minute
)

// clockFinding judges how far another machine's clock is ahead of ours.
func clockFinding(ahead time.Duration) finding {
	if ahead.Abs() <= time.Second {
		ahead = 0 // a Date header has whole seconds: less than one more cannot be told from none
	}
	const remedy = "synchronise the clocks of both machines with NTP · 用 NTP 校准两端的时钟"
	detail := fmt.Sprintf("its clock differs from ours by %s · 时钟相差 %[1]s", ahead.Round(time.Second))
	switch apart := ahead.Abs(); {
	case apart > skewBroken:
		return broken(detail, remedy)
	case apart > skewDoubtful:
		return doubtful(detail, remedy)
	}
	return fine(detail)
}
