package identity_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

const month = 30 * 24 * time.Hour

// createToken makes a token for somebody, at noon.
func createToken(t testing.TB, d *db.DB, person value.ID, capabilities ...identity.Capability) (token identity.Token, secret string, err error) {
	t.Helper()
	a, err := loadAccess(t, d, person)
	if err != nil {
		t.Fatal(err)
	}
	err = write(t, d, noon, func(ctx context.Context, tx *db.Tx) error {
		token, secret, err = identity.CreateToken(ctx, tx, a, identity.TokenNew{Name: " nightly ", Capabilities: capabilities, ExpiresAt: in(month)})
		return err
	})
	return token, secret, err
}

func accessByToken(t testing.TB, d *db.DB, secret string, now value.Instant) (a identity.Access, token identity.Token, err error) {
	t.Helper()
	err = d.Read(t.Context(), func(tx *db.Tx) error {
		a, token, err = identity.AccessByToken(t.Context(), tx, secret, now)
		return err
	})
	return a, token, err
}

func isBadToken(err error) bool {
	return errors.Is(err, identity.ErrBadToken) && fault.KindOf(err) == fault.Forbidden
}

func TestTokenAllowsPartOfWhatItsPersonMay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		anna := addLogin(t, d, "anna", "operations")
		token, secret, err := createToken(t, d, anna.Person, identity.Import, identity.RecordsView, identity.Import)
		if err != nil {
			t.Fatal(err)
		}
		if token.Name != "nightly" || !slices.Equal(token.Capabilities, []identity.Capability{identity.RecordsView, identity.Import}) || !strings.HasPrefix(secret, "zveno_") {
			t.Errorf("token %+v", token)
		}
		a, found, err := accessByToken(t, d, secret, in(time.Hour))
		if err != nil || a.Person != anna.Person || a.Token != token.ID || !a.Scope.All || found.ID != token.ID {
			t.Fatalf("access %+v by token %+v, error %v", a, found, err)
		}
		for _, c := range identity.Capabilities {
			if want := c == identity.Import || c == identity.RecordsView; a.May(c) != want || (a.Require(c) == nil) != want {
				t.Errorf("the token allows %s: %v", c, a.May(c))
			}
		}
		must(t, d, func(tx *db.Tx) error { // the person loses what the token has
			_, err := tx.Exec(t.Context(), `UPDATE identity_logins SET role = 'vp' WHERE person_id = $1`, anna.Person)
			return err
		})
		if a, _, err := accessByToken(t, d, secret, in(time.Hour)); err != nil || a.May(identity.Import) || a.May(identity.MetricsView) || !a.May(identity.RecordsView) {
			t.Errorf("after the role changed: %+v, %v", a, err)
		}
		must(t, d, func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE identity_logins SET role = 'rep' WHERE person_id = $1`, anna.Person)
			return err
		})
		if _, _, err := accessByToken(t, d, secret, in(time.Hour)); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("a role that has no tokens: %v", err)
		}
	})
}

func TestTokenIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		addLogin(t, d, "boss", "owner")
		anna := addLogin(t, d, "anna", "operations")
		_, secret, err := createToken(t, d, anna.Person, identity.Import)
		if err != nil {
			t.Fatal(err)
		}
		s := mustSignIn(t, d, "anna", noon)
		for _, wrong := range []string{"", "zveno_", secret[:len(secret)-1], strings.TrimPrefix(secret, "zveno_"), s.Secret} {
			if _, _, err := accessByToken(t, d, wrong, noon); !isBadToken(err) {
				t.Errorf("%q is accepted: %v", wrong, err)
			}
		}
		if _, err := findSession(t, d, secret, noon); !isSignedOut(err) {
			t.Errorf("a token is a session: %v", err)
		}
		if _, _, err := accessByToken(t, d, secret, in(month-time.Second)); err != nil {
			t.Errorf("just before it expires: %v", err)
		}
		if _, _, err := accessByToken(t, d, secret, in(month)); !isBadToken(err) {
			t.Errorf("expired: %v", err)
		}
		must(t, d, func(tx *db.Tx) error { return identity.DisableLogin(t.Context(), tx, "anna@example.com", true) })
		if _, _, err := accessByToken(t, d, secret, noon); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("its person is disabled: %v", err)
		}
	})
}

func TestTokenIsRevoked(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		boss, anna, bob := addLogin(t, d, "boss", "administrator"), addLogin(t, d, "anna", "analyst"), addLogin(t, d, "bob", "analyst")
		first, firstSecret, err1 := createToken(t, d, anna.Person, identity.Import)
		second, secondSecret, err2 := createToken(t, d, anna.Person, identity.Export)
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		revoke := func(by, id value.ID) error {
			a, err := loadAccess(t, d, by)
			if err != nil {
				t.Fatal(err)
			}
			return write(t, d, in(time.Minute), func(ctx context.Context, tx *db.Tx) error { return identity.RevokeToken(ctx, tx, a, id) })
		}
		if err := revoke(bob.Person, first.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("bob revokes anna's token: %v", err)
		}
		if err := errors.Join(revoke(anna.Person, first.ID), revoke(boss.Person, second.ID)); err != nil {
			t.Fatal(err)
		}
		if err := revoke(anna.Person, first.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("revoked twice: %v", err)
		}
		for _, secret := range []string{firstSecret, secondSecret} {
			if _, _, err := accessByToken(t, d, secret, in(time.Minute)); !isBadToken(err) {
				t.Errorf("revoked: %v", err)
			}
		}
		must(t, d, func(tx *db.Tx) error {
			own, err := identity.ListTokens(t.Context(), tx, anna.Person)
			others, othersErr := identity.ListTokens(t.Context(), tx, bob.Person)
			all, allErr := identity.ListTokens(t.Context(), tx, value.ID{})
			if len(own) != 2 || own[0].RevokedAt != in(time.Minute) || len(others) != 0 || len(all) != 2 {
				t.Errorf("tokens %+v, of others %+v, of all %+v", own, others, all)
			}
			return errors.Join(err, othersErr, allErr)
		})
	})
}

func TestTokenTellsItsLastUse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		anna := addLogin(t, d, "anna", "analyst")
		token, secret, err := createToken(t, d, anna.Person, identity.Import)
		if err != nil || !token.IsStale(noon) {
			t.Fatalf("a token that was never used: %+v, %v", token, err)
		}
		if err := write(t, d, in(time.Hour), func(ctx context.Context, tx *db.Tx) error { return identity.TouchToken(ctx, tx, token.ID) }); err != nil {
			t.Fatal(err)
		}
		_, found, err := accessByToken(t, d, secret, in(time.Hour))
		if err != nil || found.UsedAt != in(time.Hour) || found.IsStale(in(time.Hour+time.Second)) || !found.IsStale(in(time.Hour+time.Minute)) {
			t.Errorf("token %+v, error %v", found, err)
		}
	})
}

func TestWrongTokensAreNotMade(t *testing.T) {
	d := dbtest.SQLite(t)
	anna, bob := addLogin(t, d, "anna", "analyst"), addLogin(t, d, "bob", "rep")
	good := identity.TokenNew{Name: "x", Capabilities: []identity.Capability{identity.Import}, ExpiresAt: in(time.Hour)}
	try := func(a identity.Access, in identity.TokenNew) error {
		return write(t, d, noon, func(ctx context.Context, tx *db.Tx) error {
			_, _, err := identity.CreateToken(ctx, tx, a, in)
			return err
		})
	}
	a, err := loadAccess(t, d, anna.Person)
	if err != nil {
		t.Fatal(err)
	}
	for field, spoil := range map[string]func(*identity.TokenNew){
		"name":                 func(n *identity.TokenNew) { n.Name = " " },
		"name too long":        func(n *identity.TokenNew) { n.Name = strings.Repeat("x", 81) },
		"capabilities":         func(n *identity.TokenNew) { n.Capabilities = nil },
		"capabilities unknown": func(n *identity.TokenNew) { n.Capabilities = []identity.Capability{"root"} },
		"capabilities too much": func(n *identity.TokenNew) {
			n.Capabilities = []identity.Capability{identity.Import, identity.PeopleManage}
		},
		"expires_at":          func(n *identity.TokenNew) { n.ExpiresAt = noon },
		"expires_at too late": func(n *identity.TokenNew) { n.ExpiresAt = in(identity.TokenMaxLife + 1000) },
	} {
		n := good
		spoil(&n)
		name, _, _ := strings.Cut(field, " ")
		if err := try(a, n); fault.KindOf(err) != fault.Invalid || len(fault.FieldsOf(err)) != 1 || fault.FieldsOf(err)[0].Name != name {
			t.Errorf("%s: %v", field, err)
		}
	}
	b, err := loadAccess(t, d, bob.Person)
	if err != nil {
		t.Fatal(err)
	}
	if err := try(b, good); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a rep has no tokens: %v", err)
	}
	_, secret, err := createToken(t, d, anna.Person, identity.Import, identity.TokensOwn)
	if err != nil {
		t.Fatal(err)
	}
	byToken, _, err := accessByToken(t, d, secret, noon)
	if err != nil {
		t.Fatal(err)
	}
	if err := try(byToken, good); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a token made another: %v", err)
	}
	for n := range 100 {
		n2 := good
		n2.Name = fmt.Sprint(n)
		if err := try(a, n2); (err != nil) != (n == 99) || err != nil && fault.KindOf(err) != fault.Conflict {
			t.Fatalf("token %d: %v", n+2, err)
		}
	}
}
