package projection

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"zveno.dev/zveno/internal/columnar"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// Comparison is one column of the tables held against the record.
type Comparison struct {
	Name       string // "deal_version.amount"
	Rows       int64
	Violations int64 // 1 when the sums differ
}

// Verify shapes all deals once more and compares, for every table and column that does not hold a key, the number of rows
// and the sum of the column's remainders with what the tables hold. Refresh must have run.
func (p *Projection) Verify(ctx context.Context) ([]Comparison, error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	var comparisons []Comparison
	wanted, err := p.tally(ctx)
	if err != nil {
		return nil, fmt.Errorf("projection: verify: %w", err)
	}
	at, _, err := p.store.Position(ctx)
	if err != nil {
		return nil, fmt.Errorf("projection: verify: %w", err)
	}
	if here, err := p.here(ctx); err != nil || here.TxNo != at.TxNo {
		return nil, errors.Join(err, fault.New(fault.Unavailable, "somebody changed records meanwhile: verify again when nobody writes"))
	}
	for _, table := range p.shape.schema().Tables {
		sums := wanted[table.Name]
		if sums == nil {
			continue
		}
		stored, err := p.storedSums(ctx, table)
		if err != nil {
			return nil, fmt.Errorf("projection: verify: %w", err)
		}
		for i, name := range append([]string{"rows"}, summed(table)...) {
			c := Comparison{Name: table.Name + "." + name, Rows: stored[0]}
			if stored[i] != sums[i] {
				c.Violations = 1
			}
			comparisons = append(comparisons, c)
		}
	}
	return comparisons, nil
}

// remainder keeps sums of instants small; both sides truncate towards zero.
const remainder = 1_000_003

// summed are the columns that are compared: whole numbers that are no keys given out by the tables themselves.
func summed(t columnar.Table) []string {
	var names []string
	for _, c := range t.Columns {
		if c.Type == columnar.Big || c.Type == columnar.Small || c.Type == columnar.Int && !strings.HasSuffix(c.Name, "_key") {
			names = append(names, c.Name)
		}
	}
	return names
}

func (p *Projection) storedSums(ctx context.Context, t columnar.Table) ([]int64, error) {
	names := summed(t)
	query := "SELECT count(*)"
	for _, name := range names {
		query += fmt.Sprintf(", CAST(COALESCE(sum(%s %% %d), 0) AS BIGINT)", name, remainder)
	}
	rows, err := p.store.Query(ctx, query+" FROM "+t.Name)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	sums := make([]int64, len(names)+1)
	into := make([]any, len(sums))
	for i := range sums {
		into[i] = &sums[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
	}
	return sums, rows.Err()
}

// tallyBatch is how many rows are summed at once.
const tallyBatch = 100_000

// tally shapes all deals and sums the columns of their rows: first the number of rows, then the columns of summed.
func (p *Projection) tally(ctx context.Context) (map[string][]int64, error) {
	schema, sums := p.shape.schema(), map[string][]int64{}
	rows := newDealRows(schema)
	add := func(least int) {
		for table, shaped := range rows.byTable() {
			if shaped.Len() < least {
				continue
			}
			names := summed(schema.Table(table))
			if sums[table] == nil {
				sums[table] = make([]int64, len(names)+1)
			}
			sums[table][0] += int64(shaped.Len())
			for i, name := range names {
				sums[table][i+1] += shaped.Sum(name, remainder)
			}
			shaped.Reset()
		}
	}
	shaper := newShaper(p.shape.settings.Calendar(), p.shape.stages, p.shape.rates)
	reader := p.shape.newReader(&sync.Mutex{}, func(value.ID) int32 { return 0 })
	var id value.ID
	var chain []version
	err := p.db.Scan(ctx, believedDeals+inStoredOrder, func(row db.Row) error {
		if row.ID(0) != id {
			shaper.shape(0, inTime(chain), rows)
			add(tallyBatch)
			id, chain = row.ID(0), chain[:0]
		}
		v, err := reader.version(row)
		chain = append(chain, v)
		return err
	})
	shaper.shape(0, inTime(chain), rows)
	add(0)
	return sums, err
}
