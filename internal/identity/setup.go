package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
)

// setupLife is how long a set-up link works, in microseconds.
const setupLife = int64(24 * time.Hour / time.Microsecond)

// NeedsSetup reports whether nobody can sign in yet.
func NeedsSetup(ctx context.Context, tx *db.Tx) (bool, error) {
	var logins int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM identity_logins`).Scan(&logins); err != nil {
		return false, fmt.Errorf("identity: count logins: %w", err)
	}
	return logins == 0, nil
}

// CreateSetupToken makes the secret of a link with which the first person signs up, once, within a day. Earlier
// links stop working.
func CreateSetupToken(ctx context.Context, tx *db.Tx) (string, error) {
	if _, err := tx.Exec(ctx, `DELETE FROM identity_setup_links`); err != nil {
		return "", fmt.Errorf("identity: create set-up link: %w", err)
	}
	token := rand.Text()
	_, err := tx.Exec(ctx, `INSERT INTO identity_setup_links (token_hash, created_at, expires_at) VALUES ($1, $2, $3)`,
		secretHash(token), tx.At, int64(tx.At)+setupLife)
	if err != nil {
		return "", fmt.Errorf("identity: create set-up link: %w", err)
	}
	return token, nil
}

// SetUp lets the first person sign in, as the owner: there may be nobody else to do business yet. The error is Forbidden when the token is wrong, used or too old.
func SetUp(ctx context.Context, tx *db.Tx, token string, in LoginNew) (Login, error) {
	if needed, err := NeedsSetup(ctx, tx); err != nil {
		return Login{}, err
	} else if !needed {
		return Login{}, fault.New(fault.Forbidden, "Zveno is set up already: an administrator adds people with zveno user add")
	}
	used, err := tx.Exec(ctx, `UPDATE identity_setup_links SET used_at = $1 WHERE token_hash = $2 AND used_at IS NULL AND expires_at > $1`,
		tx.At, secretHash(token))
	if err != nil {
		return Login{}, fmt.Errorf("identity: set up: %w", err)
	}
	if used == 0 {
		return Login{}, fault.New(fault.Forbidden, "this set-up link was used already or is too old: restart the server to get a new one")
	}
	in.Role = roleOwner
	return CreateLogin(ctx, tx, in)
}

// secretHash is what is stored of a secret: the secret itself is not. Secrets are random and long, so that their hashes
// need no salt, and how long a look-up takes says nothing of use about them.
func secretHash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
