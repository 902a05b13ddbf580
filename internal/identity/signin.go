package identity

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// ErrWrongPassword is the cause of a Forbidden error, and its whole text, for an unknown address, a wrong password and a
// disabled login alike.
var ErrWrongPassword = errors.New("the e-mail address or the password is wrong")

// SignInAttempt is what somebody tries to sign in with.
type SignInAttempt struct {
	Email, Password string
	From            Device
	OldSecret       string        // of the session that the browser already has, which ends; "" = none
	At              value.Instant // zero = now
}

// SignedIn is a new session with the secret for the browser's cookie.
type SignedIn struct {
	Session Session
	Secret  string
}

// SignIn begins a session for the right address and password. It takes the database and not a transaction: a wrong attempt
// must be kept too, and hashing must hold up no other writer. The error is Forbidden with the cause ErrWrongPassword, or
// Unavailable with the cause *TooManyAttempts.
func SignIn(ctx context.Context, d *db.DB, in SignInAttempt) (SignedIn, error) {
	ctx = WithAddress(ctx, in.From.Address)
	known, err := checkPassword(ctx, d, in)
	if err != nil {
		return SignedIn{}, err
	}
	var signedIn SignedIn
	err = d.Write(ctx, known.txInfo(in.At), func(tx *db.Tx) error {
		if err := known.confirm(ctx, tx, in); err != nil {
			return err
		}
		if in.OldSecret != "" {
			if _, err := tx.Exec(ctx, `DELETE FROM identity_sessions WHERE secret_hash = $1`, secretHash(in.OldSecret)); err != nil {
				return fmt.Errorf("identity: end old session: %w", err)
			}
		}
		if signedIn.Session, signedIn.Secret, err = createSession(ctx, tx, known.person, in.From); err != nil {
			return err
		}
		return AppendAudit(ctx, tx, onPerson("sign-in", known.person, map[string]any{"agent": signedIn.Session.Agent}))
	})
	return signedIn, err
}

// PasswordChange is what somebody signed in changes their own password with.
type PasswordChange struct {
	Current, New string
	Session      value.ID // in which the change is made: it goes on, with a new secret; all others end
	From         Device
	At           value.Instant // zero = now
}

// ChangePassword replaces the own password of somebody who is signed in, and gives the session's new secret. Errors are
// those of SignIn, and Invalid for a new password that is not good enough.
func ChangePassword(ctx context.Context, d *db.DB, a Access, in PasswordChange) (secret string, err error) {
	if problem := passwordProblem(in.New); problem != "" {
		return "", fault.InvalidField("password", "%s", problem)
	}
	ctx = WithAddress(ctx, in.From.Address)
	attempt := SignInAttempt{Email: a.Email, Password: in.Current, From: in.From, At: in.At}
	known, err := checkPassword(ctx, d, attempt)
	if err != nil {
		return "", err
	}
	hash, err := hashPassword(ctx, in.New)
	if err != nil {
		return "", err
	}
	err = d.Write(ctx, known.txInfo(in.At), func(tx *db.Tx) error {
		if err := known.confirm(ctx, tx, attempt); err != nil {
			return err
		}
		if err := storePassword(ctx, tx, known.person, hash); err != nil {
			return err
		}
		if _, err := endSessions(ctx, tx, known.person, in.Session); err != nil {
			return err
		}
		if secret, err = RenewSession(ctx, tx, in.Session); err != nil {
			return err
		}
		return AppendAudit(ctx, tx, onPerson("password.change", known.person, nil))
	})
	return secret, err
}

// credentials are what is stored of a login that a password was right for.
type credentials struct {
	person value.ID
	name   string
	hash   string
}

func (c credentials) txInfo(at value.Instant) db.TxInfo {
	return db.TxInfo{Actor: value.Actor{Person: c.person, Name: c.name}, Source: "sign-in", At: at}
}

// checkPassword counts an attempt and finds out whether the password is right. Which address is known cannot be told from
// how long that takes: the same statements run, and a hash is made, in either case.
func checkPassword(ctx context.Context, d *db.DB, in SignInAttempt) (credentials, error) {
	folded := foldEmail(in.Email)
	limits := allowances(folded, in.From.Address)
	var known credentials
	err := d.Read(ctx, func(tx *db.Tx) (err error) {
		now := in.At
		if now == 0 {
			now = tx.At
		}
		if err := checkAllowed(ctx, tx, limits, now); err != nil {
			return err
		}
		known, err = readCredentials(ctx, tx, folded)
		return err
	})
	if err != nil {
		return credentials{}, err
	}
	if err := d.Write(ctx, db.TxInfo{At: in.At}, func(tx *db.Tx) error { return useAttempt(ctx, tx, limits) }); err != nil {
		return credentials{}, err
	}
	right, err := matchesPassword(ctx, known.hash, in.Password)
	if err != nil {
		return credentials{}, err
	}
	if !right || known.person.IsZero() {
		// What was typed as an address is not noted: it may be a password.
		failed := func(tx *db.Tx) error { return AppendAudit(ctx, tx, onPerson("sign-in.failed", known.person, nil)) }
		if err := d.Write(ctx, db.TxInfo{Actor: value.System("sign-in"), Source: "sign-in", At: in.At}, failed); err != nil {
			return credentials{}, err
		}
		return credentials{}, fault.New(fault.Forbidden, "%w", ErrWrongPassword)
	}
	return known, nil
}

// readCredentials reads what to compare a password with: for an unknown or disabled login, a hash that nothing matches.
func readCredentials(ctx context.Context, tx *db.Tx, folded string) (credentials, error) {
	c := credentials{}
	err := tx.QueryRow(ctx, `SELECT l.person_id, COALESCE(p.name, l.email_folded), l.password_hash
		FROM identity_logins l JOIN identity_people p ON p.id = l.person_id
		WHERE l.email_folded = $1 AND NOT l.disabled AND NOT p.deleted AND COALESCE(p.active, TRUE)`, folded).Scan(&c.person, &c.name, &c.hash)
	if errors.Is(err, sql.ErrNoRows) {
		return credentials{hash: unknownHash}, nil
	}
	if err != nil {
		return credentials{}, fmt.Errorf("identity: read login: %w", err)
	}
	return c, nil
}

// confirm makes sure that the login is still as it was when the password was compared, and gives the attempt back.
func (c credentials) confirm(ctx context.Context, tx *db.Tx, in SignInAttempt) error {
	now, err := readCredentials(ctx, tx, foldEmail(in.Email))
	if err != nil {
		return err
	}
	if now.hash != c.hash || now.person != c.person {
		return fault.New(fault.Forbidden, "%w", ErrWrongPassword)
	}
	return returnAttempt(ctx, tx, allowances(foldEmail(in.Email), in.From.Address))
}
