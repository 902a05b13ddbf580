package db

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"

	"zveno.dev/zveno/internal/value"
)

// Change says that a transaction changed a record: made it, gave it a new version, or deleted it.
type Change struct {
	TxNo   int64
	Object string // kind of the record: "deal", "account"
	Record value.ID
}

type changeKey struct {
	object string
	id     value.ID
}

func (k changeKey) compare(other changeKey) int {
	return cmp.Or(cmp.Compare(k.object, other.object), bytes.Compare(k.id[:], other.id[:]))
}

// ErrPositionLost means that the change feed cannot continue from a position, because what followed was trimmed or the
// database was replaced: the follower must start over from the records themselves.
var ErrPositionLost = errors.New("the change feed does not reach back to this position")

// Changed notes that the transaction changes a record. Any number of calls for one record give one Change. The
// transaction's own row, with who, when and why, is written only if this was called.
func (tx *Tx) Changed(object string, id value.ID) {
	if tx.changes == nil {
		tx.changes = map[changeKey]struct{}{}
	}
	tx.changes[changeKey{object, id}] = struct{}{}
}

// recordChanges writes the transaction's row and its changes.
func (tx *Tx) recordChanges(ctx context.Context) error {
	if len(tx.changes) == 0 {
		return nil
	}
	info := tx.Info
	_, err := tx.Exec(ctx, `INSERT INTO db_txs (tx_no, at, actor_id, actor_name, source, reason, origin_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, tx.No, int64(tx.At), info.Actor.Person, info.Actor.Name, info.Source, info.Reason, info.Origin)
	if err != nil {
		return err
	}
	rows, cells := make([][]any, 0, len(tx.changes)), make([]any, 0, 3*len(tx.changes))
	changes := slices.SortedFunc(maps.Keys(tx.changes), changeKey.compare)
	for _, change := range changes { // in the order of the key, whose index is then written page by page
		cells = append(cells, tx.No, change.object, change.id)
		rows = append(rows, cells[len(cells)-3:])
	}
	return BulkInsert(ctx, tx, "db_changes", []string{"tx_no", "object", "record_id"}, rows, "")
}

// Position is the horizon of the change feed: every transaction numbered below it has committed or never will. With
// PostgreSQL it waits for the oldest writing transaction of the whole server, so one that hangs in another database of the
// same server holds it back.
func (d *DB) Position(ctx context.Context) (int64, error) {
	var horizon int64
	err := d.Read(ctx, func(tx *Tx) error { return tx.QueryRow(ctx, d.dialect.horizon).Scan(&horizon) })
	if err != nil {
		return 0, fmt.Errorf("db: read position: %w", err)
	}
	return horizon, nil
}

// ChangesSince returns, in the order of their transactions, the changes that a follower at position has not seen, and the
// position at which it is after applying them. It returns about limit changes: the last transaction is always whole.
// Nothing new gives no changes. The error is ErrPositionLost when the feed cannot continue from position.
func (d *DB) ChangesSince(ctx context.Context, position int64, limit int) (changes []Change, next int64, err error) {
	err = d.Read(ctx, func(tx *Tx) error {
		var horizon, trimmed int64
		if err := tx.QueryRow(ctx, d.dialect.horizon).Scan(&horizon); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `SELECT trimmed_before FROM db_state`).Scan(&trimmed); err != nil {
			return err
		}
		if position > horizon || position < trimmed {
			return fmt.Errorf("%w (position %d, feed from %d to %d)", ErrPositionLost, position, trimmed, horizon)
		}
		next = horizon
		changes, err = collectChanges(tx.Query(ctx, `SELECT tx_no, object, record_id FROM db_changes
			WHERE tx_no >= $1 AND tx_no < $2 ORDER BY tx_no, object, record_id LIMIT $3`, position, horizon, limit))
		if err != nil || len(changes) < limit || limit == 0 {
			return err
		}
		last := changes[len(changes)-1]
		next = last.TxNo + 1
		rest, err := collectChanges(tx.Query(ctx, `SELECT tx_no, object, record_id FROM db_changes
			WHERE tx_no = $1 AND (object, record_id) > ($2, $3) ORDER BY tx_no, object, record_id`, last.TxNo, last.Object, last.Record))
		changes = append(changes, rest...)
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("db: read changes: %w", err)
	}
	return changes, next, nil
}

func collectChanges(rows *sql.Rows, err error) ([]Change, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var changes []Change
	for rows.Next() {
		var c Change
		if err := rows.Scan(&c.TxNo, &c.Object, &c.Record); err != nil {
			return nil, err
		}
		changes = append(changes, c)
	}
	return changes, rows.Err()
}

// TrimChanges forgets the changes of transactions numbered below before, which is limited to the horizon, and returns how
// many there were. Followers that had not read them get ErrPositionLost. The rows of the transactions themselves stay.
func (d *DB) TrimChanges(ctx context.Context, before int64) (trimmed int64, err error) {
	horizon, err := d.Position(ctx)
	if err != nil {
		return 0, err
	}
	before = min(before, horizon)
	err = d.Write(ctx, TxInfo{}, func(tx *Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE db_state SET trimmed_before = $1 WHERE trimmed_before < $1`, before); err != nil {
			return err
		}
		trimmed, err = tx.Exec(ctx, `DELETE FROM db_changes WHERE tx_no < $1`, before)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("db: trim changes: %w", err)
	}
	return trimmed, nil
}
