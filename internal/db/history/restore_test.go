package history

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// TestInsertedChainsAreWhatApplyLeft makes records by random changes and stores their versions once more under other IDs:
// whatever Apply brings about must be accepted, and come back the same.
func TestInsertedChainsAreWhatApplyLeft(t *testing.T) {
	eachThings(t, func(t *testing.T, d *db.DB) {
		rapid.Check(t, func(t *rapid.T) {
			id, copied := value.NewID(), value.NewID()
			for range rapid.IntRange(1, 5).Draw(t, "transactions") {
				at := drawInstant(t, "recorded")
				apply(t, d, at, drawChanges(t, id, at)...)
			}
			chain := everyVersion(t, d, id)
			want := slices.Clone(chain)
			for i := range chain {
				chain[i].ID = copied
			}
			insert(t, d, chain)
			got := everyVersion(t, d, copied)
			slices.SortStableFunc(want, byRecording)
			for i, v := range got {
				if v.No != int64(i+1) {
					t.Fatalf("version %d has the number %d: %+v", i+1, v.No, got)
				}
				v.ID, v.No, v.TxNo = id, want[i].No, want[i].TxNo
				if !reflect.DeepEqual(v, want[i]) {
					t.Fatalf("stored %+v, came back %+v", want[i], v)
				}
			}
			if a, b := currentOf(t, d, id), currentOf(t, d, copied); !reflect.DeepEqual(a, b) {
				t.Fatalf("current row %v, of the copy %v", a, b)
			}
		})
		read(t, d, func(tx *db.Tx) error {
			report, err := Verify(t.Context(), tx, things)
			if report.Violations() > 0 {
				t.Errorf("broken: %+v", report)
			}
			return err
		})
	})
}

func TestInsertChainsRefusesWhatCouldNotBe(t *testing.T) {
	id, always := value.NewID(), value.Forever
	version := func(validFrom, validTo, recordedFrom, recordedTo value.Instant) Version {
		return Version{ID: id, ValidFrom: validFrom, ValidTo: validTo, RecordedFrom: recordedFrom, RecordedTo: recordedTo,
			State: State{Values: make([]any, len(things.Columns))}}
	}
	other, wrongKind, short := version(10, always, 10, always), version(10, always, 10, always), version(10, always, 10, always)
	other.ID = value.NewID()
	wrongKind.Values[amountColumn] = "7"
	short.Values = short.Values[1:]
	eachThings(t, func(t *testing.T, d *db.DB) {
		for what, chain := range map[string][]Version{
			"nothing":                     {},
			"gap":                         {version(5, 10, 5, always), version(11, always, 11, always)},
			"overlap":                     {version(5, 12, 5, always), version(11, always, 11, always)},
			"an end":                      {version(5, 12, 5, always)},
			"backwards":                   {version(5, 5, 5, always)},
			"unrecorded before recorded":  {version(5, always, 9, 8)},
			"recorded before it was so":   {version(5, always, 4, always)},
			"recorded after now":          {version(5, always, 101, always)},
			"given up after now":          {version(5, always, 5, 101), version(5, always, 101, always)},
			"nothing believed":            {version(5, always, 5, 20)},
			"a gap in the past":           {version(5, 10, 5, always), version(10, always, 20, always)},
			"unknown for a while":         {version(5, always, 5, 20), version(5, always, 30, always)},
			"an overlap in the past":      {version(5, always, 5, 20), version(8, always, 9, 20), version(5, always, 20, always)},
			"two records":                 {version(5, 10, 5, always), other},
			"no record":                   {{ValidFrom: 5, ValidTo: always, RecordedFrom: 5, RecordedTo: always, State: short.State}},
			"a cell of the wrong kind":    {wrongKind},
			"a cell less than columns":    {short},
			"the same instant twice over": {version(5, always, 5, always), version(5, always, 5, always)},
		} {
			err := d.Write(t.Context(), db.TxInfo{At: 100}, func(tx *db.Tx) error {
				return InsertChains(t.Context(), tx, things, [][]Version{{version(5, always, 5, always)}, chain})
			})
			if fault.KindOf(err) != fault.Invalid {
				t.Errorf("%s: error %v, want Invalid", what, err)
			}
		}
		if log := logOf(t, d, id); len(log) > 0 {
			t.Errorf("something was stored: %+v", log)
		}
		insert(t, d, []Version{version(5, always, 5, 20), version(5, 8, 20, always), version(8, always, 20, always)})
		err := d.Write(t.Context(), db.TxInfo{At: 100}, func(tx *db.Tx) error {
			return InsertChains(t.Context(), tx, things, [][]Version{{version(5, always, 5, always)}})
		})
		if err == nil || len(logOf(t, d, id)) != 3 {
			t.Errorf("a record that exists was stored again: %v", err)
		}
	})
}

func insert(t tester, d *db.DB, chains ...[]Version) {
	t.Helper()
	write(t, d, db.TxInfo{At: 100}, func(tx *db.Tx) error { return InsertChains(t.Context(), tx, things, chains) })
}

// everyVersion lists all versions of a record, believed or not, in the order of their recording.
func everyVersion(t tester, d *db.DB, id value.ID) (versions []Version) {
	t.Helper()
	read(t, d, func(tx *db.Tx) (err error) {
		versions, err = things.versions(t.Context(), tx, `id = $1`, id)
		return err
	})
	slices.SortFunc(versions, func(a, b Version) int { return cmp.Compare(a.No, b.No) })
	return versions
}

// currentOf is what the current row of a record says, besides its number and transaction.
func currentOf(t tester, d *db.DB, id value.ID) (row []string) {
	t.Helper()
	read(t, d, func(tx *db.Tx) error {
		cells := make([]any, 0, 16)
		into := []any{}
		for range 5 + len(things.Columns) {
			cells = append(cells, nil)
		}
		for i := range cells {
			into = append(into, &cells[i])
		}
		err := tx.QueryRow(t.Context(), `SELECT created_at, valid_from, deleted, folded, custom, name, owner_id, amount_minor, probability, active, city
			FROM thing WHERE id = $1`, id).Scan(into...)
		for _, cell := range cells {
			row = append(row, fmt.Sprint(cell))
		}
		return err
	})
	return row
}
