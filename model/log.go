package model

import (
	"bytes"
	"compress/gzip"
	"io"
)

// LogRead is how one reading of a build's log ended. Offsets count what Jenkins keeps, hidden notes included, so they grow
// faster than the text.
type LogRead struct {
	Next    int64 // where the next reading starts
	More    bool  // the build still writes
	Written int64 // bytes of text that were passed on
	// Shorter: the log ends before the offset that was asked for, so nothing was passed on: it is another build's, or was cut.
	Shorter bool
}

// LogBlock is a piece of a build's log as it is kept: cleaned, without secrets, compressed.
type LogBlock struct {
	From int64  // offset of its first byte in the cleaned text
	Size int    // bytes of text
	Zip  []byte // the text as gzip
}

// Text is what the block holds.
func (b LogBlock) Text() ([]byte, error) {
	unzip, err := gzip.NewReader(bytes.NewReader(b.Zip))
	if err != nil {
		return nil, err
	}
	text := make([]byte, b.Size)
	n, err := io.ReadFull(unzip, text)
	return text[:n], err
}

// LogRef names the log of one build of a deployment.
type LogRef struct {
	Deployment int64
	Build      int64
}

// LogQuery says what of a log is wanted.
type LogQuery struct {
	Deployment int64 // 0: the one that people most likely mean
	Build      int64 // one that it had, of which the log is kept; 0: the one that it has
	From       int64 // offset in the cleaned text
	Lines      int   // only so many last lines, whatever From says; 0: all
	Follow     bool  // until the build ends
}

// LogPiece is a piece of a log for who reads it.
type LogPiece struct {
	Deployment int64
	Build      int64
	At         int64 // offset of its first byte
	Text       []byte
}
