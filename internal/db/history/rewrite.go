package history

import (
	"context"
	"slices"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/value"
)

// Rewrite replaces what is believed of whole records: make gets the believed chain of a record, oldest first, and gives
// the chain that is to be believed from now on. Versions that both have stay as they are; what make takes out is no longer
// believed but kept. make may leave No, ValidTo and the recorded times of its versions alone: each lasts until the next.
// A chain that make gives as nil stays. Outcomes are in the order of ids, which must not repeat.
func Rewrite(ctx context.Context, tx *db.Tx, t *Table, ids []value.ID,
	make func(id value.ID, believed []Version) ([]Version, error),
) ([]Outcome, error) {
	records := newRecords(ids)
	if err := t.loadChains(ctx, tx, records); err != nil {
		return nil, err
	}
	var w writer
	outcomes := []Outcome{}
	for _, r := range records {
		chain, err := make(r.id, versionsOf(r.believed))
		if err != nil {
			return nil, err
		}
		wanted := r.believed
		if chain != nil {
			wanted = r.link(chain)
		}
		outcome, err := w.put(t, tx, r, wanted)
		if err != nil {
			return nil, err
		}
		outcomes = append(outcomes, outcome)
	}
	return outcomes, w.flush(ctx, tx, t)
}

// Revert brings records back to what was believed of them just before an instant of recording. A record that was unknown
// then becomes deleted over its whole life. Everything recorded since is kept as no longer believed.
func Revert(ctx context.Context, tx *db.Tx, t *Table, ids []value.ID, before value.Instant) ([]Outcome, error) {
	earlier := map[value.ID][]Version{}
	for group := range slices.Chunk(ids, loadGroup) {
		args := []any{before}
		for _, id := range group {
			args = append(args, id)
		}
		versions, err := t.versions(ctx, tx,
			`recorded_from < $1 AND recorded_to >= $1 AND id IN (`+placeholders(2, len(group))+`)`, args...)
		if err != nil {
			return nil, err
		}
		for _, v := range versions {
			earlier[v.ID] = append(earlier[v.ID], v)
		}
	}
	return Rewrite(ctx, tx, t, ids, func(id value.ID, believed []Version) ([]Version, error) {
		if chain := earlier[id]; len(chain) > 0 || len(believed) == 0 {
			return chain, nil
		}
		gone := believed[len(believed)-1]
		gone.ValidFrom, gone.Deleted = believed[0].ValidFrom, true
		return []Version{gone}, nil
	})
}

func newRecords(ids []value.ID) []*record {
	records := make([]*record, len(ids))
	for i, id := range ids {
		records[i] = &record{id: id, changes: []Change{{ID: id}}}
	}
	return records
}

func versionsOf(chain []segment) []Version {
	versions := make([]Version, len(chain))
	for i, s := range chain {
		versions[i] = s.Version
	}
	return versions
}

// link turns versions into a chain, in which each lasts until the next. Those that are believed already are recognised by
// what they say when the chains are compared.
func (r *record) link(versions []Version) []segment {
	chain := make([]segment, len(versions))
	for i, v := range versions {
		v.ID, v.No, v.ValidTo = r.id, 0, value.Forever
		if i+1 < len(versions) {
			v.ValidTo = versions[i+1].ValidFrom
		}
		chain[i] = segment{v}
	}
	return chain
}
