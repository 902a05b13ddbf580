package connect

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"zveno.dev/zveno/internal/connect/tabular"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/value"
)

// asideRow is a row set aside until the other rows of its group have been read.
type asideRow struct {
	key     string        // of the group
	at      value.Instant // order within the group, before the line
	tableNo int
	line    int64
	cells   []string
}

// notFirst is where a row of a lot of repeated rows stands that was not the first of its record in this import.
const notFirst value.Instant = 1

// setAside stores rows of a lot.
func (im *importer) setAside(ctx context.Context, tx *db.Tx, lot string, aside []asideRow) error {
	rows := make([][]any, len(aside))
	for i, a := range aside {
		cells, err := json.Marshal(a.cells)
		if err != nil {
			return fmt.Errorf("connect: set rows aside: %w", err)
		}
		rows[i] = []any{im.run.id, lot, a.key, a.at, a.tableNo, a.line, string(cells)}
	}
	err := db.BulkInsert(ctx, tx, "connect_rows", []string{"import_id", "lot", "group_key", "at", "table_no", "line", "cells"}, rows, "")
	if err != nil {
		return fmt.Errorf("connect: set rows aside: %w", err)
	}
	return nil
}

// asideGroup is how many rows that were set aside are taken up at once; a group is never torn.
const asideGroup = 4000

// takeAside reads the next groups of a lot behind a key, in order.
func (im *importer) takeAside(ctx context.Context, tx *db.Tx, lot, after string) ([]asideRow, error) {
	rows, err := tx.Query(ctx, `SELECT group_key, at, table_no, line, cells FROM connect_rows
		WHERE import_id = $1 AND lot = $2 AND group_key > $3 AND group_key <= coalesce(
			(SELECT group_key FROM connect_rows WHERE import_id = $1 AND lot = $2 AND group_key > $3 ORDER BY group_key LIMIT 1 OFFSET $4),
			(SELECT max(group_key) FROM connect_rows WHERE import_id = $1 AND lot = $2))
		ORDER BY group_key, at, table_no, line`, im.run.id, lot, after, asideGroup)
	if err != nil {
		return nil, fmt.Errorf("connect: take up rows: %w", err)
	}
	defer rows.Close()
	var taken []asideRow
	for rows.Next() {
		var a asideRow
		var cells string
		if err := rows.Scan(&a.key, &a.at, &a.tableNo, &a.line, &cells); err != nil {
			return nil, fmt.Errorf("connect: take up rows: %w", err)
		}
		if err := json.Unmarshal([]byte(cells), &a.cells); err != nil {
			return nil, fmt.Errorf("connect: take up rows: %w", err)
		}
		taken = append(taken, a)
	}
	return taken, rows.Err()
}

// eachAside takes up all groups of a lot, some in each transaction.
func (im *importer) eachAside(ctx context.Context, t *tablePlan, lot string, apply func(tx *db.Tx, y *tally, rows []asideRow) error) error {
	after := ""
	for {
		var taken []asideRow
		err := im.writeTable(ctx, t, func(tx *db.Tx, y *tally) (err error) {
			if taken, err = im.takeAside(ctx, tx, lot, after); err != nil || len(taken) == 0 {
				return err
			}
			return apply(tx, y, taken)
		})
		if err != nil || len(taken) == 0 {
			return err
		}
		after = taken[len(taken)-1].key
	}
}

// repeatedLot is the lot of a table's rows of which several may be about one record.
func repeatedLot(t *tablePlan) string { return "repeated " + strconv.Itoa(t.no) }

// applyRepeated takes up the rows about records that had several rows in an earlier import: the last one counts.
func (im *importer) applyRepeated(ctx context.Context, t *tablePlan) error {
	p := im.newParser(t)
	return im.eachAside(ctx, t, repeatedLot(t), func(tx *db.Tx, y *tally, rows []asideRow) error {
		var todo []*work
		for i, a := range rows {
			if i+1 < len(rows) && rows[i+1].key == a.key {
				y.unchanged++
				continue
			}
			r, wrong := p.parse(tabular.Row{Line: a.line, Cells: a.cells})
			if wrong != nil {
				return fmt.Errorf("connect: take up line %d of %s: %s", a.line, t.table.Path, wrong.reason)
			}
			todo = append(todo, &work{row: r, repeated: a.at == notFirst})
		}
		return im.applyLast(ctx, tx, y, todo)
	})
}

// applyLast applies the last rows of records that had several, unless they are what was applied last time.
func (im *importer) applyLast(ctx context.Context, tx *db.Tx, y *tally, todo []*work) error {
	keys := make([]string, len(todo))
	for i, w := range todo {
		keys[i] = w.key
	}
	links, err := loadLinks(ctx, tx, im.run.source, y.t.object.Name, keys)
	if err != nil {
		return err
	}
	changed := todo[:0]
	single := map[string]link{}
	for _, w := range todo {
		l := links[w.key]
		w.id, w.linked = l.record, true
		switch {
		case l.hash != w.hash:
			changed = append(changed, w)
			continue
		case !w.repeated:
			l.repeated = false
			single[w.key] = l
		default:
			y.note("repeated")
		}
		y.unchanged++
	}
	if err := saveLinks(ctx, tx, im.run.source, y.t.object.Name, single); err != nil {
		return err
	}
	return im.applyWork(ctx, tx, y, changed)
}
