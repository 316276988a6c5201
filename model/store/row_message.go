package store

import (
	"database/sql"

	"github.com/oabridge/oabridge/model"
)

type messageRow struct {
	ID        int64        `gorm:"primaryKey"`
	Key       string       `gorm:"column:message_key"`
	Lease     leaseColumns `gorm:"embedded"`
	ReleaseID sql.NullInt64
	Kind      model.NoticeKind
	Channel   model.Channel
	Recipient string
	Author    string
	Title     string
	Markdown  string
	Summary   string
	Link      string
	State     model.MessageState
	Attempts  int
	LastCode  model.Code
	LastError string
	Created   int64 `gorm:"column:created_at"`
	SentAt    sql.NullInt64
	DigestID  sql.NullInt64
	TaskID    int64
	CheckAt   sql.NullInt64
	ResentBy  string
	ResentAt  sql.NullInt64
}

// TableName is gorm's hook.
func (messageRow) TableName() string { return "messages" }

func (row *messageRow) key() int64           { return row.ID }
func (row *messageRow) lease() *leaseColumns { return &row.Lease }

func newMessageRow(m model.Message) messageRow {
	return messageRow{
		Key: keyColumn(m.Key), ReleaseID: idOrNull(m.ReleaseID), Kind: m.Kind, Channel: m.Channel,
		Recipient: text(m.Recipient), Title: text(m.Title), Markdown: text(m.Markdown), State: m.State,
		Lease:    leaseColumns{Version: 1, NextAt: moment(m.NextAt), LeaseOwner: m.LeaseOwner},
		Attempts: m.Attempts, LastCode: m.LastCode, LastError: text(m.LastError), Created: m.CreatedAt.UnixMicro(),
		SentAt: momentOf(m.SentAt), Author: text(m.Author), Summary: text(m.Summary), Link: text(m.Link),
		DigestID: idOrNull(m.DigestID), TaskID: m.TaskID, CheckAt: momentOf(m.CheckAt), ResentBy: text(m.ResentBy),
		ResentAt: momentOf(m.ResentAt),
	}
}

func (row *messageRow) message() model.Message {
	return model.Message{
		ID: row.ID, Key: row.Key, ReleaseID: row.ReleaseID.Int64, Kind: row.Kind, Channel: row.Channel,
		Recipient: row.Recipient, Title: row.Title, Markdown: row.Markdown, State: row.State, Attempts: row.Attempts,
		NextAt: timeOrZero(row.Lease.NextAt), LeaseOwner: row.Lease.LeaseOwner, LastCode: row.LastCode,
		LastError: row.LastError, CreatedAt: timeOf(row.Created), SentAt: timeOrNil(row.SentAt),
		Author: row.Author, Summary: row.Summary, Link: row.Link, DigestID: row.DigestID.Int64, TaskID: row.TaskID,
		CheckAt: timeOrNil(row.CheckAt), ResentBy: row.ResentBy, ResentAt: timeOrNil(row.ResentAt),
	}
}

func messagesOf(rows []messageRow) []model.Message {
	list := make([]model.Message, len(rows))
	for i := range rows {
		list[i] = rows[i].message()
	}
	return list
}
