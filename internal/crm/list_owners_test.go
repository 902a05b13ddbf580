package crm_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
)

// TestDealsOfOwnersEqualNaiveSort pages through deals in scope in the orders in which each owner's are walked apart.
func TestDealsOfOwnersEqualNaiveSort(t *testing.T) {
	crm.CountTo(t, 3)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := makeListWorld(t, d, 7)
		all := loadAll(t, d)
		rapid.Check(t, func(rt *rapid.T) {
			q := crm.ListQuery{Object: object(t, "deal"), Limit: rapid.IntRange(1, 7).Draw(rt, "limit"),
				Descending: rapid.Bool().Draw(rt, "descending"), Sort: rapid.SampledFrom([]string{crm.SortName, "amount", "close"}).Draw(rt, "sort")}
			q.Where = rapid.SliceOfN(rapid.SampledFrom(w.dealFilters()), 0, 1).Draw(rt, "where")
			scope := rapid.SampledFrom(w.scopes()).Draw(rt, "scope")
			want := naiveList(w, all, scope, q)
			for _, fromEnd := range []bool{false, true} {
				if got := pages(rt, d, scope, q, fromEnd, 3); !slices.Equal(got, want) {
					rt.Errorf("from the end %v, %d rows, want %d:\n%v\n%v", fromEnd, len(got), len(want), got, want)
				}
			}
		})
	})
}
