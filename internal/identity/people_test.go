package identity_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

// createTeam makes a team at noon, below another one.
func createTeam(t testing.TB, d *db.DB, name string, parent value.ID) (id value.ID) {
	t.Helper()
	err := write(t, d, noon, func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = identity.CreateTeam(ctx, tx, identity.TeamEdit{Name: &name, Parent: &parent})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// createPerson makes a person at noon, in a team.
func createPerson(t testing.TB, d *db.DB, name string, team value.ID) (id value.ID) {
	t.Helper()
	err := write(t, d, noon, func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = identity.CreatePerson(ctx, tx, identity.PersonEdit{Name: &name, Team: &team})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func editPerson(t testing.TB, d *db.DB, at value.Instant, id value.ID, in identity.PersonEdit) error {
	t.Helper()
	return write(t, d, at, func(ctx context.Context, tx *db.Tx) error { return identity.EditPerson(ctx, tx, id, in) })
}

func editTeam(t testing.TB, d *db.DB, at value.Instant, id value.ID, in identity.TeamEdit) error {
	t.Helper()
	return write(t, d, at, func(ctx context.Context, tx *db.Tx) error { return identity.EditTeam(ctx, tx, id, in) })
}

func personAt(t testing.TB, d *db.DB, id value.ID, at value.Instant) (found identity.Person) {
	t.Helper()
	must(t, d, func(tx *db.Tx) error {
		people, err := identity.PeopleAt(t.Context(), tx, at)
		if i := slices.IndexFunc(people, func(p identity.Person) bool { return p.ID == id }); i >= 0 {
			found = people[i]
		}
		return err
	})
	return found
}

func teamAt(t testing.TB, d *db.DB, id value.ID, at value.Instant) (found identity.Team) {
	t.Helper()
	must(t, d, func(tx *db.Tx) error {
		teams, err := identity.TeamsAt(t.Context(), tx, at)
		if i := slices.IndexFunc(teams, func(p identity.Team) bool { return p.ID == id }); i >= 0 {
			found = teams[i]
		}
		return err
	})
	return found
}

const day = 24 * time.Hour

// TestMovesBetweenTeamsKeepTheHistory moves somebody, and later learns that they were elsewhere for a time before.
func TestMovesBetweenTeamsKeepTheHistory(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		east, west, north := createTeam(t, d, "East", value.ID{}), createTeam(t, d, "West", value.ID{}), createTeam(t, d, "North", value.ID{})
		anna := createPerson(t, d, "Anna", east)
		if err := editPerson(t, d, in(10*day), anna, identity.PersonEdit{Team: &west, Name: new(" Anna-Maria ")}); err != nil {
			t.Fatal(err)
		}
		if err := editPerson(t, d, in(20*day), anna, identity.PersonEdit{Team: &north, At: in(5 * day)}); err != nil {
			t.Fatal(err)
		}
		for after, want := range map[time.Duration]value.ID{0: east, 5*day - time.Second: east, 5 * day: north, 10*day - time.Second: north, 10 * day: west, 30 * day: west} {
			p := personAt(t, d, anna, in(after))
			if name := map[bool]string{true: "Anna", false: "Anna-Maria"}[after < 10*day]; p.Team != want || p.Name != name || !p.Active || p.SignsIn {
				t.Errorf("after %s: %+v, want team %s", after, p, want)
			}
		}
		if n := teamAt(t, d, north, in(6*day)).People; n != 1 {
			t.Errorf("North had %d people, want 1", n)
		}
		must(t, d, func(tx *db.Tx) error {
			h, err := identity.LoadHierarchy(t.Context(), tx)
			if spans := h.PeopleSpans(); len(spans) != 3 || spans[1].From != in(5*day) || spans[1].Path[0] != north {
				t.Errorf("spans %+v", spans)
			}
			return err
		})
		if p := personAt(t, d, anna, in(-day)); !p.ID.IsZero() {
			t.Errorf("before she was there: %+v", p)
		}
	})
}

func TestWrongEditsOfPeopleAndTeams(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		team := createTeam(t, d, "East", value.ID{})
		anna := createPerson(t, d, "Anna", team)
		version := personAt(t, d, anna, in(day)).Version
		nobody, wrongTeam := value.NewID(), value.NewID()
		for name, c := range map[string]struct {
			err  error
			kind fault.Kind
		}{
			"empty name":     {editPerson(t, d, in(day), anna, identity.PersonEdit{Name: new(" ")}), fault.Invalid},
			"no address":     {editPerson(t, d, in(day), anna, identity.PersonEdit{Email: new("anna")}), fault.Invalid},
			"broken text":    {editPerson(t, d, in(day), anna, identity.PersonEdit{Title: new("a\x00")}), fault.Invalid},
			"unknown team":   {editPerson(t, d, in(day), anna, identity.PersonEdit{Team: &wrongTeam}), fault.Invalid},
			"the future":     {editPerson(t, d, in(day), anna, identity.PersonEdit{Team: &team, At: in(2 * day)}), fault.Invalid},
			"unknown person": {editPerson(t, d, in(day), nobody, identity.PersonEdit{Name: new("x")}), fault.NotFound},
			"seen earlier":   {editPerson(t, d, in(day), anna, identity.PersonEdit{Name: new("x"), Expect: version + 1}), fault.Conflict},
			"unnamed team":   {editTeam(t, d, in(day), team, identity.TeamEdit{Name: new("")}), fault.Invalid},
			"no such parent": {editTeam(t, d, in(day), team, identity.TeamEdit{Parent: &nobody}), fault.Invalid},
			"no manager":     {editTeam(t, d, in(day), team, identity.TeamEdit{Manager: &nobody}), fault.Invalid},
			"unknown":        {editTeam(t, d, in(day), nobody, identity.TeamEdit{Name: new("x")}), fault.NotFound},
		} {
			if fault.KindOf(c.err) != c.kind {
				t.Errorf("%s: %v, want %s", name, c.err, c.kind)
			}
		}
		err := write(t, d, noon, func(ctx context.Context, tx *db.Tx) error {
			_, err := identity.CreatePerson(ctx, tx, identity.PersonEdit{})
			_, teamErr := identity.CreateTeam(ctx, tx, identity.TeamEdit{})
			if fault.KindOf(teamErr) != fault.Invalid {
				t.Errorf("a team without a name: %v", teamErr)
			}
			return err
		})
		if fault.KindOf(err) != fault.Invalid || personAt(t, d, anna, in(day)).Version != version {
			t.Errorf("a person without a name: %v", err)
		}
	})
}

func TestTeamsMakeNoCircle(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		top := createTeam(t, d, "Top", value.ID{})
		middle := createTeam(t, d, "Middle", top)
		low := createTeam(t, d, "Low", middle)
		if err := editTeam(t, d, in(10*day), middle, identity.TeamEdit{Parent: &value.ID{}}); err != nil {
			t.Fatal(err)
		}
		for at, want := range map[value.Instant]fault.Kind{0: "", in(5 * day): fault.Invalid} { // in the past it would be one
			err := editTeam(t, d, in(20*day), top, identity.TeamEdit{Parent: &low, At: at})
			if want == "" && err != nil || want != "" && fault.KindOf(err) != want {
				t.Errorf("from %s on: %v, want %q", at, err, want)
			}
			if err := editTeam(t, d, in(21*day), top, identity.TeamEdit{Parent: &value.ID{}}); err != nil {
				t.Fatal(err)
			}
		}
		for _, parent := range []value.ID{middle, low} {
			err := editTeam(t, d, in(30*day), middle, identity.TeamEdit{Parent: &parent})
			if fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), "below the team itself") {
				t.Errorf("a team is below itself: %v", err)
			}
		}
		deep := low
		var err error
		for range 25 {
			next := createTeam(t, d, "Deep", value.ID{})
			if err = editTeam(t, d, in(40*day), next, identity.TeamEdit{Parent: &deep}); err != nil {
				break
			}
			deep = next
		}
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("teams may lie above each other without end: %v", err)
		}
	})
}

// TestTeamsMovedAtOnceMakeNoCircle moves each of two teams below the other.
func TestTeamsMovedAtOnceMakeNoCircle(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for range 2 {
			a, b := createTeam(t, d, "A", value.ID{}), createTeam(t, d, "B", value.ID{})
			first, second := overlap(t, d,
				func(tx *db.Tx) error { return identity.EditTeam(t.Context(), tx, a, identity.TeamEdit{Parent: &b}) },
				func(tx *db.Tx) error { return identity.EditTeam(t.Context(), tx, b, identity.TeamEdit{Parent: &a}) })
			if first != nil || fault.KindOf(second) != fault.Invalid {
				t.Errorf("A below B: %v; B below A: %v; want Invalid", first, second)
			}
		}
	})
}

// overlap begins a second transaction before the first one commits, and gives it time to get as far as it can.
func overlap(t testing.TB, d *db.DB, first, second func(*db.Tx) error) (firstErr, secondErr error) {
	t.Helper()
	var other sync.WaitGroup
	firstErr = d.Write(t.Context(), db.TxInfo{}, func(tx *db.Tx) error {
		if err := first(tx); err != nil {
			return err
		}
		other.Go(func() { secondErr = d.Write(context.Background(), db.TxInfo{}, second) })
		time.Sleep(200 * time.Millisecond)
		return nil
	})
	other.Wait()
	return firstErr, secondErr
}

func TestNobodyMovesIntoATeamThatIsBeingDeleted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		team := createTeam(t, d, "East", value.ID{})
		anna := createPerson(t, d, "Anna", value.ID{})
		first, second := overlap(t, d,
			func(tx *db.Tx) error { return identity.DeleteTeam(t.Context(), tx, team) },
			func(tx *db.Tx) error {
				return identity.EditPerson(t.Context(), tx, anna, identity.PersonEdit{Team: &team})
			})
		if first != nil || fault.KindOf(second) != fault.Invalid {
			t.Errorf("delete: %v; move: %v, want Invalid", first, second)
		}
	})
}

func TestTeamIsDeletedWhenEmpty(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		top := createTeam(t, d, "Top", value.ID{})
		low := createTeam(t, d, "Low", top)
		anna := createPerson(t, d, "Anna", low)
		remove := func(id value.ID) error {
			return write(t, d, in(day), func(ctx context.Context, tx *db.Tx) error { return identity.DeleteTeam(ctx, tx, id) })
		}
		for _, id := range []value.ID{top, low} {
			if err := remove(id); fault.KindOf(err) != fault.Conflict {
				t.Errorf("delete: %v, want Conflict", err)
			}
		}
		if err := write(t, d, in(day), func(ctx context.Context, tx *db.Tx) error { return identity.DeactivatePerson(ctx, tx, anna, 0) }); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(remove(low), remove(top)); err != nil {
			t.Error(err)
		}
		if err := remove(low); fault.KindOf(err) != fault.NotFound {
			t.Errorf("deleted twice: %v", err)
		}
		if was, is := teamAt(t, d, low, in(time.Hour)), teamAt(t, d, low, in(2*day)); was.Parent != top || was.People != 1 || !is.ID.IsZero() {
			t.Errorf("it was %+v and is %+v", was, is)
		}
	})
}

func TestDeactivatedPersonMaySignInNoMore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		addLogin(t, d, "boss", "owner")
		anna := addLogin(t, d, "anna", "analyst")
		s := mustSignIn(t, d, "anna", noon)
		must(t, d, func(tx *db.Tx) error { return identity.DeactivatePerson(t.Context(), tx, anna.Person, 0) })
		if _, err := findSession(t, d, s.Secret, noon); !isSignedOut(err) {
			t.Errorf("the session goes on: %v", err)
		}
		if _, err := signIn(d, "anna@example.com", password, "", noon); !isWrong(err) {
			t.Errorf("the password works: %v", err)
		}
		if p := personAt(t, d, anna.Person, value.Forever-1); p.Active || p.SignsIn || p.Role != "analyst" {
			t.Errorf("person %+v", p)
		}
		must(t, d, func(tx *db.Tx) error { return identity.ReactivatePerson(t.Context(), tx, anna.Person, 0) })
		if p := personAt(t, d, anna.Person, value.Forever-1); !p.Active || p.SignsIn {
			t.Errorf("back, but may not sign in yet: %+v", p)
		}
		must(t, d, func(tx *db.Tx) error { return identity.DisableLogin(t.Context(), tx, "anna@example.com", false) })
		mustSignIn(t, d, "anna", noon)
	})
}

// TestInactivePersonMaySignInNoMore has an import, which knows nothing of logins, say that somebody left.
func TestInactivePersonMaySignInNoMore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		addLogin(t, d, "boss", "owner")
		anna := addLogin(t, d, "anna", "analyst")
		_, secret, err := createToken(t, d, anna.Person, identity.Import)
		if err != nil {
			t.Fatal(err)
		}
		s := mustSignIn(t, d, "anna", noon)
		must(t, d, func(tx *db.Tx) error {
			set := []history.Cell{{Column: identity.People.Column("active"), Value: false}}
			_, err := history.Apply(t.Context(), tx, identity.People, []history.Change{{ID: anna.Person, Set: set}})
			return err
		})
		if _, err := signIn(d, "anna@example.com", password, "", noon); !isWrong(err) {
			t.Errorf("the password works: %v", err)
		}
		if _, err := loadAccess(t, d, s.Session.Person); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("the session works: %v", err)
		}
		if _, _, err := accessByToken(t, d, secret, noon); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("the token works: %v", err)
		}
		must(t, d, func(tx *db.Tx) error { return identity.DisableLogin(t.Context(), tx, "anna@example.com", false) })
		mustSignIn(t, d, "anna", noon)
	})
}

func TestAddressToSignInWithMoves(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		anna := addLogin(t, d, "anna", "rep")
		addLogin(t, d, "bob", "rep")
		edit := func(email string) error {
			return editPerson(t, d, 0, anna.Person, identity.PersonEdit{Email: &email})
		}
		if err := edit("Bob@example.com"); fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "somebody else signs in") {
			t.Errorf("another one's address: %v", err)
		}
		if err := edit(""); fault.KindOf(err) != fault.Invalid {
			t.Errorf("no address: %v", err)
		}
		if err := edit("Anna.New@example.com"); err != nil {
			t.Fatal(err)
		}
		if _, err := signIn(d, "anna@example.com", password, "", noon); !isWrong(err) {
			t.Errorf("the old address: %v", err)
		}
		mustSignIn(t, d, "anna.new", noon)
	})
}
