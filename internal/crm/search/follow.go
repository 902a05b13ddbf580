package search

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/value"
)

const (
	changesAtOnce = 2_000
	sweepAtOnce   = 1_000 // records read for the first time in one transaction, which keeps others from writing on SQLite
)

// Follow keeps the index up to date until ctx ends: at once when this process writes, and at least every half second,
// since another process may write too. Several processes may follow: they take turns.
func Follow(ctx context.Context, d *db.DB, log *slog.Logger) {
	signal, cancel := d.Watch()
	defer cancel()
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	pause := time.Second
	for ctx.Err() == nil {
		if err := CatchUp(ctx, d); err != nil && ctx.Err() == nil {
			log.Error("the index of search could not be brought up to date; search may miss what changed", "error", err, "again in", pause)
			select {
			case <-ctx.Done():
			case <-time.After(pause):
			}
			pause = min(2*pause, time.Minute)
			continue
		}
		pause = time.Second
		select {
		case <-ctx.Done():
		case <-signal:
		case <-tick.C:
		}
	}
}

// CatchUp brings the index up to date with what is committed. The first time, and after the database was restored, it
// reads every record; when it is interrupted, it goes on from there.
func CatchUp(ctx context.Context, d *db.DB) error {
	for {
		done, err := step(ctx, d)
		if err != nil {
			return fmt.Errorf("search: catch up: %w", err)
		}
		if done {
			return nil
		}
	}
}

// mark is how far the index has come.
type mark struct {
	there       bool
	incarnation value.ID
	position    int64
	object      string   // being swept; "" = none
	after       value.ID // the last record of it that was
}

// step takes one transaction's worth of work, if there is any.
func step(ctx context.Context, d *db.DB) (done bool, err error) {
	var m mark
	var incarnation value.ID
	err = d.Read(ctx, func(tx *db.Tx) error {
		if err := tx.QueryRow(ctx, `SELECT incarnation FROM db_state`).Scan(&incarnation); err != nil {
			return err
		}
		m, err = readMark(ctx, tx, "")
		return err
	})
	switch {
	case err != nil:
		return false, err
	case !m.there || m.incarnation != incarnation:
		return false, begin(ctx, d, m, incarnation)
	case m.object != "":
		return false, sweep(ctx, d, m)
	}
	changes, next, err := d.ChangesSince(ctx, m.position, changesAtOnce)
	if errors.Is(err, db.ErrPositionLost) {
		return false, begin(ctx, d, m, incarnation)
	}
	if err != nil || next == m.position {
		return true, err
	}
	return false, apply(ctx, d, m, changes, next)
}

// readMark reads the mark; forUpdate ends the statement of who is about to move it.
func readMark(ctx context.Context, tx *db.Tx, forUpdate string) (mark, error) {
	m := mark{there: true}
	// sql: forUpdate is empty or the dialect's
	err := tx.QueryRow(ctx, `SELECT incarnation, position, sweep_object, sweep_after FROM crm_search_mark `+forUpdate).Scan(&m.incarnation, &m.position, &m.object, &m.after)
	if errors.Is(err, sql.ErrNoRows) {
		return mark{}, nil
	}
	return m, err
}

// move runs fn and puts the mark from one place to another, unless another process has moved it meanwhile.
func move(ctx context.Context, d *db.DB, from mark, fn func(tx *db.Tx) (to mark, err error)) error {
	return d.Write(ctx, db.TxInfo{Actor: value.System("search"), Source: "search"}, func(tx *db.Tx) error {
		now, err := readMark(ctx, tx, tx.Dialect().ForUpdate)
		if err != nil || now != from {
			return err
		}
		to, err := fn(tx)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO crm_search_mark (only_row, incarnation, position, sweep_object, sweep_after) VALUES (1, $1, $2, $3, $4)
			ON CONFLICT (only_row) DO UPDATE SET incarnation = excluded.incarnation, position = excluded.position,
				sweep_object = excluded.sweep_object, sweep_after = excluded.sweep_after`, to.incarnation, to.position, to.object, to.after)
		return err
	})
}

// begin starts to read all records. What changes from now on is applied afterwards.
func begin(ctx context.Context, d *db.DB, m mark, incarnation value.ID) error {
	position, err := d.Position(ctx)
	if err != nil {
		return err
	}
	return move(ctx, d, m, func(*db.Tx) (mark, error) {
		return mark{incarnation: incarnation, position: position, object: allSearched[0].object}, nil
	})
}

// sweep reads the next records of the object that is being swept.
func sweep(ctx context.Context, d *db.DB, m mark) error {
	return move(ctx, d, m, func(tx *db.Tx) (mark, error) {
		to := m
		i := slices.IndexFunc(allSearched, func(s searched) bool { return s.object == m.object })
		if i < 0 { // the index was begun by a program that searched something else
			to.object, to.after = allSearched[0].object, value.ID{}
			return to, nil
		}
		ids, err := nextIDs(ctx, tx, allSearched[i].table(), m.after)
		if err != nil {
			return m, err
		}
		if len(ids) == 0 {
			to.object, to.after = "", value.ID{}
			if i+1 < len(allSearched) {
				to.object = allSearched[i+1].object
			}
			return to, nil
		}
		to.after = ids[len(ids)-1]
		return to, allSearched[i].update(ctx, tx, ids)
	})
}

func nextIDs(ctx context.Context, tx *db.Tx, table string, after value.ID) ([]value.ID, error) {
	where, args := "", []any{sweepAtOnce}
	if !after.IsZero() {
		where, args = "WHERE id > $2 ", append(args, after)
	}
	// sql: a table of the dictionary
	return queryIDs(ctx, tx, `SELECT id FROM `+table+` `+where+`ORDER BY id LIMIT $1`, args)
}

// apply brings the index in line with the records that changed.
func apply(ctx context.Context, d *db.DB, m mark, changes []db.Change, next int64) error {
	touched := map[string][]value.ID{}
	for _, c := range changes {
		touched[c.Object] = append(touched[c.Object], c.Record)
	}
	return move(ctx, d, m, func(tx *db.Tx) (mark, error) {
		for i := range allSearched {
			s := &allSearched[i]
			ids := touched[s.object]
			slices.SortFunc(ids, func(a, b value.ID) int { return bytes.Compare(a[:], b[:]) })
			if err := s.update(ctx, tx, slices.Compact(ids)); err != nil {
				return m, err
			}
		}
		to := m
		to.position = next
		return to, nil
	})
}
