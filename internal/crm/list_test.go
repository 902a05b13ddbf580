package crm_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

var listedObjects = []string{"deal", "account", "contact", "line_item", "activity", "campaign"}

// TestListsEqualNaiveFilterAndSort pages through random lists, forward and backward, and compares them with a filter and a
// sort in Go over all records: as short lists are read, and as long ones are.
func TestListsEqualNaiveFilterAndSort(t *testing.T) {
	for seed := range uint64(2) {
		counted := 1_000
		if seed == 1 {
			counted = 3
			crm.CountTo(t, counted)
		}
		dbtest.Each(t, func(t *testing.T, d *db.DB) {
			w := makeListWorld(t, d, seed)
			all := loadAll(t, d)
			rapid.Check(t, func(rt *rapid.T) {
				o := object(t, rapid.SampledFrom(listedObjects).Draw(rt, "object"))
				scope := rapid.SampledFrom(w.scopes()).Draw(rt, "scope")
				q := crm.ListQuery{Object: o, Limit: rapid.SampledFrom([]int{0, 4, 7, 200}).Draw(rt, "limit"), Descending: rapid.Bool().Draw(rt, "descending"),
					Sort: rapid.SampledFrom(crm.SortFields(o, customOf(t, d, o))).Draw(rt, "sort")}
				if o.Name == "deal" {
					q.Where = rapid.SliceOfN(rapid.SampledFrom(w.dealFilters()), 0, 2).Draw(rt, "where")
				}
				want := naiveList(w, all, scope, q)
				forward, backward := pages(rt, d, scope, q, false, counted), pages(rt, d, scope, q, true, counted)
				if !slices.Equal(forward, want) {
					rt.Errorf("forward %d rows, want %d:\n%v\n%v", len(forward), len(want), forward, want)
				}
				if !slices.Equal(backward, want) {
					rt.Errorf("backward %d rows, want %d:\n%v\n%v", len(backward), len(want), backward, want)
				}
			})
		})
	}
}

// pages reads all pages of a list from its beginning, or from its end.
func pages(rt *rapid.T, d *db.DB, scope identity.Scope, q crm.ListQuery, fromEnd bool, counted int) (ids []value.ID) {
	q.Last = fromEnd
	if len(q.Where) > 0 {
		counted *= 10
	}
	for {
		var page crm.Page
		err := d.Read(context.Background(), func(tx *db.Tx) (err error) {
			page, err = crm.ListRecords(context.Background(), tx, scope, q)
			return err
		})
		if err != nil {
			rt.Fatal(err)
		}
		var here []value.ID
		for _, r := range page.Records {
			here = append(here, r.ID)
		}
		if fromEnd {
			ids = append(here, ids...)
		} else {
			ids = append(ids, here...)
		}
		q.Last, q.Cursor = false, page.Next
		if fromEnd {
			q.Cursor = page.Previous
		}
		if q.Cursor == "" {
			if page.Total != min(len(ids), counted) || page.More != (len(ids) > counted) {
				rt.Errorf("total %d, more %v of %d rows", page.Total, page.More, len(ids))
			}
			return ids
		}
		if len(here) == 0 || len(ids) > 10_000 {
			rt.Fatal("the pages do not end")
		}
	}
}

func customOf(t testing.TB, d *db.DB, o *crm.Object) (fields []crm.CustomField) {
	read(t, d, func(tx *db.Tx) (err error) {
		fields, err = crm.ListFields(t.Context(), tx, o.Name)
		return err
	})
	return fields
}

// loadAll reads every record that is not deleted, one by one, by object.
func loadAll(t *testing.T, d *db.DB) map[string]map[value.ID]crm.Record {
	t.Helper()
	all := map[string]map[value.ID]crm.Record{}
	read(t, d, func(tx *db.Tx) error {
		for _, name := range listedObjects {
			all[name] = map[value.ID]crm.Record{}
			var ids []value.ID
			rows, err := tx.Query(t.Context(), `SELECT id FROM `+object(t, name).Table.Current)
			if err != nil {
				return err
			}
			for rows.Next() {
				var id value.ID
				if err := rows.Scan(&id); err != nil {
					return err
				}
				ids = append(ids, id)
			}
			rows.Close()
			for _, id := range ids {
				r, err := crm.LoadRecord(t.Context(), tx, object(t, name), id, history.Now())
				if err == nil {
					all[name][id] = r
				} else if fault.KindOf(err) != fault.NotFound {
					return err
				}
			}
		}
		return nil
	})
	return all
}

func naiveList(w listWorld, all map[string]map[value.ID]crm.Record, scope identity.Scope, q crm.ListQuery) (ids []value.ID) {
	var records []crm.Record
	for _, r := range all[q.Object.Name] {
		fits := w.sees(all, scope, r)
		for _, f := range q.Where {
			fits = fits && naiveFilter(r, f)
		}
		if fits {
			records = append(records, r)
		}
	}
	slices.SortFunc(records, func(a, b crm.Record) int {
		x, y := naiveKey(q.Object, a, q.Sort), naiveKey(q.Object, b, q.Sort)
		order := cmp.Or(compareKeys(x, y), bytes.Compare(a.ID[:], b.ID[:]))
		switch {
		case (x == nil) != (y == nil):
			return map[bool]int{true: 1, false: -1}[x == nil]
		case q.Descending:
			return -order
		}
		return order
	})
	for _, r := range records {
		ids = append(ids, r.ID)
	}
	return ids
}

// sees is the rule of visibility in Go.
func (w listWorld) sees(all map[string]map[value.ID]crm.Record, s identity.Scope, r crm.Record) bool {
	ref := func(r crm.Record, field string) value.ID { id, _ := r.Values[field].(value.ID); return id }
	last := func(object string, id value.ID) value.ID { return ref(all[object][id], "owner") }
	switch r.Object {
	case "campaign":
		return true
	case "contact":
		return w.owns(s, ref(r, "owner")) || w.owns(s, last("account", ref(r, "account")))
	case "line_item":
		return w.owns(s, last("deal", ref(r, "deal")))
	}
	return w.owns(s, ref(r, "owner"))
}

func naiveKey(o *crm.Object, r crm.Record, sort string) any {
	searched := slices.IndexFunc(o.Fields, func(f crm.Field) bool { return f.Search })
	switch {
	case sort == crm.SortCreated:
		return r.Created
	case sort == crm.SortChanged:
		return r.Since
	case searched >= 0 && (sort == crm.SortName || sort == o.Fields[searched].Name):
		return naiveFolded(o, r)
	case o.Field(sort) >= 0:
		return r.Values[sort]
	}
	switch v := r.Custom[sort].(type) {
	case string:
		return value.Fold(v)
	case value.Money:
		return v.Minor
	default:
		return v
	}
}

func naiveFolded(o *crm.Object, r crm.Record) string {
	var parts []string
	for _, f := range o.Fields {
		if text, ok := r.Values[f.Name].(string); ok && f.Search {
			parts = append(parts, value.Fold(text))
		}
	}
	return strings.Join(parts, " ")
}

func compareKeys(a, b any) int {
	switch a := a.(type) {
	case string:
		b, _ := b.(string)
		return strings.Compare(a, b)
	case bool:
		return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b))
	case int64:
		b, _ := b.(int64)
		return cmp.Compare(a, b)
	case float64:
		b, _ := b.(float64)
		return cmp.Compare(a, b)
	case value.Day:
		b, _ := b.(value.Day)
		return cmp.Compare(a, b)
	case value.Instant:
		b, _ := b.(value.Instant)
		return cmp.Compare(a, b)
	}
	return 0
}
