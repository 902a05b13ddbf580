package history

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// InsertChains stores records that do not exist yet together with their whole past: each chain holds every version of one
// record, those believed now and those that were superseded, with valid and recorded times of their own. It numbers the
// versions in the order of their recording and sets No and TxNo in place. The error is Invalid, and nothing may be kept,
// when a chain could not have come about by Apply: see checkChain.
func InsertChains(ctx context.Context, tx *db.Tx, t *Table, chains [][]Version) error {
	versions := make([][]any, 0, 8*len(chains))
	current := make([][]any, 0, len(chains))
	for _, chain := range chains {
		believed, err := t.checkChain(tx, chain)
		if err != nil {
			return err
		}
		for i := range chain {
			chain[i].No, chain[i].TxNo = int64(i+1), tx.No
			row, err := versionRow(chain[i])
			if err != nil {
				return err
			}
			versions = append(versions, row)
		}
		row, err := t.currentRow(believed[:], int64(len(chain)), tx.No)
		if err != nil {
			return err
		}
		current = append(current, row)
	}
	if err := db.BulkInsert(ctx, tx, t.Versions, t.versionColumns(), versions, ""); err != nil {
		return fmt.Errorf("history: restore %s: %w", t.Versions, err)
	}
	if err := db.BulkInsert(ctx, tx, t.Current, t.currentColumns(), current, ""); err != nil {
		return fmt.Errorf("history: restore %s: %w", t.Current, err)
	}
	for _, chain := range chains {
		tx.Changed(t.Object, chain[0].ID)
	}
	return nil
}

// checkChain orders the versions of one record by their recording and makes sure of what Apply guarantees: one identity,
// cells of the right kind, nothing recorded before it was so or after this transaction, and at every recorded instant a
// chain without gap or overlap up to that instant. It gives the first and the last version that are believed now.
func (t *Table) checkChain(tx *db.Tx, chain []Version) ([2]segment, error) {
	if len(chain) == 0 {
		return [2]segment{}, fault.New(fault.Invalid, "%s: a record without versions cannot be stored", t.Object)
	}
	slices.SortStableFunc(chain, byRecording)
	simple := true // each version was recorded as it happened and is still believed
	for i := range chain {
		if err := t.checkVersion(tx, chain[0].ID, &chain[i]); err != nil {
			return [2]segment{}, err
		}
		simple = simple && chain[i].RecordedFrom == chain[i].ValidFrom && chain[i].RecordedTo == value.Forever
	}
	if !simple {
		for i := range chain {
			if i > 0 && chain[i].RecordedFrom == chain[i-1].RecordedFrom {
				continue
			}
			if err := t.checkKnown(chain, chain[i].RecordedFrom); err != nil {
				return [2]segment{}, err
			}
		}
	}
	believed := slices.DeleteFunc(slices.Clone(chain), func(v Version) bool { return v.RecordedTo != value.Forever })
	slices.SortFunc(believed, byValidity)
	for i := range believed {
		last := i == len(believed)-1
		if last && believed[i].ValidTo != value.Forever || !last && believed[i].ValidTo != believed[i+1].ValidFrom {
			return [2]segment{}, t.badChain(believed[i], "its successor does not begin where it ends, at %s", believed[i].ValidTo)
		}
	}
	if len(believed) == 0 {
		return [2]segment{}, t.badChain(chain[0], "nothing is believed of the record any more")
	}
	return [2]segment{{believed[0]}, {believed[len(believed)-1]}}, nil
}

func (t *Table) checkVersion(tx *db.Tx, id value.ID, v *Version) error {
	switch {
	case v.ID != id || id.IsZero():
		return t.badChain(*v, "the versions of one record need one ID, not %s", id)
	case len(v.Values) != len(t.Columns):
		return t.badChain(*v, "it has %d cells for %d columns", len(v.Values), len(t.Columns))
	case v.ValidFrom >= v.ValidTo || v.RecordedFrom >= v.RecordedTo:
		return t.badChain(*v, "it ends (valid %s, recorded %s) before it begins", v.ValidTo, v.RecordedTo)
	case v.ValidFrom > v.RecordedFrom || v.RecordedFrom > tx.At || v.RecordedTo > tx.At && v.RecordedTo != value.Forever:
		return t.badChain(*v, "it was recorded (%s to %s) before it was so, or after now", v.RecordedFrom, v.RecordedTo)
	}
	for i, cell := range v.Values {
		normal, err := t.Columns[i].normal(cell)
		if err != nil {
			return t.badChain(*v, "%w", err)
		}
		v.Values[i] = normal
	}
	return nil
}

// checkKnown makes sure that what was known at an instant covers the record's life up to then, each moment once.
func (t *Table) checkKnown(chain []Version, known value.Instant) error {
	var seen []Version
	for _, v := range chain {
		if v.RecordedFrom <= known && v.RecordedTo > known {
			seen = append(seen, v)
		}
	}
	slices.SortFunc(seen, byValidity)
	for i, v := range seen {
		last := i == len(seen)-1
		if last && v.ValidTo <= known || !last && v.ValidTo != seen[i+1].ValidFrom {
			return t.badChain(v, "as known at %s, its successor does not begin where it ends, at %s", known, v.ValidTo)
		}
	}
	return nil
}

func (t *Table) badChain(v Version, format string, args ...any) error {
	return fault.New(fault.Invalid, "%s %s, version valid from %s: %w", t.Object, v.ID, v.ValidFrom, fmt.Errorf(format, args...))
}

func byRecording(a, b Version) int {
	return cmp.Or(cmp.Compare(a.RecordedFrom, b.RecordedFrom), cmp.Compare(a.ValidFrom, b.ValidFrom))
}

func byValidity(a, b Version) int { return cmp.Compare(a.ValidFrom, b.ValidFrom) }
