package search_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/crm/search"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// record is what the naive search knows of a record.
type record struct {
	object, name string
	text         string // all that is searched
	id, owner    value.ID
	changed      int
	deleted      bool
}

// world is a small company with names that share words.
type world struct {
	people  []value.ID
	stage   value.ID
	records map[value.ID]*record
	changes int
}

var worldWords = []string{"Иван", "Ivan", "Ivanov", "Петров", "petrova", "Acme", "ООО", "LLC", "Хлеб", "Khleb", "2024", "Ёлка", "Sheremetyevo", "шереметьево"}

func apply(t testing.TB, d *db.DB, object string, c crm.Change) {
	t.Helper()
	err := d.Write(context.Background(), db.TxInfo{Source: "test"}, func(tx *db.Tx) error {
		_, err := crm.Apply(context.Background(), tx, crm.ObjectNamed(object), []crm.Change{c})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func makeWorld(t testing.TB, d *db.DB, r *rand.Rand) *world {
	w := &world{records: map[value.ID]*record{}, stage: value.NewID()}
	pipeline := value.NewID()
	apply(t, d, "pipeline", crm.Change{ID: pipeline, New: true, Set: map[string]any{"name": "P"}})
	apply(t, d, "stage", crm.Change{ID: w.stage, New: true, Set: map[string]any{"name": "S", "pipeline": pipeline}})
	for range 3 {
		w.put(t, d, r, "person")
	}
	for _, object := range []string{"account", "deal", "contact", "lead", "product"} {
		for range 8 {
			w.put(t, d, r, object)
		}
	}
	return w
}

// put makes a record of an object with random words and a random owner.
func (w *world) put(t testing.TB, d *db.DB, r *rand.Rand, object string) {
	rec := &record{object: object, id: value.NewID()}
	w.records[rec.id] = rec
	w.rename(t, d, r, rec, true)
	if object == "person" {
		w.people = append(w.people, rec.id)
	}
}

func (w *world) rename(t testing.TB, d *db.DB, r *rand.Rand, rec *record, isNew bool) {
	some := func() string { return worldWords[r.IntN(len(worldWords))] }
	set := map[string]any{}
	switch rec.object {
	case "contact", "lead":
		set["first_name"], set["last_name"], set["email"], set["phone"] = some(), some(), strings.ToLower(some())+"@mail.ru", "+7 (495) 123-45-6"+fmt.Sprint(r.IntN(3))
		rec.name = fmt.Sprint(set["first_name"], " ", set["last_name"])
		rec.text = fmt.Sprint(rec.name, " ", set["email"], " ", strings.Join(search.Phone(set["phone"].(string)), " "))
	default:
		rec.name = some() + " " + some()
		set["name"], rec.text = rec.name, rec.name
	}
	if rec.object == "deal" {
		set["stage"] = w.stage
	}
	if crm.ObjectNamed(rec.object).Field("owner") >= 0 && r.IntN(4) > 0 {
		rec.owner = w.people[r.IntN(len(w.people))]
		set["owner"] = rec.owner
	}
	w.changes++
	rec.changed = w.changes
	apply(t, d, rec.object, crm.Change{ID: rec.id, New: isNew, Set: set, Custom: nil})
}

// remove deletes a record, or restores it.
func (w *world) remove(t testing.TB, d *db.DB, rec *record) {
	rec.deleted = !rec.deleted
	deleted := rec.deleted
	w.changes++
	rec.changed = w.changes
	apply(t, d, rec.object, crm.Change{ID: rec.id, Deleted: &deleted})
}

// naive searches in Go.
func (w *world) naive(scope identity.Scope, query string, limit int) []search.Hit {
	words := search.QueryWords(query)
	type match struct {
		search.Hit
		*record
	}
	var matches []match
	for _, rec := range w.records {
		everybody := rec.object == "person" || rec.object == "product"
		if rec.deleted || !scope.All && !everybody && (rec.owner.IsZero() || rec.owner != scope.Person) {
			continue
		}
		some, whole := len(words) > 0, true
		for _, forms := range words {
			begins, is := false, false
			for _, word := range search.WordsOf(rec.text) {
				for _, form := range search.Forms(word) {
					begins = begins || slices.ContainsFunc(forms, func(f string) bool { return strings.HasPrefix(form, f) })
				}
				own := search.Forms(word)
				is = is || forms[len(forms)-1] == own[len(own)-1]
			}
			some, whole = some && begins, whole && is
		}
		if some {
			matches = append(matches, match{search.Hit{Object: rec.object, ID: rec.id, Name: rec.name, Whole: whole}, rec})
		}
	}
	rank := func(m match) int {
		n := 0
		if !m.Whole {
			n += 2
		}
		if m.object != "account" && m.object != "deal" {
			n++
		}
		return n
	}
	slices.SortFunc(matches, func(a, b match) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(b.changed, a.changed), bytes.Compare(b.id[:], a.id[:]))
	})
	var hits []search.Hit
	for _, m := range matches[:min(len(matches), limit)] {
		hits = append(hits, m.Hit)
	}
	return hits
}

// TestFindEqualsNaiveSearch changes a small company, follows, and compares random searches with one in Go, each way of
// looking records up in turn.
func TestFindEqualsNaiveSearch(t *testing.T) {
	ways := map[string]func(t *testing.T){
		"rare words":   func(*testing.T) {},
		"common words": func(t *testing.T) { search.ReadOnly(t, 1, 0, 0) },
		"few records":  func(t *testing.T) { search.ReadOnly(t, 1, 0, 1000) },
	}
	for way, set := range ways {
		t.Run(way, func(t *testing.T) {
			set(t)
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				r := rand.New(rand.NewPCG(1, uint64(len(way))))
				w := makeWorld(t, d, r)
				rapid.Check(t, func(rt *rapid.T) {
					if rapid.IntRange(0, 9).Draw(rt, "change") == 0 {
						for _, rec := range w.records {
							if rec.object != "person" && r.IntN(2) == 0 {
								w.remove(t, d, rec)
							} else if !rec.deleted {
								w.rename(t, d, r, rec, false)
							}
							break
						}
					}
					catchUp(t, d)
					query := drawQuery(rt)
					scope := rapid.SampledFrom([]identity.Scope{{All: true}, {}, {Person: w.people[0]}}).Draw(rt, "scope")
					limit := rapid.SampledFrom([]int{1, 5, 100}).Draw(rt, "limit")
					if got, want := find(t, d, scope, query, limit), w.naive(scope, query, limit); !slices.Equal(got, want) {
						rt.Errorf("%q:\n%v\nwant\n%v", query, got, want)
					}
				})
			})
		})
	}
}

func drawQuery(rt *rapid.T) string {
	words := append([]string{"mail", "ru", "+7495", "8 (495) 123-45-60", "", "—", "khleb", "щ"}, worldWords...)
	var query []string
	for range rapid.IntRange(1, 3).Draw(rt, "words") {
		word := []rune(rapid.SampledFrom(words).Draw(rt, "word"))
		query = append(query, string(word[:rapid.IntRange(min(1, len(word)), len(word)).Draw(rt, "letters")]))
	}
	return strings.Join(query, " ")
}

func catchUp(t testing.TB, d *db.DB) {
	t.Helper()
	if err := search.CatchUp(context.Background(), d); err != nil {
		t.Fatal(err)
	}
}

func find(t testing.TB, d *db.DB, scope identity.Scope, query string, limit int) (hits []search.Hit) {
	t.Helper()
	err := d.Read(context.Background(), func(tx *db.Tx) (err error) {
		hits, err = search.Find(context.Background(), tx, scope, query, limit)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return hits
}
