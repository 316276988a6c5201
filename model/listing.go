package model

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
)

// PackJobs is the jobs as gzip of one JSON object a line, the form in which listings are kept and shared. The whole
// text, some megabytes, is never in memory.
func PackJobs(jobs []Job) ([]byte, error) {
	var packed bytes.Buffer
	zip, err := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	lines := json.NewEncoder(zip)
	for i := range jobs {
		if err := lines.Encode(&jobs[i]); err != nil {
			return nil, err
		}
	}
	err = zip.Close()
	return packed.Bytes(), err
}

// UnpackJobs reads what PackJobs wrote.
func UnpackJobs(packed []byte) ([]Job, error) {
	zip, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	var jobs []Job
	lines := json.NewDecoder(zip)
	for {
		var job Job
		if err := lines.Decode(&job); errors.Is(err, io.EOF) {
			return jobs, nil
		} else if err != nil {
			return nil, err
		}
		jobs = append(jobs, job)
	}
}
