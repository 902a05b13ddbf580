package identity_test

import (
	"context"
	"strings"
	"testing"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

func write(t testing.TB, d *db.DB, at value.Instant, fn func(ctx context.Context, tx *db.Tx) error) error {
	t.Helper()
	return d.Write(t.Context(), db.TxInfo{Actor: value.System("test"), At: at}, func(tx *db.Tx) error { return fn(t.Context(), tx) })
}

func TestLoginLife(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		in := identity.LoginNew{Name: "Мария Иванова", Email: "Maria@example.com", Role: "operations", Password: "correct horse"}
		check := func(password string) error {
			_, err := identity.SignIn(t.Context(), d, identity.SignInAttempt{Email: "maria@EXAMPLE.com", Password: password})
			return err
		}
		do := func(fn func(ctx context.Context, tx *db.Tx) error) {
			t.Helper()
			if err := write(t, d, 0, fn); err != nil {
				t.Fatal(err)
			}
		}
		do(func(ctx context.Context, tx *db.Tx) error { _, err := identity.CreateLogin(ctx, tx, in); return err })
		if err := check("correct horse"); err != nil {
			t.Errorf("right password: %v", err)
		}
		if err := check("wrong horse!"); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("wrong password: %v", err)
		}
		err := write(t, d, 0, func(ctx context.Context, tx *db.Tx) error { _, err := identity.CreateLogin(ctx, tx, in); return err })
		if fault.KindOf(err) != fault.Conflict {
			t.Errorf("second login for one address: %v", err)
		}
		do(func(ctx context.Context, tx *db.Tx) error {
			return identity.SetPassword(ctx, tx, "maria@example.com", "another horse")
		})
		if check("correct horse") == nil || check("another horse") != nil {
			t.Error("the password did not change")
		}
		do(func(ctx context.Context, tx *db.Tx) error {
			return identity.DisableLogin(ctx, tx, "maria@example.com", true)
		})
		if err := check("another horse"); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("disabled login: %v", err)
		}
		err = write(t, d, 0, func(ctx context.Context, tx *db.Tx) error {
			return identity.DisableLogin(ctx, tx, "nobody@example.com", true)
		})
		if fault.KindOf(err) != fault.NotFound {
			t.Errorf("unknown address: %v", err)
		}
	})
}

func TestLoginIsChecked(t *testing.T) {
	d := dbtest.SQLite(t)
	err := write(t, d, 0, func(ctx context.Context, tx *db.Tx) error {
		_, err := identity.CreateLogin(ctx, tx, identity.LoginNew{Email: "no address", Role: "king", Password: "short"})
		return err
	})
	var names []string
	for _, f := range fault.FieldsOf(err) {
		names = append(names, f.Name)
	}
	if strings.Join(names, " ") != "name email role password" {
		t.Errorf("wrong fields: %v", err)
	}
}

func TestSetupLinkWorksOnceWithinADay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		in := identity.LoginNew{Name: "First", Email: "first@example.com", Password: "a long password"}
		var token, older string
		start := value.Instant(1_800_000_000_000_000)
		if err := write(t, d, start, func(ctx context.Context, tx *db.Tx) (err error) {
			if older, err = identity.CreateSetupToken(ctx, tx); err == nil {
				token, err = identity.CreateSetupToken(ctx, tx)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		use := func(token string, at value.Instant) error {
			return write(t, d, at, func(ctx context.Context, tx *db.Tx) error { _, err := identity.SetUp(ctx, tx, token, in); return err })
		}
		const hour = value.Instant(3_600_000_000)
		for name, err := range map[string]error{"replaced": use(older, start+hour), "invented": use("x", start+hour), "too old": use(token, start+25*hour)} {
			if fault.KindOf(err) != fault.Forbidden {
				t.Errorf("%s link: %v", name, err)
			}
		}
		if err := use(token, start+hour); err != nil {
			t.Fatalf("good link: %v", err)
		}
		if err := use(token, start+2*hour); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("used link: %v", err)
		}
		if err := d.Read(t.Context(), func(tx *db.Tx) error {
			logins, err := identity.ListLogins(t.Context(), tx)
			if err == nil && (len(logins) != 1 || logins[0].Role != "owner" || logins[0].Email != "first@example.com") {
				t.Errorf("logins: %+v", logins)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}
