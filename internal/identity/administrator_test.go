package identity_test

import (
	"context"
	"testing"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

// changeRole has somebody give another one a role; by is zero for the command line.
func changeRole(t testing.TB, d *db.DB, by, person value.ID, role string) error {
	t.Helper()
	return d.Write(t.Context(), db.TxInfo{Actor: value.Actor{Person: by}}, func(tx *db.Tx) error {
		return identity.ChangeRole(t.Context(), tx, person, role)
	})
}

func TestRoleChangeEndsSessions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		boss, anna := addLogin(t, d, "boss", "administrator"), addLogin(t, d, "anna", "rep")
		s := mustSignIn(t, d, "anna", noon)
		if err := changeRole(t, d, boss.Person, anna.Person, "king"); fault.KindOf(err) != fault.Invalid {
			t.Errorf("a role that does not exist: %v", err)
		}
		if err := changeRole(t, d, boss.Person, value.NewID(), "rep"); fault.KindOf(err) != fault.NotFound {
			t.Errorf("nobody: %v", err)
		}
		if _, err := findSession(t, d, s.Secret, noon); err != nil {
			t.Errorf("nothing changed, but the session ended: %v", err)
		}
		if err := changeRole(t, d, boss.Person, anna.Person, "manager"); err != nil {
			t.Fatal(err)
		}
		if _, err := findSession(t, d, s.Secret, noon); !isSignedOut(err) {
			t.Errorf("the session goes on with more rights: %v", err)
		}
		if a, err := loadAccess(t, d, anna.Person); err != nil || a.Role.Name != "manager" {
			t.Errorf("access %+v, %v", a, err)
		}
	})
}

func TestNobodyChangesTheirOwnRole(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		boss := addLogin(t, d, "boss", "administrator")
		addLogin(t, d, "other", "owner")
		if err := changeRole(t, d, boss.Person, boss.Person, "owner"); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("an administrator became the owner: %v", err)
		}
	})
}

// TestLastAdministratorStays tries every way in which the last one could go.
func TestLastAdministratorStays(t *testing.T) {
	for name, remove := range map[string]func(ctx context.Context, tx *db.Tx, boss value.ID) error{
		"role": func(ctx context.Context, tx *db.Tx, boss value.ID) error {
			return identity.ChangeRole(ctx, tx, boss, "operations")
		},
		"disabled": func(ctx context.Context, tx *db.Tx, _ value.ID) error {
			return identity.DisableLogin(ctx, tx, "boss@example.com", true)
		},
		"deactivated": func(ctx context.Context, tx *db.Tx, boss value.ID) error {
			return identity.DeactivatePerson(ctx, tx, boss, 0)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				boss := addLogin(t, d, "boss", "administrator")
				addLogin(t, d, "anna", "operations")
				addLogin(t, d, "old", "owner")
				must(t, d, func(tx *db.Tx) error { return identity.DisableLogin(t.Context(), tx, "old@example.com", true) })
				try := func() error {
					return write(t, d, 0, func(ctx context.Context, tx *db.Tx) error { return remove(ctx, tx, boss.Person) })
				}
				if err := try(); fault.KindOf(err) != fault.Conflict {
					t.Errorf("the last administrator went: %v", err)
				}
				must(t, d, func(tx *db.Tx) error { return identity.DisableLogin(t.Context(), tx, "old@example.com", false) })
				if err := try(); err != nil {
					t.Errorf("another one is there: %v", err)
				}
			})
		})
	}
}

// TestLastTwoAdministratorsDoNotGoAtOnce takes the role of each of two.
func TestLastTwoAdministratorsDoNotGoAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a, b := addLogin(t, d, "a", "administrator"), addLogin(t, d, "b", "administrator")
		first, second := overlap(t, d,
			func(tx *db.Tx) error { return identity.ChangeRole(t.Context(), tx, a.Person, "rep") },
			func(tx *db.Tx) error { return identity.ChangeRole(t.Context(), tx, b.Person, "rep") })
		if first != nil || fault.KindOf(second) != fault.Conflict {
			t.Errorf("%v, and then %v; want Conflict", first, second)
		}
	})
}

func TestWhoMovesTeamsReachesAll(t *testing.T) {
	r := supportRole()
	r.Capabilities = append(r.Capabilities, identity.TeamsManage)
	err := saveRole(t.Context(), dbtest.SQLite(t), value.ID{}, r)
	if fields := fault.FieldsOf(err); len(fields) != 1 || fields[0].Name != "reach" {
		t.Errorf("somebody can move teams below their own: %v", err)
	}
}

func TestLanguageIsChosen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		anna := addLogin(t, d, "anna", "rep")
		for locale, want := range map[string]string{"ru": "ru", "": "en"} {
			must(t, d, func(tx *db.Tx) error { return identity.ChangeLocale(t.Context(), tx, anna.Person, locale) })
			if a, err := loadAccess(t, d, anna.Person); err != nil || string(a.Lang) != want {
				t.Errorf("chose %q, got %q, %v", locale, a.Lang, err)
			}
		}
		err := write(t, d, 0, func(ctx context.Context, tx *db.Tx) error { return identity.ChangeLocale(ctx, tx, anna.Person, "de") })
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("de: %v", err)
		}
	})
}
