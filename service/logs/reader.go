package logs

// Deliver takes text, and the offset at which it starts.
type Deliver func(text []byte, at int64) error

// reader is how far somebody has a spool's text.
type reader struct {
	spool   *Spool
	offset  int64
	deliver Deliver
	failed  error
}

// all delivers everything that there is.
func (r *reader) all() error {
	for r.failed == nil {
		text, at, err := r.spool.Read(r.offset)
		if err != nil || len(text) == 0 {
			return err
		}
		r.failed = r.deliver(text, at)
		r.offset = at + int64(len(text))
	}
	return r.failed
}

// farBehind is how much somebody may lack before it is delivered while Jenkins is still being read: less than a spool holds, so that
// nothing is dropped unread, and more than a build writes between two looks, so that who reads slowly holds up nobody.
const farBehind = 2 * blockSize

// keepUp delivers what there is when it is much. A failure shows at the next delivery: the reading is for others, too.
func (r *reader) keepUp() {
	if r.spool.Size()-r.offset >= farBehind {
		_ = r.all()
	}
}
