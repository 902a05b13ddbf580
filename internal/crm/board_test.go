package crm_test

import (
	"slices"
	"testing"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

// TestBoardsEqualLists holds each stage of a board against the list of its deals.
func TestBoardsEqualLists(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := makeListWorld(t, d, 5)
		all := loadAll(t, d)
		pipeline := mustLoad(t, d, "stage", w.stages["open"]).Values["pipeline"].(value.ID)
		for _, scope := range w.scopes() {
			for _, filter := range append(w.dealFilters(), crm.Filter{Field: "name", Op: crm.OpFilled}) {
				var board crm.Board
				read(t, d, func(tx *db.Tx) (err error) {
					board, err = crm.BoardDeals(t.Context(), tx, scope, crm.BoardQuery{Pipeline: pipeline, Where: []crm.Filter{filter}, Cards: 4})
					return err
				})
				if len(board.Stages) != 2 {
					t.Fatalf("%d stages are open, want 2", len(board.Stages))
				}
				for _, s := range board.Stages {
					want := naiveList(w, all, scope, crm.ListQuery{Object: object(t, "deal"), Sort: "close",
						Where: []crm.Filter{filter, {Field: "stage", Op: crm.OpIs, Values: []string{s.ID.String()}}}})
					var shown []value.ID
					for _, card := range s.Cards {
						shown = append(shown, card.ID)
						if owner, ok := card.Values["owner"].(value.ID); ok && board.Names[owner] == "" {
							t.Errorf("the owner of %s has no name", card.ID)
						}
					}
					if s.Count != len(want) || !slices.Equal(shown, want[:min(4, len(want))]) {
						t.Errorf("%+v %+v: %d deals in %s, first %v, want %v", scope, filter, s.Count, s.Name, shown, want)
					}
					checkStageSums(t, all["deal"], s, want)
				}
			}
		}
		err := d.Read(t.Context(), func(tx *db.Tx) error {
			_, err := crm.BoardDeals(t.Context(), tx, identity.Scope{All: true}, crm.BoardQuery{Pipeline: value.NewID()})
			return err
		})
		if fault.KindOf(err) != fault.NotFound {
			t.Errorf("the board of nothing: %v, want NotFound", err)
		}
	})
}

func checkStageSums(t *testing.T, deals map[value.ID]crm.Record, s crm.BoardStage, ids []value.ID) {
	t.Helper()
	want := map[string]int64{}
	for _, id := range ids {
		if amount, ok := deals[id].Values["amount"].(int64); ok {
			want[deals[id].Values["currency"].(string)] += amount
		}
	}
	for _, sum := range s.Sums {
		if minor, ok := want[sum.Sum.Currency]; !ok || minor != sum.Sum.Minor {
			t.Errorf("%s in stage %s, want %d", sum.Sum, s.Name, minor)
		}
	}
	if len(s.Sums) != len(want) {
		t.Errorf("sums %v in stage %s, want %v", s.Sums, s.Name, want)
	}
}
