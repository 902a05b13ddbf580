package identity

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// How long a session lasts, and how exactly its use is recorded.
const (
	SessionLife  = 7 * 24 * time.Hour // from sign-in, however much it is used
	SessionIdle  = 12 * time.Hour     // from its last use
	sessionTouch = time.Minute
)

// ErrSignedOut is the cause of a Forbidden error where nobody is signed in, or not any more.
var ErrSignedOut = errors.New("sign in first")

// Session is a browser in which somebody is signed in. Its secret is in the browser's cookie; only a hash of it is stored.
type Session struct {
	ID        value.ID
	Person    value.ID
	CreatedAt value.Instant
	SeenAt    value.Instant // last use, exact to a minute
	ExpiresAt value.Instant
	Address   string // from which somebody signed in
	Agent     string // what the browser calls itself
}

// Device is where somebody signs in from.
type Device struct {
	Address netip.Addr
	Agent   string
}

// maxAgent bounds what is stored of a browser's name, in bytes.
const maxAgent = 200

// createSession begins a session and gives its secret.
func createSession(ctx context.Context, tx *db.Tx, person value.ID, from Device) (Session, string, error) {
	_, err := tx.Exec(ctx, `DELETE FROM identity_sessions WHERE id IN (SELECT id FROM identity_sessions
		WHERE expires_at <= $1 LIMIT 100 `+tx.Dialect().SkipLocked+`)`, tx.At)
	if err != nil {
		return Session{}, "", fmt.Errorf("identity: forget ended sessions: %w", err)
	}
	secret := newSecret()
	s := Session{ID: value.NewID(), Person: person, CreatedAt: tx.At, SeenAt: tx.At, ExpiresAt: after(tx.At, SessionLife),
		Address: addressText(from.Address), Agent: cleanText(from.Agent, maxAgent)}
	_, err = tx.Exec(ctx, `INSERT INTO identity_sessions (id, person_id, secret_hash, incarnation, created_at, seen_at, expires_at, address, agent)
		SELECT $1, $2, $3, incarnation, $4, $4, $5, $6, $7 FROM db_state`, s.ID, person, secretHash(secret), s.CreatedAt, s.ExpiresAt, s.Address, s.Agent)
	if err != nil {
		return Session{}, "", fmt.Errorf("identity: begin session: %w", err)
	}
	return s, secret, nil
}

// FindSession gives the session of a cookie's secret at the instant now. The error is Forbidden, with the cause
// ErrSignedOut, when there is none, it was revoked, it lasted its time, or the database was restored since.
func FindSession(ctx context.Context, tx *db.Tx, secret string, now value.Instant) (Session, error) {
	sessions, err := readSessions(tx.Query(ctx, `SELECT id, person_id, created_at, seen_at, expires_at, address, agent FROM identity_sessions
		WHERE secret_hash = $1 AND expires_at > $2 AND seen_at > $3 AND incarnation = (SELECT incarnation FROM db_state)`,
		secretHash(secret), now, after(now, -SessionIdle)))
	switch {
	case err != nil:
		return Session{}, err
	case len(sessions) == 0:
		return Session{}, fault.New(fault.Forbidden, "%w", ErrSignedOut)
	}
	return sessions[0], nil
}

// AccessBySession is what the holder of a cookie's secret may do: FindSession, then LoadAccess.
func AccessBySession(ctx context.Context, tx *db.Tx, secret string, now value.Instant) (Access, Session, error) {
	s, err := FindSession(ctx, tx, secret, now)
	if err != nil {
		return Access{}, Session{}, err
	}
	a, err := LoadAccess(ctx, tx, s.Person)
	return a, s, err
}

// IsStale reports whether the use of the session has to be recorded with TouchSession, lest it ends as idle.
func (s Session) IsStale(now value.Instant) bool { return now >= after(s.SeenAt, sessionTouch) }

// TouchSession records that a session is in use.
func TouchSession(ctx context.Context, tx *db.Tx, id value.ID) error {
	if _, err := tx.Exec(ctx, `UPDATE identity_sessions SET seen_at = $1 WHERE id = $2 AND seen_at < $1`, tx.At, id); err != nil {
		return fmt.Errorf("identity: touch session: %w", err)
	}
	return nil
}

// ListSessions lists a person's sessions that last at the instant now, the one used last first.
func ListSessions(ctx context.Context, tx *db.Tx, person value.ID, now value.Instant) ([]Session, error) {
	return readSessions(tx.Query(ctx, `SELECT id, person_id, created_at, seen_at, expires_at, address, agent FROM identity_sessions
		WHERE person_id = $1 AND expires_at > $2 AND seen_at > $3 AND incarnation = (SELECT incarnation FROM db_state)
		ORDER BY seen_at DESC, id`, person, now, after(now, -SessionIdle)))
}

// RevokeSession ends one session of a person. The error is NotFound when the person has no such session.
func RevokeSession(ctx context.Context, tx *db.Tx, person, id value.ID) error {
	ended, err := tx.Exec(ctx, `DELETE FROM identity_sessions WHERE id = $1 AND person_id = $2`, id, person)
	if err != nil {
		return fmt.Errorf("identity: revoke session: %w", err)
	}
	if ended == 0 {
		return fault.New(fault.NotFound, "this session has ended already")
	}
	return AppendAudit(ctx, tx, onPerson("session.revoke", person, map[string]any{"session": id}))
}

// RevokeSessions ends a person's sessions but the one excepted, which may be zero, and gives how many there were.
func RevokeSessions(ctx context.Context, tx *db.Tx, person, except value.ID) (int64, error) {
	ended, err := endSessions(ctx, tx, person, except)
	if err != nil {
		return 0, err
	}
	return ended, AppendAudit(ctx, tx, onPerson("session.revoke", person, map[string]any{"sessions": ended}))
}

func endSessions(ctx context.Context, tx *db.Tx, person, except value.ID) (int64, error) {
	ended, err := tx.Exec(ctx, `DELETE FROM identity_sessions WHERE person_id = $1 AND id <> $2`, person, except[:])
	if err != nil {
		return 0, fmt.Errorf("identity: revoke sessions: %w", err)
	}
	return ended, nil
}

// RenewSession gives a session a new secret; whoever knows the old one is signed out.
func RenewSession(ctx context.Context, tx *db.Tx, id value.ID) (secret string, err error) {
	secret = newSecret()
	renewed, err := tx.Exec(ctx, `UPDATE identity_sessions SET secret_hash = $1 WHERE id = $2`, secretHash(secret), id)
	if err != nil {
		return "", fmt.Errorf("identity: renew session: %w", err)
	}
	if renewed == 0 {
		return "", fault.New(fault.Forbidden, "%w", ErrSignedOut)
	}
	return secret, nil
}

func readSessions(rows *sql.Rows, err error) ([]Session, error) {
	if err != nil {
		return nil, fmt.Errorf("identity: read sessions: %w", err)
	}
	defer rows.Close()
	sessions := []Session{}
	for rows.Next() {
		var s Session
		if err := rows.Scan(&s.ID, &s.Person, &s.CreatedAt, &s.SeenAt, &s.ExpiresAt, &s.Address, &s.Agent); err != nil {
			return nil, fmt.Errorf("identity: read sessions: %w", err)
		}
		sessions = append(sessions, s)
	}
	return sessions, rows.Err()
}

// newSecret is 256 random bits in letters that cookies and headers may hold.
func newSecret() string {
	var secret [32]byte
	rand.Read(secret[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(secret[:])
}

// after is an instant some time after another.
func after(at value.Instant, d time.Duration) value.Instant {
	return at + value.Instant(d.Microseconds())
}

func addressText(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.Unmap().WithZone("").String()
}

// cleanText makes text from outside storable and bounds it, in bytes.
func cleanText(text string, most int) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\ufffd"), "\x00", "")
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "")
	}
	return text
}
