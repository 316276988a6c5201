package jenkins

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/oabridge/oabridge/model"
)

const (
	logLimit    = 256 << 20
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
		limit: logLimit, timeout: logPatience,
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
