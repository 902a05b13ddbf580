package history

import (
	"cmp"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/value"
)

// TestEnginesGoWhereTheModelGoes applies random changes of two records on both engines, some transactions of which are
// several calls, and compares what comes back with the naive account.
func TestEnginesGoWhereTheModelGoes(t *testing.T) {
	eachThings(t, func(t *testing.T, d *db.DB) {
		rapid.Check(t, func(t *rapid.T) {
			ids := []value.ID{value.NewID(), value.NewID()}
			naive := map[value.ID]*model{ids[0]: {}, ids[1]: {}}
			for range rapid.IntRange(1, 5).Draw(t, "transactions") {
				at := drawInstant(t, "recorded")
				for range rapid.IntRange(1, 2).Draw(t, "calls") {
					changes := drawChanges(t, ids[0], at)
					if rapid.Bool().Draw(t, "both") {
						changes = slices.Insert(changes, 1, drawChanges(t, ids[1], at)...)
					}
					applyToBoth(t, d, at, changes, naive)
				}
			}
			for _, id := range ids {
				compareWithModel(t, d, id, naive[id])
			}
		})
	})
}

// applyToBoth applies changes to the database and to the models.
func applyToBoth(t *rapid.T, d *db.DB, at value.Instant, changes []Change, naive map[value.ID]*model) {
	byID := map[value.ID][]modelChange{}
	for _, c := range changes {
		byID[c.ID] = append(byID[c.ID], modelled(c))
	}
	outcomes := apply(t, d, at, changes...)
	if len(outcomes) != len(byID) {
		t.Fatalf("%d outcomes for %d records", len(outcomes), len(byID))
	}
	for _, o := range outcomes {
		m := naive[o.ID]
		wanted := m.wanted(byID[o.ID])
		isNew := len(m.recordings) == 0
		if o.Created != isNew || o.Created && o.Updated {
			t.Fatalf("outcome %+v of a record that is new: %t", o, isNew)
		}
		if moved := !wanted.equal(m.believed(value.Forever)); moved && !o.Created && !o.Updated {
			t.Fatalf("%+v changed nothing", changes)
		}
		if o.Created || o.Updated {
			m.record(at, wanted)
		}
	}
}

func compareWithModel(t *rapid.T, d *db.DB, id value.ID, m *model) {
	for range 12 {
		asOf := AsOf{Valid: value.Instant(rapid.IntRange(0, slots).Draw(t, "valid")), Known: value.Instant(rapid.IntRange(0, slots).Draw(t, "known"))}
		want := m.state(asOf)
		got, err := loadThing(t, d, id, asOf)
		if (err != nil) != (want == nil || want["deleted"] == true) {
			t.Fatalf("as of %+v: %v, model %v", asOf, err, want)
		}
		if err == nil && !(timeline{stateOf(got)}).equal(timeline{want}) {
			t.Fatalf("as of %+v: stored %v, model %v", asOf, stateOf(got), want)
		}
	}
	for _, r := range append(m.recordings, recording{at: 0}, recording{at: value.Forever - 1}) {
		got, ok := timelineOf(chainOf(t, d, id, r.at))
		if !ok {
			t.Fatalf("the chain as known at %d has a gap or overlap: %+v", r.at, chainOf(t, d, id, r.at))
		}
		if want := m.believed(r.at); !got.equal(want) {
			t.Fatalf("as known at %d: chain %v, model %v", r.at, got, want)
		}
	}
	checkCurrent(t, d, id)
}

// checkCurrent compares the current row with the last believed version.
func checkCurrent(t *rapid.T, d *db.DB, id value.ID) {
	log := logOf(t, d, id)
	if len(log) == 0 {
		return
	}
	believed := slices.DeleteFunc(slices.Clone(log), func(e Entry) bool { return e.RecordedTo != value.Forever })
	slices.SortFunc(believed, func(a, b Entry) int { return cmp.Compare(a.ValidFrom, b.ValidFrom) })
	first, last := believed[0], believed[len(believed)-1]
	var version, created, validFrom int64
	var deleted bool
	var name *string
	read(t, d, func(tx *db.Tx) error {
		return tx.QueryRow(t.Context(), `SELECT version, created_at, valid_from, deleted, name FROM thing WHERE id = $1`, id).
			Scan(&version, &created, &validFrom, &deleted, &name)
	})
	if version != log[len(log)-1].No || created != int64(first.ValidFrom) || validFrom != int64(last.ValidFrom) || deleted != last.Deleted {
		t.Fatalf("current row: version %d, created %d, valid from %d, deleted %t; last version %+v", version, created, validFrom, deleted, last)
	}
	if stored := nilIf(deref(name), name == nil); !reflect.DeepEqual(stored, last.Values[nameColumn]) {
		t.Fatalf("current name %v, last version's %v", stored, last.Values[nameColumn])
	}
}

func deref(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
