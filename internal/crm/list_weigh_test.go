package crm_test

import (
	"math"
	"testing"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/value"
)

// TestWeightsAreThoseOfTheList adds the weighted amounts up one by one. Engines round halves differently, so each deal may
// make a difference of one minor unit.
func TestWeightsAreThoseOfTheList(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := makeListWorld(t, d, 9)
		all := loadAll(t, d)
		stages := map[value.ID]float64{}
		read(t, d, func(tx *db.Tx) error {
			list, err := crm.ListStagesEver(t.Context(), tx)
			for _, s := range list {
				stages[s.ID] = s.Probability
			}
			return err
		})
		for _, scope := range w.scopes() {
			q := crm.ListQuery{Object: object(t, "deal"), Sort: "created"}
			want, count := map[string]float64{}, map[string]int{}
			for _, id := range naiveList(w, all, scope, q) {
				deal := all["deal"][id].Values
				amount, ok := deal["amount"].(int64)
				if !ok {
					continue
				}
				probability, own := deal["probability"].(float64)
				if !own {
					stage, _ := deal["stage"].(value.ID)
					probability = stages[stage]
				}
				want[deal["currency"].(string)] += float64(amount) * probability
				count[deal["currency"].(string)]++
			}
			read(t, d, func(tx *db.Tx) error {
				sums, err := crm.WeighDeals(t.Context(), tx, scope, q)
				if len(sums) != len(want) {
					t.Errorf("%+v: %d currencies, want %d", scope, len(sums), len(want))
				}
				for _, s := range sums {
					if n := count[s.Sum.Currency]; s.Count != n || math.Abs(float64(s.Sum.Minor)-want[s.Sum.Currency]) > float64(n) {
						t.Errorf("%+v: %v of %d deals, want %.0f of %d", scope, s.Sum, s.Count, want[s.Sum.Currency], n)
					}
				}
				return err
			})
		}
	})
}
