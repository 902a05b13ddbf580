package projection

import (
	"context"
	"errors"
	"runtime"
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
	built, _, err := p.store.Position(ctx)
	if err != nil {
		return err
	}
	p.adopt(now, built)
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
	if err := s.fillDeals(ctx, d, l, accounts); err != nil {
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

// fillDeals shapes the deals in as many parts at once as there are processors. Part i of n gives its deals the keys i+1,
// i+1+n, i+1+2n …, so that the parts need not agree on keys.
func (s *shape) fillDeals(ctx context.Context, d *db.DB, l *columnar.Loader, accounts map[value.ID]int32) error {
	bounds, err := splitDeals(ctx, d, runtime.GOMAXPROCS(0))
	if err != nil {
		return err
	}
	var mutex sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	for i, part := range bounds {
		group.Go(func() error {
			reader := s.newReader(&mutex, func(id value.ID) int32 { return accounts[id] })
			w, err := newDealWriter(l, newShaper(s.settings.Calendar(), s.stages, s.rates), reader)
			if err != nil {
				return err
			}
			w.key, w.step = int32(i+1-len(bounds)), int32(len(bounds))
			if err := d.Scan(ctx, believedDeals+part+inStoredOrder, w.read); err != nil {
				return err
			}
			return w.close()
		})
	}
	return group.Wait()
}

// splitDeals gives conditions that divide the deals into n parts of like size.
func splitDeals(ctx context.Context, d *db.DB, n int) ([]string, error) {
	var bounds []value.ID
	err := d.Read(ctx, func(tx *db.Tx) error {
		var deals int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM crm_deals`).Scan(&deals); err != nil {
			return err
		}
		for i := 1; i < n && deals >= n; i++ {
			var id value.ID
			if err := tx.QueryRow(ctx, `SELECT id FROM crm_deals ORDER BY id LIMIT 1 OFFSET $1`, deals*i/n).Scan(&id); err != nil {
				return err
			}
			bounds = append(bounds, id)
		}
		return nil
	})
	parts := make([]string, len(bounds)+1)
	for i, bound := range bounds {
		parts[i] += " AND id < " + d.IDList([]value.ID{bound})
		parts[i+1] += " AND id >= " + d.IDList([]value.ID{bound})
	}
	return parts, err
}

// dealWriter collects the versions of one deal after the other and appends its rows.
type dealWriter struct {
	shaper    *shaper
	reader    *dealReader
	appenders []*columnar.Appender
	names     *columnar.Appender
	rows      dealRows // of the appenders

	id        value.ID
	key, step int32 // key of the deal, and from there to the next deal's
	name      string
	chain     []version
}

func newDealWriter(l *columnar.Loader, s *shaper, reader *dealReader) (*dealWriter, error) {
	w := &dealWriter{shaper: s, reader: reader}
	for _, table := range dealTables {
		a, err := l.Appender(table)
		if err != nil {
			return nil, err
		}
		w.appenders = append(w.appenders, a)
	}
	w.names = w.appenders[0]
	w.rows = dealRows{versions: &w.appenders[1].Rows, stays: &w.appenders[2].Rows, entries: &w.appenders[3].Rows, closings: &w.appenders[4].Rows}
	return w, nil
}

// read takes the next version.
func (w *dealWriter) read(row db.Row) error {
	if id := row.ID(0); id != w.id {
		if err := w.finish(); err != nil {
			return err
		}
		w.id, w.key = id, w.key+w.step
	}
	v, err := w.reader.version(row)
	if err != nil {
		return err
	}
	if v.to == value.Forever {
		w.name = row.Text(nameColumn)
	}
	w.chain = append(w.chain, v)
	return nil
}

// finish adds the rows of the deal that has been read.
func (w *dealWriter) finish() error {
	if len(w.chain) == 0 {
		return nil
	}
	w.names.Int(w.key)
	w.names.Text(w.id.String())
	w.names.Text(w.name)
	w.names.End()
	w.shaper.shape(w.key, inTime(w.chain), w.rows)
	w.chain = w.chain[:0]
	for _, a := range w.appenders {
		if err := a.Flush(); err != nil {
			return err
		}
	}
	return nil
}

func (w *dealWriter) close() error {
	err := w.finish()
	for _, a := range w.appenders {
		err = errors.Join(err, a.Close())
	}
	return err
}
