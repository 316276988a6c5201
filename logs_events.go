package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// logPiece is the data of a log event.
type logPiece struct {
	Deployment int64  `json:"deployment"`
	Build      int64  `json:"build"`
	At         int64  `json:"at"`
	Text       string `json:"text"`
}

// maxEvent is how long one line of a stream may be: a piece of 256 kB, escaped.
const maxEvent = 4 << 20

// event is one Server-Sent Event (WHATWG HTML, 9.2).
type event struct{ kind, id, data string }

// events prints the pieces of a log until it ends. Errors: *brokenStream when the connection ends before.
func (s *logStream) events(body io.Reader) error {
	in := bufio.NewScanner(body)
	in.Buffer(nil, maxEvent)
	var e event
	for in.Scan() {
		field, value, _ := strings.Cut(in.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch field {
		case "event":
			e.kind = value
		case "id":
			e.id = value
		case "data":
			e.data += value
		}
		if in.Text() != "" {
			continue
		}
		over, err := s.take(e)
		if over || err != nil {
			return err
		}
		e = event{}
	}
	return &brokenStream{fmt.Errorf("the connection ended before the log did · 连接中断: %w", errors.Join(in.Err(), io.ErrUnexpectedEOF))}
}

// take prints one event; true when it was the last.
func (s *logStream) take(e event) (bool, error) {
	switch e.kind {
	case "log":
		var p logPiece
		if err := json.Unmarshal([]byte(e.data), &p); err != nil {
			return true, fmt.Errorf("the bridge sent a piece that this program does not know: %w", err)
		}
		s.last = e.id
		return false, s.print(p)
	case "end":
		return true, nil
	case "failed":
		var failure struct {
			Code    string `json:"errorCode"`
			Message string `json:"errorMsg"`
		}
		if err := json.Unmarshal([]byte(e.data), &failure); err != nil {
			return true, err
		}
		return true, fmt.Errorf("%s (%s)", harmless(failure.Message), harmless(failure.Code))
	}
	return false, nil
}

func (s *logStream) print(p logPiece) error {
	if s.asJSON {
		return json.NewEncoder(s.out).Encode(p)
	}
	if gap := p.At - s.at; s.at > 0 && gap > 0 {
		if _, err := fmt.Fprintf(s.out, "… %d bytes left out · 省略 %d 字节 …\n", gap, gap); err != nil {
			return err
		}
	}
	s.at = p.At + int64(len(p.Text))
	for line := range strings.Lines(p.Text) {
		text, whole := strings.CutSuffix(line, "\n")
		text = harmless(text)
		if whole {
			text += "\n"
		}
		if _, err := io.WriteString(s.out, text); err != nil {
			return err
		}
	}
	return nil
}
