package identity_test

import (
	"context"
	"errors"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

var (
	noon   = value.InstantOf(time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC))
	office = identity.Device{Address: netip.MustParseAddr("192.0.2.7"), Agent: "Browser/1"}
)

func in(d time.Duration) value.Instant { return noon + value.Instant(d.Microseconds()) }

func signIn(d *db.DB, email, password, oldSecret string, at value.Instant) (identity.SignedIn, error) {
	return identity.SignIn(context.Background(), d, identity.SignInAttempt{Email: email, Password: password, From: office, OldSecret: oldSecret, At: at})
}

// mustSignIn signs in as name@example.com.
func mustSignIn(t testing.TB, d *db.DB, name string, at value.Instant) identity.SignedIn {
	t.Helper()
	s, err := signIn(d, name+"@example.com", password, "", at)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func findSession(t testing.TB, d *db.DB, secret string, now value.Instant) (s identity.Session, err error) {
	t.Helper()
	err = d.Read(t.Context(), func(tx *db.Tx) error {
		s, err = identity.FindSession(t.Context(), tx, secret, now)
		return err
	})
	return s, err
}

func isSignedOut(err error) bool {
	return errors.Is(err, identity.ErrSignedOut) && fault.KindOf(err) == fault.Forbidden
}

func TestSessionIsFoundByItsSecretOnly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		anna := addLogin(t, d, "anna", "rep")
		signedIn := mustSignIn(t, d, "anna", noon)
		s, err := findSession(t, d, signedIn.Secret, in(time.Second))
		if err != nil || s != signedIn.Session {
			t.Fatalf("session %+v, error %v; want %+v", s, err, signedIn.Session)
		}
		if s.Person != anna.Person || s.Address != "192.0.2.7" || s.Agent != "Browser/1" || s.CreatedAt != noon || len(signedIn.Secret) < 43 {
			t.Errorf("session %+v", s)
		}
		must(t, d, func(tx *db.Tx) error {
			var stored string
			if err := tx.QueryRow(t.Context(), `SELECT secret_hash FROM identity_sessions`).Scan(&stored); err != nil {
				return err
			}
			for _, secret := range []string{"", stored, signedIn.Secret + "a", s.ID.String()} {
				if _, err := identity.FindSession(t.Context(), tx, secret, noon); !isSignedOut(err) {
					t.Errorf("the secret %q is accepted: %v", secret, err)
				}
			}
			if strings.Contains(stored, signedIn.Secret) {
				t.Error("the secret itself is stored")
			}
			return nil
		})
		must(t, d, func(tx *db.Tx) error {
			a, found, err := identity.AccessBySession(t.Context(), tx, signedIn.Secret, noon)
			if a.Person != anna.Person || found.ID != s.ID || !a.May(identity.DealsEdit) {
				t.Errorf("access %+v by session %+v", a, found)
			}
			return err
		})
	})
}

func TestSessionEndsWhenIdleOrOld(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		addLogin(t, d, "anna", "rep")
		s := mustSignIn(t, d, "anna", noon)
		if _, err := findSession(t, d, s.Secret, in(identity.SessionIdle-time.Second)); err != nil {
			t.Errorf("just before it is idle: %v", err)
		}
		if _, err := findSession(t, d, s.Secret, in(identity.SessionIdle)); !isSignedOut(err) {
			t.Errorf("idle: %v", err)
		}
		used := time.Duration(0)
		for ; used < identity.SessionLife-time.Hour; used += time.Hour {
			found, err := findSession(t, d, s.Secret, in(used))
			if err != nil || used > 0 && !found.IsStale(in(used)) || found.IsStale(found.SeenAt+1) {
				t.Fatalf("after %s: %+v, %v", used, found, err)
			}
			if err := write(t, d, in(used), func(ctx context.Context, tx *db.Tx) error { return identity.TouchSession(ctx, tx, found.ID) }); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := findSession(t, d, s.Secret, in(identity.SessionLife-time.Second)); err != nil {
			t.Errorf("just before it is old: %v", err)
		}
		if _, err := findSession(t, d, s.Secret, in(identity.SessionLife)); !isSignedOut(err) {
			t.Errorf("old: %v", err)
		}
		mustSignIn(t, d, "anna", in(identity.SessionLife))
		must(t, d, func(tx *db.Tx) error {
			var stored int
			err := tx.QueryRow(t.Context(), `SELECT count(*) FROM identity_sessions`).Scan(&stored)
			if stored != 1 {
				t.Errorf("%d sessions are stored, want 1: the old one is of no use", stored)
			}
			return err
		})
	})
}

// TestSignInFixation has a browser come with a session that somebody else may know.
func TestSignInFixation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		addLogin(t, d, "anna", "rep")
		addLogin(t, d, "mallory", "rep")
		planted := mustSignIn(t, d, "mallory", noon)
		own, err := signIn(d, "anna@example.com", password, planted.Secret, in(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		if own.Secret == planted.Secret || own.Session.ID == planted.Session.ID {
			t.Error("the planted session became somebody else's")
		}
		if _, err := findSession(t, d, planted.Secret, in(time.Minute)); !isSignedOut(err) {
			t.Errorf("the planted session goes on: %v", err)
		}
		if again, err := signIn(d, "anna@example.com", password, "never given out", in(time.Minute)); err != nil || again.Secret == "never given out" {
			t.Errorf("a secret that the browser chose: %v", err)
		}
	})
}

func TestRevokedSessionsEnd(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		anna, bob := addLogin(t, d, "anna", "rep"), addLogin(t, d, "bob", "rep")
		first, second, other := mustSignIn(t, d, "anna", noon), mustSignIn(t, d, "anna", in(time.Second)), mustSignIn(t, d, "bob", noon)
		must(t, d, func(tx *db.Tx) error {
			sessions, err := identity.ListSessions(t.Context(), tx, anna.Person, in(time.Minute))
			if len(sessions) != 2 || sessions[0] != second.Session || sessions[1] != first.Session {
				t.Errorf("sessions %+v", sessions)
			}
			if err := identity.RevokeSession(t.Context(), tx, bob.Person, first.Session.ID); fault.KindOf(err) != fault.NotFound {
				t.Errorf("bob revoked anna's session: %v", err)
			}
			if err == nil {
				err = identity.RevokeSession(t.Context(), tx, anna.Person, first.Session.ID)
			}
			return err
		})
		for s, ended := range map[identity.SignedIn]bool{first: true, second: false, other: false} {
			if _, err := findSession(t, d, s.Secret, in(time.Minute)); isSignedOut(err) != ended {
				t.Errorf("session %+v: %v, want ended %v", s.Session, err, ended)
			}
		}
		must(t, d, func(tx *db.Tx) error {
			n, err := identity.RevokeSessions(t.Context(), tx, anna.Person, value.ID{})
			if n != 1 {
				t.Errorf("%d sessions revoked, want 1", n)
			}
			return err
		})
		if _, err := findSession(t, d, second.Secret, in(time.Minute)); !isSignedOut(err) {
			t.Errorf("all were revoked: %v", err)
		}
	})
}

func TestDisabledLoginEndsSessions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		addLogin(t, d, "boss", "owner")
		addLogin(t, d, "anna", "rep")
		s := mustSignIn(t, d, "anna", noon)
		for _, disabled := range []bool{true, false} { // it must not come back when the login does
			must(t, d, func(tx *db.Tx) error { return identity.DisableLogin(t.Context(), tx, "anna@example.com", disabled) })
			if _, err := findSession(t, d, s.Secret, in(time.Minute)); !isSignedOut(err) {
				t.Errorf("disabled %v: %v", disabled, err)
			}
		}
	})
}

// TestRestoredBackupRevivesNoSession takes a backup while somebody is signed in.
func TestRestoredBackupRevivesNoSession(t *testing.T) {
	d := dbtest.SQLite(t)
	addLogin(t, d, "anna", "rep")
	s := mustSignIn(t, d, "anna", noon)
	file := filepath.Join(t.TempDir(), "backup.zveno")
	if err := d.Backup(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	cfg := db.Config{Dir: t.TempDir(), Log: dbtest.Log(t)}
	if err := db.Restore(t.Context(), cfg, file); err != nil {
		t.Fatal(err)
	}
	restored := dbtest.Open(t, cfg)
	if _, err := findSession(t, d, s.Secret, in(time.Minute)); err != nil {
		t.Errorf("the backup ended the session: %v", err)
	}
	if _, err := findSession(t, restored, s.Secret, in(time.Minute)); !isSignedOut(err) {
		t.Errorf("the session goes on in the restored database: %v", err)
	}
	mustSignIn(t, restored, "anna", in(time.Minute))
}
