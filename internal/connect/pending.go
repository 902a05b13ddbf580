package connect

import (
	"context"
	"fmt"
	"slices"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/value"
)

// pending is a reference that waits until all tables are read.
type pending struct {
	object            string
	record            value.ID
	field             string
	at                value.Instant // from when on it holds
	derived           bool          // so is the version that begins there
	named             string
	key               string // of the row, whose link is complete once nothing of it waits
	hash              int64
	tableNo, columnNo int
}

func (im *importer) savePending(ctx context.Context, tx *db.Tx, waiting []pending) error {
	rows := make([][]any, len(waiting))
	for i, p := range waiting {
		rows[i] = []any{im.run.id, p.object, p.record, p.field, p.at, p.named, p.key, p.hash, p.tableNo, p.columnNo, p.derived}
	}
	err := db.BulkInsert(ctx, tx, "connect_pending",
		[]string{"import_id", "object", "record_id", "field", "held_from", "named", "external_id", "row_hash", "table_no", "column_no", "derived"}, rows,
		`ON CONFLICT (import_id, object, record_id, field) DO UPDATE SET held_from = excluded.held_from, named = excluded.named,
		external_id = excluded.external_id, row_hash = excluded.row_hash, derived = excluded.derived`)
	if err != nil {
		return fmt.Errorf("connect: set references aside: %w", err)
	}
	return nil
}

// resolvePending joins the references that had to wait, now that everything is there.
func (im *importer) resolvePending(ctx context.Context) error {
	clear(im.names.ready)
	for _, object := range readingOrder {
		var after value.ID
		for {
			var group []pending
			err := im.write(ctx, func(tx *db.Tx, y *tally) (err error) {
				if group, err = im.loadPending(ctx, tx, object, after); err != nil || len(group) == 0 {
					return err
				}
				return im.applyPending(ctx, tx, y, crm.ObjectNamed(object), group)
			})
			if err != nil {
				return err
			}
			if len(group) == 0 {
				break
			}
			after = group[len(group)-1].record
		}
	}
	return nil
}

// loadPending reads the waiting references of the next records.
func (im *importer) loadPending(ctx context.Context, tx *db.Tx, object string, after value.ID) ([]pending, error) {
	if after.IsZero() {
		after = value.ID{15: 1} // below every ID that is minted
	}
	rows, err := tx.Query(ctx, `SELECT record_id, field, held_from, named, external_id, row_hash, table_no, column_no, derived FROM connect_pending
		WHERE import_id = $1 AND object = $2 AND record_id IN (SELECT DISTINCT record_id FROM connect_pending
			WHERE import_id = $1 AND object = $2 AND record_id > $3 ORDER BY record_id LIMIT 1000)
		ORDER BY record_id, field`, im.run.id, object, after)
	if err != nil {
		return nil, fmt.Errorf("connect: read waiting references: %w", err)
	}
	defer rows.Close()
	var group []pending
	for rows.Next() {
		p := pending{object: object}
		if err := rows.Scan(&p.record, &p.field, &p.at, &p.named, &p.key, &p.hash, &p.tableNo, &p.columnNo, &p.derived); err != nil {
			return nil, fmt.Errorf("connect: read waiting references: %w", err)
		}
		group = append(group, p)
	}
	return group, rows.Err()
}

func (im *importer) applyPending(ctx context.Context, tx *db.Tx, y *tally, o *crm.Object, group []pending) error {
	wants := map[want]answer{}
	missing := map[string][]string{} // object → what columns that may make records name
	for _, p := range group {
		wants[want{im.columnOf(p).ref, p.named}] = answer{}
	}
	if err := im.resolve(ctx, tx, wants); err != nil {
		return err
	}
	for _, p := range group {
		c := im.columnOf(p)
		w := want{c.ref, p.named}
		if a := wants[w]; c.create && a.id.IsZero() && a.ambiguous == 0 && makable(p.named) && !slices.Contains(missing[c.ref], p.named) {
			missing[c.ref] = append(missing[c.ref], p.named)
		}
	}
	for object, named := range missing {
		if err := im.makeNamed(ctx, tx, y, object, named, wants); err != nil {
			return err
		}
	}
	var changes []crm.Change
	links := map[string]link{}
	incomplete := map[value.ID]bool{}
	for _, p := range group {
		c := im.columnOf(p)
		a := wants[want{c.ref, p.named}]
		if a.id.IsZero() {
			y.unresolved[miss{column: c, t: im.plans[p.tableNo], object: c.ref, named: p.named, ambiguous: a.ambiguous}]++
			incomplete[p.record] = true
			continue
		}
		links[p.key] = link{record: p.record, hash: p.hash}
		changes = append(changes, crm.Change{ID: p.record, At: p.at, Derived: p.derived, Set: map[string]any{p.field: a.id}})
	}
	for key, l := range links {
		if incomplete[l.record] {
			delete(links, key)
		}
	}
	if _, err := crm.Apply(ctx, tx, o, changes); err != nil {
		return err
	}
	return completeLinks(ctx, tx, im.run.source, o.Name, links)
}

func (im *importer) columnOf(p pending) *column {
	columns := im.plans[p.tableNo].columns
	return columns[slices.IndexFunc(columns, func(c *column) bool { return c.no == p.columnNo })]
}
