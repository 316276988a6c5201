package model

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"time"
)

// ListingTimes are the times of a controller's listing and of the one that is held back; zero where there is none.
type ListingTimes struct {
	Changed, At     time.Time
	HeldSince, Held time.Time // Changed and At of the one that is held back
}

// Loss is what a listing lacks of the one before.
type Loss struct {
	ID      string    // tells it from every other loss; "" until it is held
	Before  int       // how many apps were on offer
	Gone    []string  // full names of those that are not listed any more
	Emptied []string  // folders that are still listed, with nothing in them
	Bare    []string  // full names of the jobs that had parameters and have none
	Since   time.Time // when it was held first
}

// ListingChange is what becomes of listings all at once, with what people are told of it.
type ListingChange struct {
	Save []Listing
	Drop []string // names
	Tell []Message
}

// HeldName is the name under which the listing is kept that is held back. No controller has such a name.
func HeldName(controller string) string { return controller + "#held" }

// line is one line of a packed listing: a job, or a view.
type line struct {
	Job
	Parameters json.RawMessage `json:"p"`
	View       *View           `json:"w"`
}

// viewLine is the line of a view.
type viewLine struct {
	View *View `json:"w"`
}

// Pack is the listing's jobs and views as gzip of one JSON object a line, the form in which listings are kept and shared.
// The whole text, some megabytes, is never in memory.
func (l Listing) Pack() ([]byte, error) {
	var packed bytes.Buffer
	zip, err := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	lines := json.NewEncoder(zip)
	for i := range l.Jobs {
		if err := lines.Encode(&l.Jobs[i]); err != nil {
			return nil, err
		}
	}
	for i := range l.Views {
		if err := lines.Encode(viewLine{&l.Views[i]}); err != nil {
			return nil, err
		}
	}
	err = zip.Close()
	return packed.Bytes(), err
}

// Unpack reads what Pack wrote into the listing. Jobs made alike share their parameters: read them, do not change them.
func (l *Listing) Unpack(packed []byte) error {
	zip, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return err
	}
	lines, alike := json.NewDecoder(zip), alikeParameters{}
	for {
		var next line
		if err := lines.Decode(&next); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if next.View != nil {
			l.Views = append(l.Views, *next.View)
			continue
		}
		if next.Job.Parameters, err = alike.decode(next.Parameters); err != nil {
			return err
		}
		l.Jobs = append(l.Jobs, next.Job)
	}
}

// alikeParameters are the lists of parameters that were decoded, by their JSON.
type alikeParameters map[string][]ParameterDefinition

// maxAlike bounds how many are remembered.
const maxAlike = 1000

func (a alikeParameters) decode(raw []byte) ([]ParameterDefinition, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	known, ok := a[string(raw)]
	if !ok {
		if err := json.Unmarshal(raw, &known); err != nil {
			return nil, err
		}
		if len(a) < maxAlike {
			a[string(raw)] = known
		}
	}
	return known, nil
}
