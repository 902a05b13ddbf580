package history

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// Outcome says what Apply did to a record.
type Outcome struct {
	ID      value.ID
	Created bool
	Updated bool  // neither: it was already so, and nothing was written
	Version int64 // the highest version number of the record, for Change.Expect
}

// Apply records changes, in the given order, and returns one outcome per record in the order of first mention. All
// changes of one record in a call become known together, and those that follow each other with the same At are one change:
// a state that lasted no time is not kept. Cells are brought into their stored form in place. Errors: Conflict when a
// record has moved past Expect, Invalid for a cell that cannot be stored or a valid time after tx.At.
func Apply(ctx context.Context, tx *db.Tx, t *Table, changes []Change) ([]Outcome, error) {
	records, err := t.group(tx, changes)
	if err != nil {
		return nil, err
	}
	if err := t.loadChains(ctx, tx, records); err != nil {
		return nil, err
	}
	var w writer
	outcomes := make([]Outcome, 0, len(records))
	for _, r := range records {
		wanted := r.believed
		for _, c := range r.changes {
			if err := r.check(t, c); err != nil {
				return nil, err
			}
			if c.At == 0 {
				c.At = r.recorded(tx)
			}
			wanted = patch(len(t.Columns), wanted, c)
		}
		outcome, err := w.put(t, tx, r, wanted)
		if err != nil {
			return nil, err
		}
		outcomes = append(outcomes, outcome)
	}
	return outcomes, w.flush(ctx, tx, t)
}

// record is one record under change: what is believed of it, and what is to change.
type record struct {
	id       value.ID
	believed []segment
	lastNo   int64 // highest version number ever used; 0 = new
	changes  []Change
}

// recorded is the instant of this recording: tx.At, or just after the last recording of this record where the clock of a
// transaction is behind that, because it began earlier, belongs to an import or runs on another machine. Every recording
// leaves a believed version, so the last one is found among them.
func (r *record) recorded(tx *db.Tx) value.Instant {
	at := tx.At
	for _, s := range r.believed {
		if s.RecordedFrom > tx.At {
			at = max(at, s.RecordedFrom+1)
		}
	}
	return at
}

// check holds a change against what is stored.
func (r *record) check(t *Table, c Change) error {
	switch {
	case c.Expect == 0 || c.Expect == r.lastNo:
		return nil
	case r.lastNo == 0:
		return fault.New(fault.NotFound, "no %s %s", t.Object, c.ID)
	}
	return fault.New(fault.Conflict, "%s %s was changed meanwhile (version %d, you saw %d): reload it and try again",
		t.Object, c.ID, r.lastNo, c.Expect)
}

// add appends a change, as part of the previous one where both hold from the same instant on.
func (r *record) add(c Change) {
	if n := len(r.changes); n > 0 && r.changes[n-1].At == c.At && r.changes[n-1].Expect == c.Expect {
		r.changes[n-1] = r.changes[n-1].and(c)
		return
	}
	r.changes = append(r.changes, c)
}

func (t *Table) group(tx *db.Tx, changes []Change) ([]*record, error) {
	byID := make(map[value.ID]*record, len(changes))
	records := make([]*record, 0, len(changes))
	for _, c := range changes {
		if c.At > tx.At {
			return nil, fault.New(fault.Invalid, "%s %s: a change cannot take effect in the future (%s)", t.Object, c.ID, c.At)
		}
		if err := t.normalise(&c); err != nil {
			return nil, fault.New(fault.Invalid, "%s %s: %w", t.Object, c.ID, err)
		}
		r := byID[c.ID]
		if r == nil {
			r = &record{id: c.ID}
			byID[c.ID] = r
			records = append(records, r)
		}
		r.add(c)
	}
	return records, nil
}

// normalise brings the cells of a change into the form in which they come back from the engines, so that they compare.
func (t *Table) normalise(c *Change) (err error) {
	for i, cell := range c.Set {
		if c.Set[i].Value, err = t.Columns[cell.Column].normal(cell.Value); err != nil {
			return err
		}
	}
	c.Custom, err = normalCustom(c.Custom)
	return err
}

// loadGroup bounds the IDs of one IN list: both engines limit the parameters of a statement.
const loadGroup = 400

func (t *Table) loadChains(ctx context.Context, tx *db.Tx, records []*record) error {
	var known []*record
	for _, r := range records {
		if !r.changes[0].New {
			known = append(known, r)
		}
	}
	// Everybody locks in the same order, so that two transactions over the same records do not block each other for good.
	slices.SortFunc(known, func(a, b *record) int { return bytes.Compare(a.id[:], b.id[:]) })
	for group := range slices.Chunk(known, loadGroup) {
		if err := t.loadSome(ctx, tx, group); err != nil {
			return err
		}
	}
	return nil
}

func (t *Table) loadSome(ctx context.Context, tx *db.Tx, records []*record) error {
	byID := make(map[value.ID]*record, len(records))
	ids := make([]any, len(records))
	for i, r := range records {
		byID[r.id], ids[i] = r, r.id
	}
	in := ` IN (` + placeholders(1, len(ids)) + `)`
	// Locking the current rows makes writers of one record take turns where the engine has several writers.
	rows, err := tx.Query(ctx, `SELECT id, version FROM `+t.Current+` WHERE id`+in+` ORDER BY id `+tx.Dialect().ForUpdate, ids...)
	if err != nil {
		return fmt.Errorf("history: read %s: %w", t.Current, err)
	}
	for rows.Next() {
		var id value.ID
		var no int64
		if err := rows.Scan(&id, &no); err != nil {
			rows.Close()
			return fmt.Errorf("history: read %s: %w", t.Current, err)
		}
		byID[id].lastNo = no
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("history: read %s: %w", t.Current, err)
	}
	versions, err := t.versions(ctx, tx, fmt.Sprintf("id%s AND recorded_to = %d", in, value.Forever), ids...)
	if err != nil {
		return err
	}
	for _, v := range versions {
		r := byID[v.ID]
		r.believed = append(r.believed, segment{v})
	}
	return nil
}

// folded is the text that search and sorting use.
func (t *Table) folded(values []any) string {
	var parts []string
	for i, c := range t.Columns {
		if text, ok := values[i].(string); ok && c.Search {
			parts = append(parts, value.Fold(text))
		}
	}
	return strings.Join(parts, " ")
}
