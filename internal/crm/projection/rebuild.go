package projection

import (
	"context"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"

	"zveno.dev/zveno/internal/columnar"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/value"
)

// rebuild fills fresh tables from the whole record. What is committed meanwhile is at or after the position that it
// returns, and the next refresh applies it.
func (p *Projection) rebuild(ctx context.Context) error {
	at, err := p.here(ctx) // first: what is committed from here on is applied afterwards
	if err != nil {
		return err
	}
	now, err := p.readShape(ctx, newVocabulary())
	if err != nil {
		return err
	}
	if err := p.store.Reshape(now.schema()); err != nil {
		return err
	}
	err = p.store.Rebuild(ctx, func(ctx context.Context, l *columnar.Loader) (columnar.Position, error) {
		return at, now.fill(ctx, p.db, l)
	})
	if err != nil {
		return err
	}
	p.adopt(now)
	return nil
}

// here is the present position of the change feed.
func (p *Projection) here(ctx context.Context) (columnar.Position, error) {
	txNo, err := p.db.Position(ctx)
	if err != nil {
		return columnar.Position{}, err
	}
	store, err := p.db.Incarnation(ctx)
	return columnar.Position{Store: store, TxNo: txNo}, err
}

func (s *shape) fill(ctx context.Context, d *db.DB, l *columnar.Loader) error {
	accounts, err := s.fillAccounts(ctx, d, l)
	if err != nil {
		return err
	}
	deals, middle, err := s.fillDeals(ctx, d, l)
	if err != nil {
		return err
	}
	if err := s.fillVersions(ctx, d, l, deals, accounts, middle); err != nil {
		return err
	}
	var small map[string][][]any
	err = d.Read(ctx, func(tx *db.Tx) error {
		small, err = s.smallTables(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	small["word"] = s.vocabulary.wordRows()
	for table, rows := range small {
		if err := appendRows(l, table, rows); err != nil {
			return err
		}
	}
	return nil
}

func appendRows(l *columnar.Loader, table string, rows [][]any) error {
	a, err := l.Appender(table)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if err := a.Append(row); err != nil {
			return err
		}
	}
	return a.Close()
}

// fillDeals writes the names of all deals and gives them their keys. middle halves the deals by ID.
func (s *shape) fillDeals(ctx context.Context, d *db.DB, l *columnar.Loader) (keys map[value.ID]int32, middle value.ID, err error) {
	a, err := l.Appender("deal")
	if err != nil {
		return nil, middle, err
	}
	keys = map[value.ID]int32{}
	var ids []value.ID
	err = d.Scan(ctx, `SELECT id, name FROM crm_deals ORDER BY id`, func(row db.Row) error {
		id := row.ID(0)
		keys[id] = int32(len(keys) + 1)
		ids = append(ids, id)
		return a.Append([]any{keys[id], id.String(), row.Text(1)})
	})
	if err != nil {
		return nil, middle, err
	}
	if len(ids) > 0 {
		middle = ids[len(ids)/2]
	}
	return keys, middle, a.Close()
}

// fillVersions shapes the deals, one half on each of two goroutines.
func (s *shape) fillVersions(ctx context.Context, d *db.DB, l *columnar.Loader, deals, accounts map[value.ID]int32, middle value.ID) error {
	var mutex sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	literal := d.IDList([]value.ID{middle})
	for _, half := range []string{" AND id < " + literal, " AND id >= " + literal} {
		group.Go(func() error {
			reader := s.newReader(&mutex, func(id value.ID) int32 { return accounts[id] })
			w, err := newDealWriter(l, newShaper(s.settings.Calendar(), s.stages, s.rates))
			if err != nil {
				return err
			}
			err = d.Scan(ctx, believedDeals+half+inStoredOrder, func(row db.Row) error {
				return w.read(deals[row.ID(0)], reader, row)
			})
			if err != nil {
				return err
			}
			return w.close()
		})
	}
	return group.Wait()
}

// dealWriter collects the versions of one deal after the other and appends its rows.
type dealWriter struct {
	shaper                             *shaper
	versions, stays, entries, closings *columnar.Appender
	key                                int32
	chain                              []version
	rows                               dealRows
}

func newDealWriter(l *columnar.Loader, s *shaper) (*dealWriter, error) {
	w := &dealWriter{shaper: s}
	for table, into := range map[string]**columnar.Appender{
		"deal_version": &w.versions, "deal_stay": &w.stays, "deal_entry": &w.entries, "deal_closed": &w.closings,
	} {
		a, err := l.Appender(table)
		if err != nil {
			return nil, fmt.Errorf("open %s: %w", table, err)
		}
		*into = a
	}
	return w, nil
}

// read takes the next version; key 0 is a deal that was made after the rebuild began.
func (w *dealWriter) read(key int32, reader *dealReader, row db.Row) error {
	if key == 0 {
		return nil
	}
	if key != w.key {
		if err := w.flush(); err != nil {
			return err
		}
		w.key = key
	}
	v, err := reader.version(row)
	if err != nil {
		return err
	}
	w.chain = append(w.chain, v)
	return nil
}

func (w *dealWriter) flush() error {
	w.shaper.shape(w.key, inTime(w.chain), &w.rows)
	w.chain = w.chain[:0]
	for _, part := range []struct {
		into *columnar.Appender
		rows [][]any
	}{{w.versions, w.rows.versions}, {w.stays, w.rows.stays}, {w.entries, w.rows.entries}, {w.closings, w.rows.closings}} {
		for _, row := range part.rows {
			if err := part.into.Append(row); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *dealWriter) close() error {
	if err := w.flush(); err != nil {
		return err
	}
	for _, a := range []*columnar.Appender{w.versions, w.stays, w.entries, w.closings} {
		if err := a.Close(); err != nil {
			return err
		}
	}
	return nil
}
