package config

import (
	"strconv"
	"time"
)

// The defaults of the keys that depend on others.
const (
	defaultRefreshMax = 5 * time.Minute
	defaultStaleAfter = 10 * time.Minute
)

// completeFreshness sets the defaults of RefreshMax and StaleAfter: long ones of a controller that is read seldom.
func (j *Jenkins) completeFreshness() {
	if j.RefreshMax == 0 {
		j.RefreshMax = max(defaultRefreshMax, j.Refresh)
	}
	if j.StaleAfter == 0 {
		j.StaleAfter = max(defaultStaleAfter, 2*j.RefreshMax)
	}
}

const (
	longestRefresh = 24 * time.Hour
	longestStale   = 7 * 24 * time.Hour
)

func (j Jenkins) checkFreshness(r report) {
	r.at("refresh").lasts(j.Refresh, time.Second, longestRefresh)
	if j.Refresh > 0 && j.RefreshMax < j.Refresh {
		r.at("refresh_max").add(j.RefreshMax.String(), "shorter than refresh, "+j.Refresh.String(),
			"it is the longest pause between two readings, refresh the shortest: set it to refresh or more")
	} else {
		r.at("refresh_max").lasts(j.RefreshMax, 0, longestRefresh)
	}
	if j.StaleAfter <= j.RefreshMax {
		r.at("stale_after").add(j.StaleAfter.String(), "not longer than refresh_max, "+j.RefreshMax.String(),
			"what is read as often as intended must not count as stale: set it to twice refresh_max or so")
	} else {
		r.at("stale_after").lasts(j.StaleAfter, 0, longestStale)
	}
	if !(j.MaxLoss > 0 && j.MaxLoss <= 1) { // so that "not a number" is none, too
		r.at("max_loss").add(strconv.FormatFloat(j.MaxLoss, 'g', -1, 64), "out of bounds", "use a share above 0 and up to 1, such as 0.3")
	}
}
