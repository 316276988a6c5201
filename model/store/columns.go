package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/oabridge/oabridge/model"
)

// maxKey is the length of the columns that hold keys, in bytes.
const maxKey = 255

// keyColumn is a key as it is stored: itself, or its hash when it is too long or no text.
func keyColumn(key string) string {
	if len(key) <= maxKey && utf8.ValidString(key) {
		return key
	}
	return "sha256:" + model.Hash(key)
}

// text is s as every database takes it: what is no UTF-8 is replaced, or a cut-off foreign text could never be stored.
func text(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

func moment(t time.Time) sql.NullInt64 {
	if t.IsZero() {
		return sql.NullInt64{}
	}
	return sql.NullInt64{Int64: t.UnixMicro(), Valid: true}
}

func momentOf(t *time.Time) sql.NullInt64 {
	if t == nil {
		return sql.NullInt64{}
	}
	return moment(*t)
}

func timeOf(micros int64) time.Time { return time.UnixMicro(micros).UTC() }

func timeOrZero(m sql.NullInt64) time.Time {
	if !m.Valid {
		return time.Time{}
	}
	return timeOf(m.Int64)
}

func timeOrNil(m sql.NullInt64) *time.Time {
	if !m.Valid {
		return nil
	}
	t := timeOf(m.Int64)
	return &t
}

// idOrNull is a reference; 0 stands for none.
func idOrNull(id int64) sql.NullInt64 { return sql.NullInt64{Int64: id, Valid: id != 0} }

// jsonColumns turns values into JSON and back, remembering the first failure.
type jsonColumns struct{ err error }

func (c *jsonColumns) encode(column string, v any) string {
	data, err := json.Marshal(v)
	if err != nil && c.err == nil {
		c.err = fmt.Errorf("column %s: %w", column, err)
	}
	return string(data)
}

func (c *jsonColumns) decode(column, data string, v any) {
	if err := json.Unmarshal([]byte(data), v); err != nil && c.err == nil {
		c.err = fmt.Errorf("column %s: %w", column, err)
	}
}

// encodeSome and decodeSome are for columns that are younger than their table: "" is nothing.
func (c *jsonColumns) encodeSome(column string, v any, some bool) string {
	if !some {
		return ""
	}
	return c.encode(column, v)
}

func (c *jsonColumns) decodeSome(column, data string, v any) {
	if data != "" {
		c.decode(column, data, v)
	}
}
