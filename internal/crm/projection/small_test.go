package projection

import (
	"errors"
	"testing"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/value"
)

// TestStageMadeSinceTheShapeWasRead is what a rebuild meets while an import makes stages.
func TestStageMadeSinceTheShapeWasRead(t *testing.T) {
	d := dbtest.SQLite(t)
	pipeline := value.NewID()
	add := func(object string, id value.ID, set map[string]any) {
		t.Helper()
		err := d.Write(t.Context(), db.TxInfo{Actor: value.System("test")}, func(tx *db.Tx) error {
			_, err := crm.Apply(t.Context(), tx, crm.ObjectNamed(object), []crm.Change{{ID: id, New: true, Set: set}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	add("pipeline", pipeline, map[string]any{"name": "Sales"})
	add("stage", value.NewID(), map[string]any{"pipeline": pipeline, "name": "First", "position": int64(0), "outcome": "open"})
	var s *shape
	err := d.Read(t.Context(), func(tx *db.Tx) (err error) {
		s, err = readShape(t.Context(), tx, newVocabulary())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	small := func() error {
		return d.Read(t.Context(), func(tx *db.Tx) error {
			_, err := s.smallTables(t.Context(), tx)
			return err
		})
	}
	if err := small(); err != nil {
		t.Errorf("the shape as it was read: %v", err)
	}
	add("stage", value.NewID(), map[string]any{"pipeline": pipeline, "name": "Second", "position": int64(1), "outcome": "open"})
	if err := small(); !errors.Is(err, errOutdated) {
		t.Errorf("a stage made since: %v, want errOutdated", err)
	}
}
