package connect

import (
	"context"
	"fmt"
	"slices"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// UndoReport says what undoing an import did.
type UndoReport struct {
	ID       value.ID `json:"id"`        // of the import
	Deleted  int64    `json:"deleted"`   // records that the import had made
	Restored int64    `json:"restored"`  // records that are again what they were before the import
	Kept     int64    `json:"kept"`      // records that somebody else has changed since: they were left alone
	KeptList []Kept   `json:"kept_list"` // the first ones
}

// Kept is a record that was left alone.
type Kept struct {
	Object string   `json:"object"`
	Record value.ID `json:"record"`
}

// maxKept bounds the list of records that were left alone.
const maxKept = 1000

// undo is the undoing of an import.
type undo struct {
	db     *db.DB
	id     value.ID // of the import
	origin value.ID // of the transactions that undo it
	since  value.Instant
	spent  map[value.ID]bool // other imports that were undone, and their undoings: together they changed nothing
	info   db.TxInfo
	report UndoReport
}

// Undo takes back what an import did, as something learned now: what it recorded is kept as no longer believed. A record
// that has been changed since, by anybody or any other import, is left alone and reported. Interrupted, it goes on when
// called again. Errors: NotFound when there is no such import, Invalid when it has been undone.
func Undo(ctx context.Context, d *db.DB, id value.ID, actor value.Actor) (UndoReport, error) {
	u := &undo{db: d, id: id, report: UndoReport{ID: id}}
	u.info = db.TxInfo{Actor: actor, Source: "import", Reason: "undo of import " + id.String()}
	if err := u.run(ctx); err != nil {
		return u.report, fmt.Errorf("connect: undo import: %w", err)
	}
	return u.report, nil
}

func (u *undo) run(ctx context.Context) error {
	var txs []int64
	err := u.db.Write(ctx, u.info, func(tx *db.Tx) (err error) {
		if err = u.begin(ctx, tx); err != nil {
			return err
		}
		txs, err = readTxs(ctx, tx, u.id)
		return err
	})
	if err != nil {
		return err
	}
	u.info.Origin = u.origin
	slices.Reverse(txs) // what came last refers to what came first
	for _, txNo := range txs {
		var done UndoReport
		err := u.db.Write(ctx, u.info, func(tx *db.Tx) error {
			done = UndoReport{}
			return u.takeBack(ctx, tx, txNo, &done)
		})
		if err != nil {
			return err
		}
		u.report.add(done)
	}
	return u.db.Write(ctx, u.info, func(tx *db.Tx) error {
		if err := u.forgetLinks(ctx, tx); err != nil {
			return err
		}
		return u.setState(ctx, tx, Undone)
	})
}

func (r *UndoReport) add(done UndoReport) {
	r.Deleted += done.Deleted
	r.Restored += done.Restored
	for _, k := range done.KeptList {
		if slices.Contains(r.KeptList, k) {
			continue // several transactions of the import changed it
		}
		r.Kept++
		if len(r.KeptList) < maxKept {
			r.KeptList = append(r.KeptList, k)
		}
	}
}

// begin marks the import as being undone.
func (u *undo) begin(ctx context.Context, tx *db.Tx) error {
	info, err := LoadImport(ctx, tx, u.id)
	switch {
	case err != nil:
		return err
	case info.State == Undone:
		return fault.New(fault.Invalid, "import %s has been undone already", u.id)
	}
	u.since = info.StartedAt
	if err := tx.QueryRow(ctx, `SELECT undo_id FROM connect_imports WHERE id = $1`, u.id).Scan(&u.origin); err != nil {
		return err
	}
	if u.origin.IsZero() {
		u.origin = value.NewID()
	}
	if u.spent, err = readSpent(ctx, tx); err != nil {
		return err
	}
	return u.setState(ctx, tx, Undoing)
}

// readSpent lists the imports that were undone, and their undoings.
func readSpent(ctx context.Context, tx *db.Tx) (map[value.ID]bool, error) {
	rows, err := tx.Query(ctx, `SELECT id, undo_id FROM connect_imports WHERE state = $1`, string(Undone))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	spent := map[value.ID]bool{}
	for rows.Next() {
		var id, undone value.ID
		if err := rows.Scan(&id, &undone); err != nil {
			return nil, err
		}
		spent[id], spent[undone] = true, true
	}
	return spent, rows.Err()
}

func (u *undo) setState(ctx context.Context, tx *db.Tx, state State) error {
	_, err := tx.Exec(ctx, `UPDATE connect_imports SET state = $2, undo_id = $3 WHERE id = $1`, u.id, string(state), u.origin)
	return err
}

// readTxs lists the transactions of an import in their order.
func readTxs(ctx context.Context, tx *db.Tx, origin value.ID) ([]int64, error) {
	rows, err := tx.Query(ctx, `SELECT tx_no FROM db_txs WHERE origin_id = $1 ORDER BY tx_no`, origin)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var txs []int64
	for rows.Next() {
		var no int64
		if err := rows.Scan(&no); err != nil {
			return nil, err
		}
		txs = append(txs, no)
	}
	return txs, rows.Err()
}

// takeBack takes back what one transaction of the import did.
func (u *undo) takeBack(ctx context.Context, tx *db.Tx, txNo int64, done *UndoReport) error {
	for _, o := range crm.Objects {
		ids, err := readIDs(ctx, tx, `SELECT DISTINCT id FROM `+o.Table.Versions+` WHERE tx_no = $1 ORDER BY id`, txNo)
		if err != nil {
			return err
		}
		for group := range slices.Chunk(ids, nameGroup) {
			if err := u.takeBackRecords(ctx, tx, o, group, done); err != nil {
				return err
			}
		}
	}
	return nil
}

func (u *undo) takeBackRecords(ctx context.Context, tx *db.Tx, o *crm.Object, ids []value.ID, done *UndoReport) error {
	past, err := u.readPast(ctx, tx, o, ids)
	if err != nil {
		return err
	}
	var back []value.ID
	for _, id := range ids {
		p := past[id]
		switch {
		case p.undone:
			continue // by another transaction of the import that changed it too
		case p.changedSince:
			done.KeptList = append(done.KeptList, Kept{o.Name, id})
			continue
		case p.older:
			done.Restored++
		default:
			done.Deleted++
		}
		back = append(back, id)
	}
	if _, err := history.Revert(ctx, tx, o.Table, back, u.since); err != nil {
		return err
	}
	return crm.RefreshFieldValues(ctx, tx, o, back)
}

// recordPast says who has recorded versions of a record.
type recordPast struct {
	older        bool // somebody, before the import
	changedSince bool // somebody else, since the import began
	undone       bool // this undoing
}

func (u *undo) readPast(ctx context.Context, tx *db.Tx, o *crm.Object, ids []value.ID) (map[value.ID]recordPast, error) {
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	rows, err := tx.Query(ctx, `SELECT v.id, v.recorded_from, x.origin_id FROM `+o.Table.Versions+` v LEFT JOIN db_txs x ON x.tx_no = v.tx_no
		WHERE v.id IN (`+placeholders(1, len(ids))+`)`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	past := make(map[value.ID]recordPast, len(ids))
	for rows.Next() {
		var id, origin value.ID
		var recorded value.Instant
		if err := rows.Scan(&id, &recorded, &origin); err != nil {
			return nil, err
		}
		p := past[id]
		switch {
		case origin == u.origin:
			p.undone = true
		case recorded < u.since:
			p.older = true
		case origin != u.id && !u.spent[origin]:
			p.changedSince = true
		}
		past[id] = p
	}
	return past, rows.Err()
}

// forgetLinks drops the links of records that are no more, and makes the next row of the others count whatever it says.
func (u *undo) forgetLinks(ctx context.Context, tx *db.Tx) error {
	for _, o := range crm.Objects {
		older := `EXISTS (SELECT 1 FROM ` + o.Table.Versions + ` v WHERE v.id = c.id AND v.recorded_from < $2)`
		undone := ` AND record_id IN (SELECT c.id FROM ` + o.Table.Current + ` c JOIN db_txs x ON x.tx_no = c.tx_no AND x.origin_id = $3 WHERE `
		if _, err := tx.Exec(ctx, `DELETE FROM connect_links WHERE object = $1`+undone+`NOT `+older+`)`, o.Name, u.since, u.origin); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE connect_links SET row_hash = 0 WHERE object = $1`+undone+older+`)`, o.Name, u.since, u.origin); err != nil {
			return err
		}
	}
	return nil
}

func readIDs(ctx context.Context, tx *db.Tx, query string, args ...any) ([]value.ID, error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []value.ID
	for rows.Next() {
		var id value.ID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}
