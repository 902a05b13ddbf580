package history

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

func TestEveryKindOfCellComesBack(t *testing.T) {
	eachThings(t, func(t *testing.T, d *db.DB) {
		for _, values := range [][]any{
			{"Ёлка «№ 1»", value.NewID(), int64(math.MinInt64), 0.1, true, "é\u0301"},
			{"'; --", value.NewID(), int64(math.MaxInt64), -1e300, false, " "},
			{nil, nil, nil, nil, nil, nil},
			{"x", nil, int64(0), 0.0, nil, nil},
		} {
			id := value.NewID()
			c := Change{ID: id, At: 10, New: true, Author: value.NewID(), Derived: true,
				Custom: map[string]any{"n": 1.5, "text": "<ё>", "yes": true, "no": false, "list": []any{"a", 2.0}, "map": map[string]any{"minor": 7.0}}}
			for i, v := range values {
				c.Set = append(c.Set, Cell{i, v})
			}
			apply(t, d, 10, c)
			got, err := loadThing(t, d, id, Now())
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got.Values, values) || !reflect.DeepEqual(got.Custom, c.Custom) || got.Author != c.Author || !got.Derived {
				t.Errorf("stored %+v, came back %+v", c, got)
			}
			c.New = false
			if again := apply(t, d, 20, c); again[0].Updated {
				t.Errorf("storing the same once more changed something: %+v", logOf(t, d, id))
			}
		}
	})
}

func TestCustomValuesAreComparedAsTheyAreStored(t *testing.T) {
	eachThings(t, func(t *testing.T, d *db.DB) {
		id := value.NewID()
		custom := func(v any) Change { return Change{ID: id, At: 10, Custom: map[string]any{"field": v}} }
		for _, v := range []any{int64(7), []string{"a", "b"}, value.Money{Minor: 5, Currency: "USD"}, value.Day(3), "text", true, 1.25} {
			if first := apply(t, d, 20, custom(v), custom(v)); !first[0].Created && !first[0].Updated {
				t.Errorf("%v was not stored", v)
			}
			if again := apply(t, d, 30, custom(v)); again[0].Updated {
				t.Errorf("storing %v (%T) once more changed something", v, v)
			}
		}
		apply(t, d, 40, Change{ID: id, At: 40, Custom: map[string]any{"field": nil, "never": nil}})
		if got, err := loadThing(t, d, id, Now()); err != nil || len(got.Custom) != 0 {
			t.Errorf("a cleared field is left: %v, %v", got.Custom, err)
		}
	})
}

func TestWrongChangesAreRefusedWhole(t *testing.T) {
	eachThings(t, func(t *testing.T, d *db.DB) {
		id, good := value.NewID(), value.NewID()
		for what, wrong := range map[string]Change{
			"text for a number": set(id, 1, amountColumn, "7"),
			"number for text":   set(id, 1, nameColumn, int64(7)),
			"int for int64":     set(id, 1, amountColumn, 7),
			"broken text":       set(id, 1, nameColumn, "a\xffb"),
			"NUL":               set(id, 1, nameColumn, "a\x00b"),
			"not a number":      set(id, 1, probabilityColumn, math.NaN()),
			"infinity":          set(id, 1, probabilityColumn, math.Inf(-1)),
			"the future":        set(id, 11, nameColumn, "x"),
			"no JSON":           {ID: id, At: 1, Custom: map[string]any{"n": math.Inf(1)}},
		} {
			err := d.Write(t.Context(), db.TxInfo{At: 10}, func(tx *db.Tx) error {
				_, err := Apply(t.Context(), tx, things, []Change{set(good, 1, nameColumn, "fine"), wrong})
				return err
			})
			if fault.KindOf(err) != fault.Invalid || !strings.Contains(fmt.Sprint(err), id.String()) {
				t.Errorf("%s: error %v, want Invalid with the record's ID", what, err)
			}
		}
		if len(logOf(t, d, good))+len(logOf(t, d, id)) > 0 {
			t.Error("something was stored")
		}
	})
}

func TestLoadSaysWhatIsNotThere(t *testing.T) {
	eachThings(t, func(t *testing.T, d *db.DB) {
		id := value.NewID()
		gone, back := true, false
		apply(t, d, 10, set(id, 10, nameColumn, "a"))
		apply(t, d, 20, Change{ID: id, At: 20, Deleted: &gone})
		apply(t, d, 30, Change{ID: id, At: 30, Deleted: &back})
		for asOf, there := range map[AsOf]bool{
			At(9): false, At(10): true, At(19): true, At(20): false, At(29): false, At(30): true, Now(): true,
			{Valid: 15, Known: 5}: false, {Valid: 25, Known: 19}: true, {Valid: 35, Known: 25}: false,
		} {
			if _, err := loadThing(t, d, id, asOf); (err == nil) != there || err != nil && fault.KindOf(err) != fault.NotFound {
				t.Errorf("as of %+v: %v, want found: %t", asOf, err, there)
			}
		}
		if _, err := loadThing(t, d, value.NewID(), Now()); fault.KindOf(err) != fault.NotFound {
			t.Errorf("an unknown record: %v, want NotFound", err)
		}
	})
}

func TestFoldedTextServesSearch(t *testing.T) {
	eachThings(t, func(t *testing.T, d *db.DB) {
		id := value.NewID()
		apply(t, d, 10, Change{ID: id, At: 10, Set: []Cell{{nameColumn, "Ёлка  КАФЕ"}, {cityColumn, "Мюнхен"}}})
		var folded string
		read(t, d, func(tx *db.Tx) error {
			return tx.QueryRow(t.Context(), `SELECT folded FROM thing WHERE id = $1`, id).Scan(&folded)
		})
		if folded != "елка кафе мюнхен" {
			t.Errorf("folded %q", folded)
		}
	})
}

func TestLogTellsWhoAndWhyInTheOrderOfRecording(t *testing.T) {
	eachThings(t, func(t *testing.T, d *db.DB) {
		id := value.NewID()
		info := db.TxInfo{Actor: value.System("import"), Source: "csv", Reason: "first load", At: 50}
		write(t, d, info, func(tx *db.Tx) error {
			if _, err := Apply(t.Context(), tx, things, []Change{set(id, 40, nameColumn, "b")}); err != nil {
				return err
			}
			log, err := Log(t.Context(), tx, things, id)
			if err == nil && (len(log) != 1 || log[0].Actor != "import" || log[0].Source != "csv" || log[0].Reason != "first load") {
				t.Errorf("inside the transaction: %+v", log)
			}
			return err
		})
		info = db.TxInfo{Actor: value.Actor{Name: "Anna"}, Source: "user", Reason: "forgotten", At: 60}
		write(t, d, info, func(tx *db.Tx) error {
			_, err := Apply(t.Context(), tx, things, []Change{set(id, 10, nameColumn, "a")})
			return err
		})
		log := logOf(t, d, id)
		var told []string
		for _, e := range log {
			told = append(told, fmt.Sprintf("%d %s, %s, %s: %s", e.No, e.Actor, e.Source, e.Reason, e.Values[nameColumn]))
		}
		if want := []string{"1 import, csv, first load: b", "2 Anna, user, forgotten: a"}; !slices.Equal(told, want) {
			t.Errorf("got %q, want %q", told, want)
		}
	})
}

func TestApplyTakesManyRecordsAtOnce(t *testing.T) {
	eachThings(t, func(t *testing.T, d *db.DB) {
		const n = 2*loadGroup + 50
		var changes []Change
		for i := range n {
			changes = append(changes, set(value.NewID(), value.Instant(i), amountColumn, int64(i)))
		}
		for round, want := range []Outcome{{Created: true, Version: 1}, {Version: 1}, {Updated: true, Version: 2}} {
			if round == 2 {
				for i := range changes {
					changes[i] = set(changes[i].ID, n, amountColumn, int64(-1))
				}
			}
			outcomes := apply(t, d, n, changes...)
			for i, got := range outcomes {
				want.ID = changes[i].ID
				if got != want {
					t.Fatalf("round %d: outcome %d is %+v, want %+v", round, i, got, want)
				}
			}
		}
	})
}

func TestIDsSortAlikeOnBothEngines(t *testing.T) {
	eachThings(t, func(t *testing.T, d *db.DB) {
		ids := []value.ID{value.SeededID(1, 2, 3), value.NewID(), value.NewID(), value.SeededID(1<<48-1, 4095, 1<<64-1)}
		for _, id := range slices.Backward(ids) {
			apply(t, d, 10, set(id, 10, ownerColumn, id))
		}
		var got []value.ID
		read(t, d, func(tx *db.Tx) error {
			rows, err := tx.Query(t.Context(), `SELECT id FROM thing WHERE owner_id = id ORDER BY id`)
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				var id value.ID
				if err := rows.Scan(&id); err != nil {
					return err
				}
				got = append(got, id)
			}
			return rows.Err()
		})
		if !slices.Equal(got, ids) {
			t.Errorf("got %v, want %v", got, ids)
		}
	})
}
