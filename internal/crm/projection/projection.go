package projection

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"zveno.dev/zveno/internal/columnar"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/metric"
	"zveno.dev/zveno/internal/value"
)

// Projection keeps the analytical tables in step with the record.
type Projection struct {
	db    *db.DB
	store *columnar.Store
	log   *slog.Logger

	mutex sync.Mutex            // one refresh at a time
	shape *shape                // what the stored rows were shaped by; nil until the first refresh
	at    columnar.Position     // where the tables were when shape learned their keys
	print string                // fingerprint of the shape that the stored rows have if the tables are ready to use
	shown atomic.Pointer[shape] // the same for readers, who do not wait for a refresh
}

// Open opens the tables, which may be missing or outdated: Refresh brings them up to date.
func Open(ctx context.Context, d *db.DB, cfg columnar.Config) (*Projection, error) {
	p := &Projection{db: d, log: cfg.Log}
	if p.log == nil {
		p.log = slog.Default()
	}
	now, err := p.readShape(ctx, newVocabulary())
	if err != nil {
		return nil, fmt.Errorf("projection: open: %w", err)
	}
	p.print = now.fingerprint()
	p.store, err = columnar.Open(ctx, cfg, now.schema())
	return p, err
}

// Close closes the tables.
func (p *Projection) Close() error { return p.store.Close() }

// Store is where metrics are computed.
func (p *Projection) Store() *columnar.Store { return p.store }

// Settings are the company's settings as of the last refresh.
func (p *Projection) Settings() identity.Settings {
	s := p.shown.Load()
	if s == nil {
		return identity.DefaultSettings()
	}
	return s.settings
}

// Follow keeps refreshing until ctx ends: at once when this process writes, and at least every half second, since
// another process may write too.
func (p *Projection) Follow(ctx context.Context) {
	signal, cancel := p.db.Watch()
	defer cancel()
	tick, compact := time.NewTicker(500*time.Millisecond), time.NewTicker(time.Minute)
	defer tick.Stop()
	defer compact.Stop()
	pause := time.Second
	for ctx.Err() == nil {
		err := p.Refresh(ctx)
		if err != nil && ctx.Err() == nil {
			p.log.Error("the analytical projection could not be refreshed; numbers may be older than the records", "error", err, "again in", pause)
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
		case <-compact.C:
			if err := p.store.Compact(ctx); err != nil && ctx.Err() == nil {
				p.log.Warn("the analytical tables could not be compacted; metrics become slower", "error", err)
			}
		}
	}
}

// Refresh applies what was committed since the last refresh, or rebuilds everything when the tables are missing, of
// another database, or shaped by other settings, stages, rates or custom fields.
func (p *Projection) Refresh(ctx context.Context) error {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	at, built, err := p.position(ctx)
	if err != nil {
		return fmt.Errorf("projection: refresh: %w", err)
	}
	if built {
		err = p.catchUp(ctx, at)
		if fault.KindOf(err) == fault.Conflict {
			return nil // another process was first: the next refresh goes on from where it got
		}
		if err == nil || !isOutdated(err) {
			return err
		}
	}
	started := time.Now()
	err = p.rebuild(ctx)
	for again := 0; errors.Is(err, errOutdated) && again < rebuildTries; again++ { // stages changed meanwhile
		err = p.rebuild(ctx)
	}
	if err != nil {
		return fmt.Errorf("projection: rebuild: %w", err)
	}
	p.log.Info("the analytical projection was rebuilt", "seconds", time.Since(started).Seconds())
	return nil
}

// rebuildTries is how often a rebuild begins again because stages changed while it ran.
const rebuildTries = 5

// position is up to where the tables are filled; not built when they were filled by another database.
func (p *Projection) position(ctx context.Context) (columnar.Position, bool, error) {
	at, built, err := p.store.Position(ctx)
	if err != nil || !built {
		return at, false, err
	}
	incarnation, err := p.db.Incarnation(ctx)
	return at, at.Store == incarnation, err
}

func (p *Projection) readShape(ctx context.Context, words *vocabulary) (*shape, error) {
	var s *shape
	err := p.db.Read(ctx, func(tx *db.Tx) error {
		var err error
		s, err = readShape(ctx, tx, words)
		return err
	})
	return s, err
}

// restore reads the keys that the tables at a position use: after a restart, or when another process has changed them.
func (p *Projection) restore(ctx context.Context, at columnar.Position) error {
	words := newVocabulary()
	if err := restoreKeys(ctx, p.store, "SELECT key, text FROM word", words.words, func(text string) (string, error) { return text, nil }); err != nil {
		return err
	}
	for table, known := range map[string]*keys[value.ID]{"stage": words.stages, "person": words.people, "team": words.teams, "product": words.products} {
		if err := restoreKeys(ctx, p.store, "SELECT key, id FROM "+table+" WHERE key > 0", known, value.ParseID); err != nil {
			return err
		}
	}
	now, err := p.readShape(ctx, words)
	if err != nil {
		return err
	}
	if now.fingerprint() != p.print {
		return errOutdated
	}
	p.adopt(now, at)
	return nil
}

// adopt takes over a shape that the stored rows have.
func (p *Projection) adopt(s *shape, at columnar.Position) {
	p.shape, p.at, p.print = s, at, s.fingerprint()
	p.shown.Store(s)
}

// restoreKeys reads keys and their names; query is a constant.
func restoreKeys[K comparable](ctx context.Context, store *columnar.Store, query string, known *keys[K], parse func(string) (K, error)) error {
	rows, err := store.Query(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var key int32
		var text string
		if err := rows.Scan(&key, &text); err != nil {
			return err
		}
		name, err := parse(text)
		if err != nil {
			return err
		}
		known.restore(name, key)
	}
	return rows.Err()
}

// Catalog gives the metrics for the tables as they are: with the company's custom choice fields as dimensions.
func (p *Projection) Catalog() (*metric.Catalog, error) {
	s := p.shown.Load()
	if s == nil {
		return NewCatalog(nil)
	}
	return NewCatalog(s.custom)
}
