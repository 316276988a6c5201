package dingtalk

// Counted makes count be told of each call that counts against a quota, the client's others among them. It is for before
// the first call.
func (s *Sender) Counted(count func(kind string)) {
	if s.client != nil {
		s.client.http.count = count
	}
	for _, r := range s.robots {
		r.http.count = count
	}
}

// Share leaves the client its part of the app's calls per second when so many processes call as the app.
func (s *Sender) Share(processes int) {
	if s.client != nil {
		s.client.pace.set(s.client.opts.QPS / float64(max(1, processes)))
	}
}
