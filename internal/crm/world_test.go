package crm_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

// listWorld is a small company with people in teams, whose records repeat each other's values often.
type listWorld struct {
	people []value.ID
	team   map[value.ID]value.ID // by person
	teams  []value.ID
	stages process
}

var (
	worldNames      = []string{"Альфа", "альфа-2", "Beta", "beta 50%", "Гамма", "delta_x", "Дельта", "Ёлка", "елка", "100% fit"}
	worldCurrencies = []string{"USD", "EUR", "JPY", "KWD"}
	worldSources    = []string{"Web", "web", "Партнёр"}
)

// makeListWorld fills a database from a seed.
func makeListWorld(t *testing.T, d *db.DB, seed uint64) listWorld {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 1))
	w := listWorld{team: map[value.ID]value.ID{}, stages: makeProcess(t, d)}
	for i := range 3 {
		w.teams = append(w.teams, makeRecord(t, d, "team", map[string]any{"name": fmt.Sprint("Team ", i)}))
	}
	for i := range 6 {
		team := pick(r, w.teams)
		id := makeRecord(t, d, "person", map[string]any{"name": fmt.Sprint("Person ", i), "team": team})
		w.people, w.team[id] = append(w.people, id), team
	}
	for _, f := range []crm.CustomField{
		{Object: "deal", Field: crm.Field{Name: "margin", Kind: crm.Number}},
		{Object: "deal", Field: crm.Field{Name: "note", Kind: crm.Text}},
		{Object: "deal", Field: crm.Field{Name: "sign", Kind: crm.Day}},
		{Object: "deal", Field: crm.Field{Name: "fee", Kind: crm.Money}},
		{Object: "deal", Field: crm.Field{Name: "hot", Kind: crm.Bool}},
		{Object: "deal", Field: crm.Field{Name: "helper", Kind: crm.Reference, Ref: "person"}},
	} {
		if _, err := define(t, d, f); err != nil {
			t.Fatal(err)
		}
	}
	accounts := w.apply(t, d, r, "account", 12, func() (map[string]any, map[string]any) {
		return map[string]any{"name": pick(r, worldNames), "domain": maybe(r, "example.com"), "owner": maybe(r, pick(r, w.people))}, nil
	})
	deals := w.apply(t, d, r, "deal", 60, func() (map[string]any, map[string]any) { return w.deal(r, accounts) })
	w.apply(t, d, r, "contact", 25, func() (map[string]any, map[string]any) {
		return map[string]any{"last_name": pick(r, worldNames), "account": maybe(r, pick(r, accounts)), "owner": maybe(r, pick(r, w.people))}, nil
	})
	w.apply(t, d, r, "line_item", 25, func() (map[string]any, map[string]any) {
		return map[string]any{"deal": pick(r, deals), "name": maybe(r, pick(r, worldNames)), "quantity": maybe(r, float64(r.IntN(5)))}, nil
	})
	w.apply(t, d, r, "activity", 25, func() (map[string]any, map[string]any) {
		return map[string]any{"kind": "call", "at": maybe(r, value.Instant(r.IntN(5))*1e6), "automated": maybe(r, r.IntN(2) == 0), "owner": maybe(r, pick(r, w.people))}, nil
	})
	w.apply(t, d, r, "campaign", 8, func() (map[string]any, map[string]any) {
		return map[string]any{"name": pick(r, worldNames), "owner": maybe(r, pick(r, w.people))}, nil
	})
	return w
}

func (w listWorld) deal(r *rand.Rand, accounts []value.ID) (set, custom map[string]any) {
	set = map[string]any{
		"name": pick(r, worldNames), "account": maybe(r, pick(r, accounts)), "owner": maybe(r, pick(r, w.people)),
		"stage": w.stages[pick(r, []string{"open", "late", "won", "lost"})], "source": maybe(r, pick(r, worldSources)),
		"close": maybe(r, value.Day(r.IntN(6))), "probability": maybe(r, float64(r.IntN(3))/2),
	}
	if r.IntN(4) > 0 {
		set["amount"], set["currency"] = int64(r.IntN(4))*5000, pick(r, worldCurrencies)
	}
	custom = map[string]any{
		"margin": maybe(r, float64(r.IntN(4))), "note": maybe(r, pick(r, worldNames)), "sign": maybe(r, value.Day(r.IntN(5))),
		"fee": maybe(r, value.Money{Minor: int64(r.IntN(4)) * 5000, Currency: pick(r, worldCurrencies)}), "hot": maybe(r, r.IntN(2) == 0),
		"helper": maybe(r, pick(r, w.people)),
	}
	return set, custom
}

// apply makes n records of an object, deletes some of them and gives the IDs of the others.
func (w listWorld) apply(t *testing.T, d *db.DB, r *rand.Rand, object string, n int, make func() (set, custom map[string]any)) []value.ID {
	t.Helper()
	var changes []crm.Change
	var left []value.ID
	for i := range n {
		set, custom := make()
		c := crm.Change{ID: value.NewID(), New: true, At: value.Instant(1 + r.IntN(9)), Set: withoutNil(set), Custom: withoutNil(custom)}
		changes = append(changes, c)
		if i%9 == 8 {
			deleted := true
			changes = append(changes, crm.Change{ID: c.ID, At: 20, Deleted: &deleted})
			continue
		}
		left = append(left, c.ID)
	}
	if _, err := try(t, d, object, changes...); err != nil {
		t.Fatal(err)
	}
	return left
}

func withoutNil(values map[string]any) map[string]any {
	for name, v := range values {
		if v == nil {
			delete(values, name)
		}
	}
	return values
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

func maybe(r *rand.Rand, v any) any {
	if r.IntN(3) == 0 {
		return nil
	}
	return v
}

// scopes are of every kind: nothing, all, one's own, a team's.
func (w listWorld) scopes() []identity.Scope {
	return []identity.Scope{{}, {All: true}, {Person: w.people[0]}, {Person: w.people[1], Teams: w.teams[:1]}, {Teams: w.teams[1:]}}
}

// owns reports whether a scope reaches what a person owns.
func (w listWorld) owns(s identity.Scope, owner value.ID) bool {
	if s.All || !owner.IsZero() && s.Person == owner {
		return true
	}
	for _, team := range s.Teams {
		if !owner.IsZero() && w.team[owner] == team {
			return true
		}
	}
	return false
}
