package identity_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

// org is a company of a test, and what it would be today if kept by hand.
type org struct {
	teams, people   []value.ID
	parent, manager map[value.ID]value.ID // of teams
	team            map[value.ID]value.ID // of people
	owner           []value.ID            // of the test's rows; zero = nobody
}

// drawOrg makes a company whose teams and people then move about, in the past and now. Chains of teams may even lead back
// to themselves.
func drawOrg(rt *rapid.T, ctx context.Context, d *db.DB) *org {
	o := &org{parent: map[value.ID]value.ID{}, manager: map[value.ID]value.ID{}, team: map[value.ID]value.ID{}}
	for range rapid.IntRange(1, 7).Draw(rt, "teams") {
		o.teams = append(o.teams, value.NewID())
	}
	for range rapid.IntRange(1, 8).Draw(rt, "people") {
		o.people = append(o.people, value.NewID())
	}
	for i := range rapid.IntRange(0, 10).Draw(rt, "rows") {
		o.owner = append(o.owner, rapid.SampledFrom(append(o.people, value.ID{})).Draw(rt, fmt.Sprint("owner", i)))
	}
	for _, id := range o.teams {
		o.apply(rt, ctx, d, identity.Teams, id, 1, "name", "team")
	}
	for _, id := range o.people {
		o.apply(rt, ctx, d, identity.People, id, 1, "name", "person")
	}
	last := map[value.ID]value.Instant{}
	for i := range rapid.IntRange(0, 25).Draw(rt, "moves") {
		// Each record's moves are in the order of time: a later one of the past would be carried on.
		switch rapid.IntRange(0, 2).Draw(rt, "kind") {
		case 0:
			id := rapid.SampledFrom(o.teams).Draw(rt, "moved team")
			o.parent[id] = o.drawTeam(rt)
			o.apply(rt, ctx, d, identity.Teams, id, later(last, id, i), "parent_id", o.parent[id])
		case 1:
			id := rapid.SampledFrom(o.teams).Draw(rt, "managed team")
			o.manager[id] = rapid.SampledFrom(append(o.people, value.ID{})).Draw(rt, "manager")
			o.apply(rt, ctx, d, identity.Teams, id, later(last, id, i), "manager_id", o.manager[id])
		case 2:
			id := rapid.SampledFrom(o.people).Draw(rt, "moved person")
			o.team[id] = o.drawTeam(rt)
			o.apply(rt, ctx, d, identity.People, id, later(last, id, i), "team_id", o.team[id])
		}
	}
	return o
}

func later(last map[value.ID]value.Instant, id value.ID, i int) value.Instant {
	last[id] = max(last[id], 1) + value.Instant(i%2)*1000 // some at the same instant as the one before
	return last[id]
}

func (o *org) drawTeam(rt *rapid.T) value.ID {
	return rapid.SampledFrom(append(o.teams, value.ID{})).Draw(rt, "into")
}

func (o *org) apply(rt *rapid.T, ctx context.Context, d *db.DB, table *history.Table, id value.ID, at value.Instant, column string, v any) {
	err := d.Write(ctx, db.TxInfo{}, func(tx *db.Tx) error {
		set := []history.Cell{{Column: table.Column(column), Value: v}}
		_, err := history.Apply(ctx, tx, table, []history.Change{{ID: id, At: at, Set: set}})
		return err
	})
	if err != nil {
		rt.Fatal(err)
	}
}

// reaches is the rule in plain Go: does the person see rows of the owner?
func (o *org) reaches(reach identity.Reach, person, owner value.ID) bool {
	switch reach {
	case identity.ReachAll:
		return true
	case identity.ReachNone:
		return false
	}
	if owner.IsZero() {
		return false
	}
	if owner == person {
		return true
	}
	above, seen := o.team[owner], map[value.ID]bool{}
	for reach == identity.ReachTeam && !above.IsZero() && !seen[above] {
		if above == o.team[person] || o.manager[above] == person {
			return true
		}
		seen[above] = true
		above = o.parent[above]
	}
	return false
}

func TestScopeEqualsNaiveFilter(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		must(t, d, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, `CREATE TABLE identity_test_rows (no BIGINT NOT NULL, owner_id UUID)`)
			if err != nil {
				return err
			}
			_, err = tx.Exec(ctx, `INSERT INTO identity_roles (name, label_en, label_ru, capabilities, reach, edit_reach)
				VALUES ('none', 'x', 'x', '', '', ''), ('own', 'x', 'x', '', 'own', 'own'), ('team', 'x', 'x', '', 'team', 'own'), ('all', 'x', 'x', '', 'all', 'team')`)
			return err
		})
		rapid.Check(t, func(rt *rapid.T) {
			o := drawOrg(rt, ctx, d)
			person := rapid.SampledFrom(o.people).Draw(rt, "asker")
			role := rapid.SampledFrom([]string{"none", "own", "team", "all"}).Draw(rt, "role")
			o.store(rt, ctx, d, person, role)
			err := d.Read(ctx, func(tx *db.Tx) error {
				a, err := identity.LoadAccess(ctx, tx, person)
				if err != nil {
					return err
				}
				o.compare(rt, ctx, tx, a.Scope, a.Role.Reach, person)
				o.compare(rt, ctx, tx, a.EditScope, a.Role.EditReach, person)
				return nil
			})
			if err != nil {
				rt.Fatal(err)
			}
		})
	})
}

// store writes the test's rows, and lets one person sign in.
func (o *org) store(rt *rapid.T, ctx context.Context, d *db.DB, person value.ID, role string) {
	err := d.Write(ctx, db.TxInfo{}, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM identity_test_rows`); err != nil {
			return err
		}
		for no, owner := range o.owner {
			if _, err := tx.Exec(ctx, `INSERT INTO identity_test_rows (no, owner_id) VALUES ($1, $2)`, no, owner); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `INSERT INTO identity_logins (person_id, email_folded, password_hash, role, created_at, disabled)
			VALUES ($1, $2, '', $3, 0, FALSE)`, person, person.String(), role)
		return err
	})
	if err != nil {
		rt.Fatal(err)
	}
}

func (o *org) compare(rt *rapid.T, ctx context.Context, tx *db.Tx, s identity.Scope, reach identity.Reach, person value.ID) {
	want := []int{}
	for no, owner := range o.owner {
		if no >= 2 && o.reaches(reach, person, owner) {
			want = append(want, no)
		}
	}
	args := []any{2} // the scope's parameters come after others
	// sql: the condition of the scope
	rows, err := tx.Query(ctx, `SELECT no FROM identity_test_rows r WHERE no >= $1 AND `+s.SQL("r.owner_id", &args)+` ORDER BY no`, args...)
	if err != nil {
		rt.Fatal(err)
	}
	defer rows.Close()
	got := []int{}
	for rows.Next() {
		var no int
		if err := rows.Scan(&no); err != nil {
			rt.Fatal(err)
		}
		got = append(got, no)
	}
	if err := rows.Err(); err != nil || !slices.Equal(got, want) {
		rt.Fatalf("reach %q sees rows %v, want %v; error %v", reach, got, want, err)
	}
}
