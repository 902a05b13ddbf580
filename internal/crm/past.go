package crm

import (
	"context"
	"fmt"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// Past is what a source states about the past of one record: which values its fields took, and when.
type Past struct {
	ID      value.ID
	Initial map[string]any // values from the record's beginning until a point sets the field
	Points  []Change       // in the order of At, at least one; only At, Set and Author count
}

// ApplyPast makes stated pasts the believed history of records that exist. A field that a past mentions takes its values
// from the past between the first and the last point that set it; versions that were only derived give way. What the past
// does not tell stays: other fields, changes outside of its time, and the present value of a field where it differs from
// the last point and was learned later. Errors and outcomes are those of Apply.
func ApplyPast(ctx context.Context, tx *db.Tx, o *Object, pasts []Past) ([]history.Outcome, error) {
	ids := make([]value.ID, len(pasts))
	byID := make(map[value.ID]storedPast, len(pasts))
	var all []Change
	for i, p := range pasts {
		if len(p.Points) == 0 {
			return nil, fault.New(fault.Invalid, "%s %s: a past needs at least one point", o.Name, p.ID)
		}
		opening := Change{ID: p.ID, Set: p.Initial}
		for _, c := range append([]Change{opening}, p.Points...) {
			c.ID = p.ID
			if err := Check(o, c); err != nil {
				return nil, err
			}
			if c.At > tx.At {
				return nil, fault.New(fault.Invalid, "%s %s: its past cannot reach into the future (%s)", o.Name, c.ID, c.At)
			}
			all = append(all, c)
		}
		ids[i], byID[p.ID] = p.ID, o.storedPast(p)
	}
	if err := checkReferences(ctx, tx, o, all, nil); err != nil {
		return nil, err
	}
	outcomes, err := history.Rewrite(ctx, tx, o.Table, ids, func(id value.ID, believed []history.Version) ([]history.Version, error) {
		if len(believed) == 0 {
			return nil, fault.New(fault.NotFound, "no %s %s", o.Name, id)
		}
		return byID[id].over(believed), nil
	})
	if err != nil {
		return nil, fmt.Errorf("crm: apply past of %s: %w", o.Plural, err)
	}
	return outcomes, nil
}

// storedPast is a past in columns.
type storedPast struct {
	initial []history.Cell
	points  []history.Change
}

func (o *Object) storedPast(p Past) storedPast {
	stored := storedPast{initial: o.stored(Change{Set: p.Initial}).Set}
	for _, c := range p.Points {
		stored.points = append(stored.points, o.stored(c))
	}
	return stored
}
