package jenkins

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/oabridge/oabridge/model"
)

const (
	logLimit    = 4 << 30
	logPatience = 2 * time.Minute
)

// errShorter stops a reading whose answer starts somewhere else than where it was asked to.
var errShorter = errors.New("the log is shorter than the offset")

// Log passes a build's log from the offset start on to to, as it comes and without keeping it. Measured: X-Text-Size is the
// next offset, larger than the text because of hidden notes; a start beyond the end is answered with the whole log. After
// an error Written bytes of the text from start on were passed on. Errors: jenkins_not_found.
func (c *Client) Log(ctx context.Context, job string, number, start int64, to io.Writer) (model.LogRead, error) {
	path, err := c.buildPath(job, number)
	if err != nil {
		return model.LogRead{}, err
	}
	var read model.LogRead
	_, err = c.do(ctx, reading(kindLog, "读取日志：", buildObject(job, number)), request{
		path: path + "/logText/progressiveText", query: map[string]string{"start": strconv.FormatInt(start, 10)},
		limit: logLimit, timeout: logPatience, slots: c.logs,
		inspect: func(h http.Header) error { return inspectLog(h, start, &read) },
		decode: func(body io.Reader) (err error) {
			read.Written, err = io.Copy(to, body)
			return err
		},
	})
	if read.Shorter {
		return read, nil
	}
	return read, err
}

// errLonger stops a reading of a whole log that turns out to be too long.
var errLonger = errors.New("the log is longer than its end that is wanted")

// LogEnd returns the end of a build's log: all of it when Jenkins keeps at most last bytes of it, else the whole lines of the last
// ones. Only Jenkins knows how long a log is, and tells before it sends it: a long one is asked for once more. Errors:
// jenkins_not_found.
func (c *Client) LogEnd(ctx context.Context, job string, number, last int64) (string, error) {
	path, err := c.buildPath(job, number)
	if err != nil {
		return "", err
	}
	size, text, err := c.logFrom(ctx, job, path, number, 0, last)
	if !errors.Is(err, errLonger) {
		return string(text), err
	}
	if _, text, err = c.logFrom(ctx, job, path, number, size-last, 2*last); err != nil {
		return "", err
	}
	_, text, _ = bytes.Cut(text, []byte("\n")) // it begins anywhere in a line
	return string(text), nil
}

// logFrom reads a log from start on, and how long it is. Errors: errLonger (more than limit).
func (c *Client) logFrom(ctx context.Context, job, path string, number, start, limit int64) (int64, []byte, error) {
	var read model.LogRead
	var text []byte
	_, err := c.do(ctx, reading(kindLog, "读取日志：", buildObject(job, number)), request{
		path: path + "/logText/progressiveText", query: map[string]string{"start": strconv.FormatInt(start, 10)},
		limit: logLimit,
		inspect: func(h http.Header) error {
			err := inspectLog(h, start, &read)
			if err == nil && read.Next-start > limit {
				return errLonger
			}
			return err
		},
		decode: func(body io.Reader) (err error) { text, err = io.ReadAll(body); return err },
	})
	if read.Next-start > limit {
		err = errLonger
	}
	return read.Next, text, err
}

func inspectLog(h http.Header, start int64, read *model.LogRead) error {
	size, err := strconv.ParseInt(h.Get("X-Text-Size"), 10, 64)
	if err != nil {
		return errors.New("no X-Text-Size in the answer")
	}
	read.Next, read.More = size, h.Get("X-More-Data") == "true"
	if size < start {
		read.Shorter = true
		return errShorter
	}
	return nil
}
