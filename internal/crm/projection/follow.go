package projection

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"zveno.dev/zveno/internal/columnar"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/value"
)

// changesAtOnce bounds the changes of one delta: large enough to load fast, small enough to stay in memory.
const changesAtOnce = 5_000

// isOutdated reports whether only a rebuild can bring the tables up to date.
func isOutdated(err error) bool {
	return errors.Is(err, errOutdated) || errors.Is(err, db.ErrPositionLost)
}

// catchUp applies what was committed since at.
func (p *Projection) catchUp(ctx context.Context, at columnar.Position) error {
	if p.shape == nil || p.at != at {
		if err := p.restore(ctx, at); err != nil {
			return err
		}
	}
	for {
		changes, next, err := p.db.ChangesSince(ctx, at.TxNo, changesAtOnce)
		if err != nil || next == at.TxNo {
			return err
		}
		to := at
		to.TxNo = next
		if err := p.apply(ctx, at, to, changes); err != nil {
			return fmt.Errorf("apply changes up to transaction %d: %w", next, err)
		}
		at, p.at = to, to
	}
}

func (p *Projection) apply(ctx context.Context, at, to columnar.Position, changes []db.Change) error {
	known := p.shape.vocabulary.records()
	now, err := p.readShape(ctx, p.shape.vocabulary)
	if err != nil {
		return err
	}
	if p.shape.fingerprint() != now.fingerprint() {
		return errOutdated
	}
	touched := byObject(changes)
	delta := columnar.Delta{From: at, Delete: map[string][]int32{}, Insert: map[string][][]any{}, Replace: map[string][][]any{}}
	deals, err := p.readChains(ctx, touched["deal"])
	if err != nil {
		return err
	}
	accountKeys, fresh, err := p.storedKeys(ctx, "account", distinct(slices.Concat(touched["account"], deals.accounts.names[1:])))
	if err != nil {
		return err
	}
	if err := p.applyAccounts(ctx, distinct(slices.Concat(touched["account"], fresh)), accountKeys, &delta); err != nil {
		return err
	}
	if err := p.applyDeals(ctx, touched["deal"], deals, accountKeys, &delta); err != nil {
		return err
	}
	small := len(touched["person"]) + len(touched["team"]) + len(touched["product"]) + len(touched["stage"]) + len(touched["pipeline"])
	if small > 0 || p.shape.vocabulary.records() > known {
		err := p.db.Read(ctx, func(tx *db.Tx) error {
			delta.Replace, err = p.shape.smallTables(ctx, tx)
			return err
		})
		if err != nil {
			return err
		}
	}
	if len(changes) > 0 {
		delta.Replace["word"] = p.shape.vocabulary.wordRows()
	}
	return p.store.Apply(ctx, to, delta)
}

// byObject lists the changed records of each object, each once.
func byObject(changes []db.Change) map[string][]value.ID {
	touched := map[string][]value.ID{}
	for _, c := range changes {
		touched[c.Object] = append(touched[c.Object], c.Record)
	}
	for object, ids := range touched {
		touched[object] = distinct(ids)
	}
	return touched
}

func distinct(ids []value.ID) []value.ID {
	slices.SortFunc(ids, func(a, b value.ID) int { return bytes.Compare(a[:], b[:]) })
	return slices.Compact(ids)
}

// storedKeys finds the keys of records that a table already holds. The others, returned as fresh, get the next ones.
func (p *Projection) storedKeys(ctx context.Context, table string, ids []value.ID) (keys map[value.ID]int32, fresh []value.ID, err error) {
	stored := newKeys[value.ID]()
	for group := range slices.Chunk(ids, inGroup) {
		// sql: a table of the schema, and IDs that were formatted here
		query := `SELECT key, id FROM ` + table + ` WHERE id IN (` + texts(group) + `)`
		if err := restoreKeys(ctx, p.store, query, stored, value.ParseID); err != nil {
			return nil, nil, err
		}
	}
	highest, err := p.highestKey(ctx, table)
	if err != nil {
		return nil, nil, err
	}
	for _, id := range ids {
		if _, known := stored.byName[id]; !known {
			highest++
			stored.byName[id] = highest
			fresh = append(fresh, id)
		}
	}
	return stored.byName, fresh, nil
}

func (p *Projection) highestKey(ctx context.Context, table string) (highest int32, err error) {
	rows, err := p.store.Query(ctx, `SELECT COALESCE(max(key), 0) FROM `+table) // sql: a table of the schema
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		err = rows.Scan(&highest)
	}
	return highest, errors.Join(err, rows.Err())
}

// inGroup bounds one IN list.
const inGroup = 500

// texts is a list of IDs as text literals.
func texts(ids []value.ID) string {
	var list strings.Builder
	for i, id := range ids {
		if i > 0 {
			list.WriteString(", ")
		}
		list.WriteString("'" + id.String() + "'")
	}
	return list.String()
}

func (p *Projection) applyAccounts(ctx context.Context, ids []value.ID, keys map[value.ID]int32, delta *columnar.Delta) error {
	for group := range slices.Chunk(ids, inGroup) {
		rows := &accountRows{shape: p.shape}
		flush := func() {
			if rows.key > 0 {
				delta.Insert["account"] = append(delta.Insert["account"], rows.last)
				delta.Insert["account_span"] = append(delta.Insert["account_span"], rows.spans...)
				rows.spans = nil
			}
		}
		err := p.db.Scan(ctx, believedAccounts+` AND id IN (`+p.db.IDList(group)+`) ORDER BY id, valid_from`, func(row db.Row) error {
			if key := keys[row.ID(0)]; key != rows.key {
				flush()
			}
			rows.read(keys[row.ID(0)], row)
			return nil
		})
		if err != nil {
			return err
		}
		flush()
	}
	for _, id := range ids {
		delta.Delete["account"] = append(delta.Delete["account"], keys[id])
		delta.Delete["account_span"] = append(delta.Delete["account_span"], keys[id])
	}
	return nil
}

var dealTables = []string{"deal", "deal_version", "deal_stay", "deal_entry", "deal_closed"}

func (p *Projection) applyDeals(ctx context.Context, ids []value.ID, deals chains, accountKeys map[value.ID]int32, delta *columnar.Delta) error {
	keys, _, err := p.storedKeys(ctx, "deal", ids)
	if err != nil {
		return err
	}
	shaper := newShaper(p.shape.settings.Calendar(), p.shape.stages, p.shape.rates)
	rows := newDealRows(p.shape.schema())
	for _, id := range ids {
		chain := inTime(deals.versions[id])
		for i := range chain {
			chain[i].cut.account = accountKeys[deals.accounts.names[chain[i].cut.account]]
		}
		shaper.shape(keys[id], chain, rows)
		for _, table := range dealTables {
			delta.Delete[table] = append(delta.Delete[table], keys[id])
		}
	}
	for table, shaped := range rows.byTable() {
		if delta.Insert[table], err = shaped.Values(); err != nil {
			return err
		}
	}
	for group := range slices.Chunk(ids, inGroup) {
		err := p.db.Scan(ctx, `SELECT id, name FROM crm_deals WHERE id IN (`+p.db.IDList(group)+`)`, func(row db.Row) error {
			delta.Insert["deal"] = append(delta.Insert["deal"], []any{keys[row.ID(0)], row.ID(0).String(), row.Text(1)})
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// chains are the believed versions of some deals. cut.account is the position of the account in accounts.names.
type chains struct {
	versions map[value.ID][]version
	accounts *keys[value.ID]
}

func (p *Projection) readChains(ctx context.Context, ids []value.ID) (chains, error) {
	read := chains{versions: make(map[value.ID][]version, len(ids)), accounts: newKeys[value.ID]()}
	reader := p.shape.newReader(&sync.Mutex{}, read.accounts.of)
	for group := range slices.Chunk(ids, inGroup) {
		err := p.db.Scan(ctx, believedDeals+` AND id IN (`+p.db.IDList(group)+`)`+inStoredOrder, func(row db.Row) error {
			v, err := reader.version(row)
			read.versions[row.ID(0)] = append(read.versions[row.ID(0)], v)
			return err
		})
		if err != nil {
			return chains{}, err
		}
	}
	return read, nil
}
