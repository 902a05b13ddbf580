package history

import (
	"context"
	"fmt"
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
// changes of one record in a call become known together: a state between two of them that lasted no time is not kept.
// Errors: Conflict when a record has moved past Expect, Invalid for a cell of the wrong kind or a valid time after tx.At.
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
			if c.Expect != 0 && c.Expect != r.lastNo {
				return nil, fault.New(fault.Conflict, "%s %s was changed meanwhile (version %d, you saw %d): reload it and try again",
					t.Object, c.ID, r.lastNo, c.Expect)
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

// recorded is the instant of this recording: never before what is already known of the record.
func (r *record) recorded(tx *db.Tx) value.Instant {
	at := tx.At
	for _, s := range r.believed {
		at = max(at, s.RecordedFrom)
	}
	return at
}

func (t *Table) group(tx *db.Tx, changes []Change) ([]*record, error) {
	byID := make(map[value.ID]*record, len(changes))
	records := make([]*record, 0, len(changes))
	for _, c := range changes {
		if c.At > tx.At {
			return nil, fault.New(fault.Invalid, "%s %s: a change cannot take effect in the future (%s)", t.Object, c.ID, c.At)
		}
		for i, cell := range c.Set {
			normal, err := t.Columns[cell.Column].normal(cell.Value)
			if err != nil {
				return nil, fault.New(fault.Invalid, "%s %s: %w", t.Object, c.ID, err)
			}
			c.Set[i].Value = normal
		}
		r := byID[c.ID]
		if r == nil {
			r = &record{id: c.ID}
			byID[c.ID] = r
			records = append(records, r)
		}
		r.changes = append(r.changes, c)
	}
	return records, nil
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
	for len(known) > 0 {
		n := min(loadGroup, len(known))
		if err := t.loadSome(ctx, tx, known[:n]); err != nil {
			return err
		}
		known = known[n:]
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
