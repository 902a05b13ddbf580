package search

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

// Hit is a record that was found.
type Hit struct {
	Object string // crm.Object.Name
	ID     value.ID
	Name   string
	Whole  bool // every word searched for is a whole word of the record
}

// maxHits bounds what one search finds.
const maxHits = 100

// Find gives up to limit accounts, deals, contacts, leads, people and products in scope of which each word of text begins
// a word, in whichever script. Records that have all of them as whole words come first, then accounts and deals, then what
// changed last. Text without words finds nothing. Of words each of which is on
// thousands of records of an object, those are found that have them one after the other as they are typed, and those that
// changed or were made last, and not always every one of them.
func Find(ctx context.Context, tx *db.Tx, scope identity.Scope, text string, limit int) ([]Hit, error) {
	words := queryWords(text)
	limit = min(limit, maxHits)
	var hits []Hit
	if len(words) == 0 {
		return nil, nil
	}
	for _, whole := range []bool{true, false} {
		for _, class := range classes {
			if len(hits) >= limit {
				break
			}
			found, err := findInClass(ctx, tx, scope, class, words, whole, limit)
			if err != nil {
				return nil, fmt.Errorf("search: %w", err)
			}
			for _, f := range found {
				known := slices.ContainsFunc(hits, func(h Hit) bool { return h.ID == f.id })
				if !known && len(hits) < limit {
					hits = append(hits, Hit{Object: f.object, ID: f.id, Whole: whole})
				}
			}
		}
	}
	return hits, nameHits(ctx, tx, hits)
}

// found is a record on its way to be a hit.
type found struct {
	object  string
	id      value.ID
	changed int64
}

// findInClass gives the first records of some objects, those that changed last first.
func findInClass(ctx context.Context, tx *db.Tx, scope identity.Scope, class []searched, words [][]string, whole bool, limit int) ([]found, error) {
	var all []found
	for _, s := range class {
		l := lookup{searched: s, scope: scope, words: words, whole: whole, limit: limit}
		records, err := l.find(ctx, tx)
		if err != nil {
			return nil, err
		}
		all = append(all, records...)
	}
	slices.SortFunc(all, lastChangedFirst)
	return all[:min(len(all), limit)], nil
}

func lastChangedFirst(a, b found) int {
	return cmp.Or(cmp.Compare(b.changed, a.changed), bytes.Compare(b.id[:], a.id[:]))
}

// nameHits fills in the names.
func nameHits(ctx context.Context, tx *db.Tx, hits []Hit) error {
	ids := map[*crm.Object][]value.ID{}
	for _, h := range hits {
		o := crm.ObjectNamed(h.Object)
		ids[o] = append(ids[o], h.ID)
	}
	names, err := crm.LoadNames(ctx, tx, ids)
	for i := range hits {
		hits[i].Name = names[hits[i].ID]
	}
	return err
}
