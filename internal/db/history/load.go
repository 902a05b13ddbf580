package history

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

const versionFixed = "id, no, valid_from, valid_to, recorded_from, recorded_to, tx_no, author_id, derived, deleted, custom"

// Load gives the version of a record in force as of an instant. NotFound when there was none, or it was deleted then.
func Load(ctx context.Context, tx *db.Tx, t *Table, id value.ID, asOf AsOf) (Version, error) {
	found, err := t.versions(ctx, tx, `id = $1 AND valid_from <= $2 AND valid_to > $2 AND recorded_from <= $3 AND recorded_to > $3`,
		id, asOf.bounded(), asOf.Known)
	if err != nil {
		return Version{}, err
	}
	if len(found) == 0 || found[0].Deleted {
		if asOf == Now() {
			return Version{}, fault.New(fault.NotFound, "no %s %s", t.Object, id)
		}
		return Version{}, fault.New(fault.NotFound, "no %s %s as of %s", t.Object, id, asOf.bounded())
	}
	return found[0], nil
}

// Chain gives what was believed at known about the whole life of a record, oldest first.
func Chain(ctx context.Context, tx *db.Tx, t *Table, id value.ID, known value.Instant) ([]Version, error) {
	chain, err := t.versions(ctx, tx, `id = $1 AND recorded_from <= $2 AND recorded_to > $2`, id, known)
	for i := range chain {
		// A version that was shortened as things happened ended, as known then, where the next one began.
		if i+1 < len(chain) {
			chain[i].ValidTo = chain[i+1].ValidFrom
		} else {
			chain[i].ValidTo = value.Forever
		}
	}
	return chain, err
}

// Entry is a version with the transaction that recorded it: who, when, from where and why.
type Entry struct {
	Version
	Actor, Source, Reason string
}

// Log lists every version ever recorded of a record, believed or not, in the order of recording.
func Log(ctx context.Context, tx *db.Tx, t *Table, id value.ID) ([]Entry, error) {
	versions, err := t.versions(ctx, tx, `id = $1`, id)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(versions, func(a, b Version) int { return cmp.Compare(a.No, b.No) })
	txs, err := t.transactions(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	entries := make([]Entry, len(versions))
	for i, v := range versions {
		entries[i] = txs[v.TxNo]
		entries[i].Version = v
	}
	return entries, nil
}

// transactions gives who recorded the versions of a record and why, by number of the transaction.
func (t *Table) transactions(ctx context.Context, tx *db.Tx, id value.ID) (map[int64]Entry, error) {
	rows, err := tx.Query(ctx, `SELECT tx_no, actor_name, source, reason FROM db_txs
		WHERE tx_no IN (SELECT tx_no FROM `+t.Versions+` WHERE id = $1)`, id)
	if err != nil {
		return nil, fmt.Errorf("history: who recorded %s %s: %w", t.Object, id, err)
	}
	defer rows.Close()
	txs := map[int64]Entry{tx.No: {Actor: tx.Info.Actor.Name, Source: tx.Info.Source, Reason: tx.Info.Reason}} // stored at the end
	for rows.Next() {
		var no int64
		var e Entry
		if err := rows.Scan(&no, &e.Actor, &e.Source, &e.Reason); err != nil {
			return nil, fmt.Errorf("history: who recorded %s %s: %w", t.Object, id, err)
		}
		txs[no] = e
	}
	return txs, rows.Err()
}

// versions reads whole versions; where is a condition over the columns of the versions table.
func (t *Table) versions(ctx context.Context, tx *db.Tx, where string, args ...any) ([]Version, error) {
	rows, err := tx.Query(ctx, t.selectVersions()+where+` ORDER BY id, valid_from, no`, args...)
	if err != nil {
		return nil, fmt.Errorf("history: read %s: %w", t.Versions, err)
	}
	defer rows.Close()
	var found []Version
	for rows.Next() {
		v, err := t.scanVersion(rows)
		if err != nil {
			return nil, fmt.Errorf("history: read %s: %w", t.Versions, err)
		}
		found = append(found, v)
	}
	return found, rows.Err()
}

func (t *Table) selectVersions() string {
	var text strings.Builder
	text.WriteString(`SELECT ` + versionFixed)
	for _, c := range t.Columns {
		text.WriteString(", " + c.Name)
	}
	text.WriteString(` FROM ` + t.Versions + ` WHERE `)
	return text.String()
}

func (t *Table) scanVersion(rows *sql.Rows) (Version, error) {
	var v Version
	var custom sql.NullString
	v.Values = make([]any, len(t.Columns))
	into := []any{&v.ID, &v.No, &v.ValidFrom, &v.ValidTo, &v.RecordedFrom, &v.RecordedTo, &v.TxNo, &v.Author, &v.Derived, &v.Deleted, &custom}
	for i := range v.Values {
		into = append(into, &v.Values[i])
	}
	if err := rows.Scan(into...); err != nil {
		return Version{}, err
	}
	for i, c := range t.Columns {
		cell, err := c.stored(v.Values[i])
		if err != nil {
			return Version{}, err
		}
		v.Values[i] = cell
	}
	return v, decodeCustom(custom.String, &v.Custom)
}

// placeholders is "$from, $from+1, …", n of them.
func placeholders(from, n int) string {
	var text strings.Builder
	for i := range n {
		if i > 0 {
			text.WriteString(", ")
		}
		text.WriteString("$" + strconv.Itoa(from+i))
	}
	return text.String()
}
