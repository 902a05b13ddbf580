package api

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"time"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

// source is what changes through the API come through, in the history and in the audit log.
const source = "api"

// repeatTime is how long the answer to a request with an Idempotency-Key is kept.
const repeatTime = 24 * time.Hour

// WriteHeaders are those of every request that changes something.
type WriteHeaders struct {
	Reason string `header:"X-Change-Reason" maxLength:"500" doc:"Why, for the history."`
}

// PostHeaders are those of requests that would do their work twice if they were sent twice.
type PostHeaders struct {
	WriteHeaders
	Key string `header:"Idempotency-Key" maxLength:"200" doc:"A request with a key that was answered before within 24 hours is answered so again, without doing anything. The same key with another request is an error."`
}

// change runs fn in one transaction of somebody, with an audit entry for each thing done.
func (s *server) change(ctx context.Context, v visit, in WriteHeaders, fn func(tx *db.Tx) (reply, []identity.AuditEntry, error)) (reply, error) {
	var done reply
	err := s.DB.Write(ctx, db.TxInfo{Actor: v.access.Actor(), Source: source, Reason: in.Reason}, func(tx *db.Tx) error {
		var entries []identity.AuditEntry
		var err error
		if done, entries, err = fn(tx); err != nil {
			return err
		}
		for i := range entries {
			if entries[i].Detail == nil {
				entries[i].Detail = map[string]any{}
			}
			entries[i].Detail["token"] = v.access.Token
		}
		return identity.AppendAudit(ctx, tx, entries...)
	})
	return done, err
}

// changeOnce is change for a request that may be sent again: what tells requests apart is what and the body.
func (s *server) changeOnce(ctx context.Context, v visit, in PostHeaders, what string, body []byte, fn func(tx *db.Tx) (reply, []identity.AuditEntry, error)) (reply, error) {
	if in.Key == "" {
		return s.change(ctx, v, in.WriteHeaders, fn)
	}
	hash := requestHash(what, body)
	return s.change(ctx, v, in.WriteHeaders, func(tx *db.Tx) (reply, []identity.AuditEntry, error) {
		stored, found, err := findReply(ctx, tx, v.access.Token, in.Key, hash)
		if err != nil || found {
			return stored, nil, err
		}
		done, entries, err := fn(tx)
		if err != nil {
			return reply{}, nil, err
		}
		return done, entries, keepReply(ctx, tx, v.access.Token, in.Key, hash, done)
	})
}

func requestHash(what string, body []byte) string {
	sum := sha256.Sum256(append([]byte(what+"\x00"), body...))
	return hex.EncodeToString(sum[:])
}

// findReply is the reply to an earlier request with this key. The error is Invalid when that was another request.
func findReply(ctx context.Context, tx *db.Tx, token value.ID, key, hash string) (r reply, found bool, err error) {
	var of string
	err = tx.QueryRow(ctx, `SELECT request_hash, status, version, location, body FROM api_idempotency
		WHERE token_id = $1 AND idempotency_key = $2 AND created_at > $3`, token, key, before(tx.At, repeatTime)).
		Scan(&of, &r.status, &r.version, &r.location, &r.body)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return reply{}, false, nil
	case err != nil:
		return reply{}, false, fmt.Errorf("api: look up idempotency key: %w", err)
	case of != hash:
		return reply{}, false, at(fault.InvalidField("Idempotency-Key", "was used for another request: choose a new one"),
			func(field string) string { return "header." + field })
	}
	return r, true, nil
}

// keepReply stores a reply under a key, and forgets old ones. Of two requests with one key at the same time, the second
// fails with Conflict.
func keepReply(ctx context.Context, tx *db.Tx, token value.ID, key, hash string, r reply) error {
	_, err := tx.Exec(ctx, `DELETE FROM api_idempotency WHERE created_at <= $1`, before(tx.At, repeatTime))
	if err != nil {
		return fmt.Errorf("api: forget old idempotency keys: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO api_idempotency (token_id, idempotency_key, request_hash, status, version, location, body, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, token, key, hash, r.status, r.version, r.location, string(r.body), tx.At)
	if err != nil {
		return fmt.Errorf("api: keep idempotency key: %w", err)
	}
	return nil
}

func before(t value.Instant, d time.Duration) value.Instant {
	return t - value.Instant(d.Microseconds())
}

// placeholder is the i-th of a list of placeholders, from 0.
func placeholder(i int) string {
	if i == 0 {
		return "$1"
	}
	return ", $" + strconv.Itoa(i+1)
}
