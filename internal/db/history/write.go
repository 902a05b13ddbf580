package history

import (
	"context"
	"fmt"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/value"
)

// writer collects the rows of one Apply, so that they are written in bulk.
type writer struct {
	versions            [][]any
	current, replaced   [][]any // rows of new records, and of those that were there
	shorten, end, erase []Version
	changed             []value.ID
}

// put turns the difference between what is believed and what is wanted into rows.
func (w *writer) put(t *Table, tx *db.Tx, r *record, wanted []segment) (Outcome, error) {
	outcome := Outcome{ID: r.id, Version: r.lastNo}
	e := difference(r.believed, wanted, r.recorded(tx))
	if e.empty() {
		return outcome, nil
	}
	outcome.Created, outcome.Updated = r.lastNo == 0, r.lastNo != 0
	no := r.lastNo
	for _, v := range e.add {
		no++
		v.No, v.TxNo = no, tx.No
		row, err := versionRow(v)
		if err != nil {
			return outcome, err
		}
		w.versions = append(w.versions, row)
	}
	w.shorten = append(w.shorten, e.shorten...)
	w.end = append(w.end, e.end...)
	w.erase = append(w.erase, e.erase...)
	row, err := t.currentRow(wanted, no, tx.No)
	if err != nil {
		return outcome, err
	}
	if outcome.Created {
		w.current = append(w.current, row)
	} else {
		w.replaced = append(w.replaced, row)
	}
	w.changed = append(w.changed, r.id)
	outcome.Version = no
	return outcome, nil
}

func versionRow(v Version) ([]any, error) {
	custom, err := encodeCustom(v.Custom)
	if err != nil {
		return nil, err
	}
	row := make([]any, 0, 11+len(v.Values))
	row = append(row, v.ID, v.No, v.ValidFrom, v.ValidTo, v.RecordedFrom, v.RecordedTo, v.TxNo,
		nilIf(v.Author, v.Author.IsZero()), v.Derived, v.Deleted, custom)
	return append(row, v.Values...), nil
}

// currentRow is the record as of its last version.
func (t *Table) currentRow(chain []segment, no, txNo int64) ([]any, error) {
	last := chain[len(chain)-1]
	custom, err := encodeCustom(last.Custom)
	if err != nil {
		return nil, err
	}
	row := make([]any, 0, 8+len(last.Values))
	row = append(row, last.ID, no, chain[0].ValidFrom, last.ValidFrom, txNo, last.Deleted, t.folded(last.Values), custom)
	return append(row, last.Values...), nil
}

func (w *writer) flush(ctx context.Context, tx *db.Tx, t *Table) error {
	for _, v := range w.erase {
		if err := t.exec(ctx, tx, `DELETE FROM `+t.Versions+` WHERE id = $1 AND no = $2`, v.ID, v.No); err != nil {
			return err
		}
	}
	for _, v := range w.shorten {
		if err := t.exec(ctx, tx, `UPDATE `+t.Versions+` SET valid_to = $1 WHERE id = $2 AND no = $3`, v.ValidTo, v.ID, v.No); err != nil {
			return err
		}
	}
	for _, v := range w.end {
		if err := t.exec(ctx, tx, `UPDATE `+t.Versions+` SET recorded_to = $1 WHERE id = $2 AND no = $3`, v.RecordedTo, v.ID, v.No); err != nil {
			return err
		}
	}
	columns, rows := withoutEmpty(t.versionColumns(), w.versions)
	if err := db.BulkInsert(ctx, tx, t.Versions, columns, rows, ""); err != nil {
		return fmt.Errorf("history: write %s: %w", t.Versions, err)
	}
	// New records go apart, because engines insert faster what cannot meet a row that is there.
	columns, rows = withoutEmpty(t.currentColumns(), w.current)
	if err := db.BulkInsert(ctx, tx, t.Current, columns, rows, ""); err != nil {
		return fmt.Errorf("history: write %s: %w", t.Current, err)
	}
	if err := db.BulkInsert(ctx, tx, t.Current, t.currentColumns(), w.replaced, t.replaceCurrent()); err != nil {
		return fmt.Errorf("history: write %s: %w", t.Current, err)
	}
	for _, id := range w.changed {
		tx.Changed(t.Object, id)
	}
	return nil
}

// withoutEmpty drops the columns in which no row has a value: every value handed to an engine costs, also NULL. It takes
// the rows apart.
func withoutEmpty(columns []string, rows [][]any) ([]string, [][]any) {
	filled := make([]bool, len(columns))
	for _, row := range rows {
		for i, cell := range row {
			if cell != nil {
				filled[i] = true
			}
		}
	}
	kept := columns[:0]
	for i, column := range columns {
		if filled[i] {
			kept = append(kept, column)
		}
	}
	if len(kept) == len(filled) {
		return kept, rows
	}
	for r, row := range rows {
		cells := row[:0]
		for i, cell := range row {
			if filled[i] {
				cells = append(cells, cell)
			}
		}
		rows[r] = cells
	}
	return kept, rows
}

func (t *Table) exec(ctx context.Context, tx *db.Tx, statement string, args ...any) error {
	if _, err := tx.Exec(ctx, statement, args...); err != nil {
		return fmt.Errorf("history: write %s: %w", t.Versions, err)
	}
	return nil
}

func (t *Table) versionColumns() []string {
	return t.withColumns("id", "no", "valid_from", "valid_to", "recorded_from", "recorded_to", "tx_no", "author_id", "derived", "deleted", "custom")
}

func (t *Table) currentColumns() []string {
	return t.withColumns("id", "version", "created_at", "valid_from", "tx_no", "deleted", "folded", "custom")
}

func (t *Table) withColumns(fixed ...string) []string {
	for _, c := range t.Columns {
		fixed = append(fixed, c.Name)
	}
	return fixed
}

func (t *Table) replaceCurrent() string {
	text := ` ON CONFLICT (id) DO UPDATE SET `
	for i, c := range t.currentColumns()[1:] {
		if i > 0 {
			text += ", "
		}
		text += c + " = excluded." + c
	}
	return text
}
