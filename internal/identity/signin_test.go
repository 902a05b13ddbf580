package identity_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

func isWrong(err error) bool {
	return errors.Is(err, identity.ErrWrongPassword) && fault.KindOf(err) == fault.Forbidden
}

// retryAfter is how long a refused attempt has to wait; 0 when err is not about too many attempts.
func retryAfter(err error) time.Duration {
	tooMany, ok := errors.AsType[*identity.TooManyAttempts](err)
	if !ok || fault.KindOf(err) != fault.Unavailable {
		return 0
	}
	return tooMany.RetryAfter
}

// TestWrongSignInsAreAlike compares what an unknown address, a wrong password, a disabled login and a deleted person get.
func TestWrongSignInsAreAlike(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		addLogin(t, d, "anna", "rep")
		addLogin(t, d, "bob", "rep")
		must(t, d, func(tx *db.Tx) error { return identity.DisableLogin(t.Context(), tx, "bob@example.com", true) })
		_, wrong := signIn(d, "anna@example.com", "wrong horse", "", noon)
		if !isWrong(wrong) {
			t.Fatal(wrong)
		}
		for _, email := range []string{"bob@example.com", "nobody@example.com", "", "broken\xff\x00"} {
			if _, err := signIn(d, email, password, "", noon); err == nil || err.Error() != wrong.Error() {
				t.Errorf("%q: %v, want %v", email, err, wrong)
			}
		}
		for n := range 6 { // and those of unknown addresses are limited as those of known ones
			_, unknown := signIn(d, "unknown@example.com", password, "", in(time.Hour))
			_, known := signIn(d, "anna@example.com", "wrong horse", "", in(time.Hour))
			if unknown.Error() != known.Error() {
				t.Errorf("attempt %d: %v for an unknown address, %v for a known one", n, unknown, known)
			}
		}
	})
}

func TestBruteForceIsRefusedForAWhile(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		addLogin(t, d, "anna", "rep")
		for n := range 5 {
			if _, err := signIn(d, "anna@example.com", "wrong horse", "", noon); !isWrong(err) {
				t.Fatalf("attempt %d: %v", n, err)
			}
		}
		_, err := signIn(d, "ANNA@example.com", password, "", noon)
		if retryAfter(err) != 3*time.Minute {
			t.Fatalf("after 5 wrong attempts the right one gets %v, want to wait 3 minutes", err)
		}
		if _, err := signIn(d, "anna@example.com", password, "", in(3*time.Minute-time.Second)); retryAfter(err) != time.Second {
			t.Errorf("a second too early: %v", err)
		}
		if _, err := signIn(d, "anna@example.com", "wrong horse", "", in(3*time.Minute)); !isWrong(err) {
			t.Errorf("one more attempt after 3 minutes: %v", err)
		}
		if _, err := signIn(d, "anna@example.com", password, "", in(3*time.Minute)); retryAfter(err) == 0 {
			t.Errorf("but only one: %v", err)
		}
		if _, err := signIn(d, "anna@example.com", password, "", in(6*time.Minute)); err != nil {
			t.Errorf("the right password after the wait: %v", err)
		}
		for n := range 5 { // after which the account begins anew
			if _, err := signIn(d, "anna@example.com", "wrong horse", "", in(6*time.Minute)); !isWrong(err) {
				t.Errorf("attempt %d after signing in: %v", n, err)
			}
		}
	})
}

// TestAttemptsAtOnceAreCounted has many attempts begin before the first one ends.
func TestAttemptsAtOnceAreCounted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		addLogin(t, d, "anna", "rep")
		var looked atomic.Int64
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() {
				_, err := signIn(d, "anna@example.com", "wrong horse", "", noon)
				switch {
				case isWrong(err):
					looked.Add(1)
				case retryAfter(err) == 0:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if looked.Load() != 5 {
			t.Errorf("%d of 16 guesses at once, want 5", looked.Load())
		}
	})
}

func TestForgottenAttemptsLeaveNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		signIn(d, "secret typed by mistake", "", "", noon)
		signIn(d, "nobody@example.com", "", "", in(24*time.Hour))
		must(t, d, func(tx *db.Tx) error {
			var stored int
			err := tx.QueryRow(t.Context(), `SELECT count(*) FROM identity_sign_in_limits`).Scan(&stored)
			if stored != 3 {
				t.Errorf("%d limits are stored, want the 3 of the last attempt", stored)
			}
			return err
		})
	})
}

func TestChangedPasswordEndsOtherSessions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		addLogin(t, d, "anna", "rep")
		here, elsewhere := mustSignIn(t, d, "anna", noon), mustSignIn(t, d, "anna", noon)
		a, err := loadAccess(t, d, here.Session.Person)
		if err != nil {
			t.Fatal(err)
		}
		change := identity.PasswordChange{Current: "wrong horse", New: "another horse", Session: here.Session.ID, From: office, At: in(time.Minute)}
		if _, err := identity.ChangePassword(t.Context(), d, a, change); !isWrong(err) {
			t.Errorf("wrong password: %v", err)
		}
		change.Current, change.New = password, "short"
		if _, err := identity.ChangePassword(t.Context(), d, a, change); fault.KindOf(err) != fault.Invalid {
			t.Errorf("short password: %v", err)
		}
		change.New = "another horse"
		secret, err := identity.ChangePassword(t.Context(), d, a, change)
		if err != nil {
			t.Fatal(err)
		}
		for _, old := range []string{here.Secret, elsewhere.Secret} {
			if _, err := findSession(t, d, old, in(time.Minute)); !isSignedOut(err) {
				t.Errorf("a secret of before goes on: %v", err)
			}
		}
		if s, err := findSession(t, d, secret, in(time.Minute)); err != nil || s.ID != here.Session.ID {
			t.Errorf("the session of the change ended: %+v, %v", s, err)
		}
		if _, err := signIn(d, "anna@example.com", password, "", in(time.Minute)); !isWrong(err) {
			t.Errorf("the old password: %v", err)
		}
		s, err := signIn(d, "anna@example.com", "another horse", "", in(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		must(t, d, func(tx *db.Tx) error { return identity.SetPassword(t.Context(), tx, "anna@example.com", "third horse") })
		if _, err := findSession(t, d, s.Secret, in(time.Minute)); !isSignedOut(err) {
			t.Errorf("an administrator set the password: %v", err)
		}
	})
}

// TestPasswordGuessingByAStolenSession guesses the password of the session's owner.
func TestPasswordGuessingByAStolenSession(t *testing.T) {
	d := dbtest.SQLite(t)
	addLogin(t, d, "anna", "rep")
	s := mustSignIn(t, d, "anna", noon)
	a := identity.Access{Person: s.Session.Person, Email: "anna@example.com"}
	for n := range 6 {
		change := identity.PasswordChange{Current: fmt.Sprint("wrong horse ", n), New: "another horse", Session: s.Session.ID, From: office, At: noon}
		if _, err := identity.ChangePassword(t.Context(), d, a, change); isWrong(err) != (n < 5) {
			t.Errorf("guess %d: %v", n, err)
		}
	}
}

func TestSignInStopsWithItsContext(t *testing.T) {
	d := dbtest.SQLite(t)
	addLogin(t, d, "anna", "rep")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := identity.SignIn(ctx, d, identity.SignInAttempt{Email: "anna@example.com", Password: password, At: value.Instant(1)}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
