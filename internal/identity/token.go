package identity

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// Tokens begin with a word by which tools that look for leaked secrets know them.
const tokenPrefix = "zveno_"

// The bounds of API tokens.
const (
	TokenMaxLife = 366 * 24 * time.Hour
	maxTokenName = 80  // characters
	maxTokens    = 100 // that work, of one person
)

// ErrBadToken is the cause of a Forbidden error, and its whole text, where an API token is unknown, revoked or too old.
var ErrBadToken = errors.New("the API token is wrong, was revoked or has expired")

// Token lets a program act for a person, within some of what the person may do. Only a hash of its secret is stored.
type Token struct {
	ID           value.ID      `json:"id"`
	Person       value.ID      `json:"person"`
	Name         string        `json:"name"`
	Capabilities []Capability  `json:"capabilities"`
	CreatedAt    value.Instant `json:"created_at"`
	ExpiresAt    value.Instant `json:"expires_at"`
	UsedAt       value.Instant `json:"used_at"`    // exact to a minute; 0 = never
	RevokedAt    value.Instant `json:"revoked_at"` // 0 = not
}

// TokenNew asks for a token.
type TokenNew struct {
	Name         string
	Capabilities []Capability
	ExpiresAt    value.Instant
}

// CreateToken makes a token for oneself and gives its secret, which is not shown again. Nobody gets a token that may do
// more than they may, and no token makes tokens.
func CreateToken(ctx context.Context, tx *db.Tx, a Access, in TokenNew) (Token, string, error) {
	if err := a.Require(TokensOwn); err != nil {
		return Token{}, "", err
	}
	if !a.Token.IsZero() {
		return Token{}, "", fault.New(fault.Forbidden, "an API token cannot make another one: sign in")
	}
	in.Name = strings.TrimSpace(in.Name)
	capabilities, unknown := normalCapabilities(in.Capabilities)
	in.Capabilities = capabilities
	if err := in.check(a, unknown, tx.At); err != nil {
		return Token{}, "", err
	}
	var working int
	err := tx.QueryRow(ctx, `SELECT count(*) FROM identity_tokens WHERE person_id = $1 AND revoked_at IS NULL AND expires_at > $2`,
		a.Person, tx.At).Scan(&working)
	if err != nil {
		return Token{}, "", fmt.Errorf("identity: count tokens: %w", err)
	}
	if working >= maxTokens {
		return Token{}, "", fault.New(fault.Conflict, "you have %d API tokens: revoke one first", working)
	}
	secret := tokenPrefix + newSecret()
	t := Token{ID: value.NewID(), Person: a.Person, Name: in.Name, Capabilities: in.Capabilities, CreatedAt: tx.At, ExpiresAt: in.ExpiresAt}
	_, err = tx.Exec(ctx, `INSERT INTO identity_tokens (id, person_id, name, secret_hash, capabilities, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, t.ID, t.Person, t.Name, secretHash(secret), joinCapabilities(t.Capabilities), t.CreatedAt, t.ExpiresAt)
	if err != nil {
		return Token{}, "", fmt.Errorf("identity: create token: %w", err)
	}
	return t, secret, AppendAudit(ctx, tx, AuditEntry{Action: "token.create", Object: "token", Record: t.ID, Detail: map[string]any{
		"name": t.Name, "capabilities": joinCapabilities(t.Capabilities), "expires_at": t.ExpiresAt}})
}

func (in TokenNew) check(a Access, unknown []Capability, now value.Instant) error {
	var wrong []fault.Field
	add := func(name, format string, args ...any) {
		wrong = append(wrong, fault.Field{Name: name, Message: fmt.Sprintf(format, args...)})
	}
	if n := utf8.RuneCountInString(in.Name); n == 0 || n > maxTokenName || !storable(in.Name) {
		add("name", "must have 1 to %d characters", maxTokenName)
	}
	switch {
	case len(unknown) > 0:
		add("capabilities", "%q is none of %s", unknown[0], joinCapabilities(Capabilities))
	case len(in.Capabilities) == 0:
		add("capabilities", "is empty: choose what the token may do")
	}
	for _, c := range in.Capabilities {
		if !a.May(c) {
			add("capabilities", "%s is more than you may do yourself", c)
		}
	}
	if in.ExpiresAt <= now || in.ExpiresAt > after(now, TokenMaxLife) {
		add("expires_at", "must be in the future, and at most a year ahead")
	}
	if len(wrong) > 0 {
		return &fault.Error{Kind: fault.Invalid, Fields: wrong}
	}
	return nil
}

// AccessByToken is what the holder of a token's secret may do at the instant now: what the token allows, of what its person
// may do today. The error is Forbidden; where the token itself is at fault, with the cause ErrBadToken.
func AccessByToken(ctx context.Context, tx *db.Tx, secret string, now value.Instant) (Access, Token, error) {
	tokens, err := readTokens(tx.Query(ctx, `SELECT id, person_id, name, capabilities, created_at, expires_at, COALESCE(used_at, 0), COALESCE(revoked_at, 0)
		FROM identity_tokens WHERE secret_hash = $1 AND expires_at > $2 AND revoked_at IS NULL`, secretHash(secret), now))
	if err != nil {
		return Access{}, Token{}, err
	}
	if len(tokens) == 0 {
		return Access{}, Token{}, fault.New(fault.Forbidden, "%w", ErrBadToken)
	}
	t := tokens[0]
	a, err := LoadAccess(ctx, tx, t.Person)
	if err != nil {
		return Access{}, Token{}, err
	}
	if err := a.Require(TokensOwn); err != nil { // the role changed since
		return Access{}, Token{}, err
	}
	a.Token, a.limited, a.allowed = t.ID, true, t.Capabilities
	return a, t, nil
}

// IsStale reports whether the use of the token has to be recorded with TouchToken.
func (t Token) IsStale(now value.Instant) bool { return now >= after(t.UsedAt, sessionTouch) }

// TouchToken records that a token is in use.
func TouchToken(ctx context.Context, tx *db.Tx, id value.ID) error {
	if _, err := tx.Exec(ctx, `UPDATE identity_tokens SET used_at = $1 WHERE id = $2 AND COALESCE(used_at, 0) < $1`, tx.At, id); err != nil {
		return fmt.Errorf("identity: touch token: %w", err)
	}
	return nil
}

// ListTokens lists a person's tokens, or everybody's for the zero person, the newest first.
func ListTokens(ctx context.Context, tx *db.Tx, person value.ID) ([]Token, error) {
	return readTokens(tx.Query(ctx, `SELECT id, person_id, name, capabilities, created_at, expires_at, COALESCE(used_at, 0), COALESCE(revoked_at, 0)
		FROM identity_tokens WHERE person_id = $1 OR $2 ORDER BY created_at DESC, id`, person[:], person.IsZero()))
}

// RevokeToken makes a token useless: one's own, or anybody's for those who manage tokens. The error is NotFound when there
// is no such token that works.
func RevokeToken(ctx context.Context, tx *db.Tx, a Access, id value.ID) error {
	revoked, err := tx.Exec(ctx, `UPDATE identity_tokens SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL AND (person_id = $3 OR $4)`,
		tx.At, id, a.Person[:], a.May(TokensManage))
	if err != nil {
		return fmt.Errorf("identity: revoke token: %w", err)
	}
	if revoked == 0 {
		return fault.New(fault.NotFound, "there is no such API token, or it was revoked already")
	}
	return AppendAudit(ctx, tx, AuditEntry{Action: "token.revoke", Object: "token", Record: id})
}

func readTokens(rows *sql.Rows, err error) ([]Token, error) {
	if err != nil {
		return nil, fmt.Errorf("identity: read tokens: %w", err)
	}
	defer rows.Close()
	tokens := []Token{}
	for rows.Next() {
		var t Token
		var capabilities string
		if err := rows.Scan(&t.ID, &t.Person, &t.Name, &capabilities, &t.CreatedAt, &t.ExpiresAt, &t.UsedAt, &t.RevokedAt); err != nil {
			return nil, fmt.Errorf("identity: read tokens: %w", err)
		}
		t.Capabilities = splitCapabilities(capabilities)
		tokens = append(tokens, t)
	}
	return tokens, rows.Err()
}
