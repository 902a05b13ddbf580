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
	if here, err := p.here(ctx); err != nil || here != at {
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

// tally shapes all deals and sums the columns of their rows: first the number of rows, then the columns of summed.
func (p *Projection) tally(ctx context.Context) (map[string][]int64, error) {
	sums := map[string][]int64{}
	positions := map[string][]int{}
	for _, t := range p.shape.schema().Tables {
		if t.Key != "deal_key" {
			continue
		}
		sums[t.Name] = make([]int64, len(summed(t))+1)
		for _, name := range summed(t) {
			for i, c := range t.Columns {
				if c.Name == name {
					positions[t.Name] = append(positions[t.Name], i)
				}
			}
		}
	}
	shaper := newShaper(p.shape.settings.Calendar(), p.shape.stages, p.shape.rates)
	reader := p.shape.newReader(&sync.Mutex{}, func(value.ID) int32 { return 0 })
	var rows dealRows
	var id value.ID
	var chain []version
	flush := func() {
		shaper.shape(0, inTime(chain), &rows)
		chain = chain[:0]
		for table, shaped := range map[string][][]any{"deal_version": rows.versions, "deal_stay": rows.stays, "deal_entry": rows.entries, "deal_closed": rows.closings} {
			add(sums[table], positions[table], shaped)
		}
	}
	err := p.db.Scan(ctx, believedDeals+inStoredOrder, func(row db.Row) error {
		if row.ID(0) != id {
			flush()
			id = row.ID(0)
		}
		v, err := reader.version(row)
		chain = append(chain, v)
		return err
	})
	flush()
	return sums, err
}

func add(sums []int64, positions []int, rows [][]any) {
	sums[0] += int64(len(rows))
	for _, row := range rows {
		for i, position := range positions {
			sums[i+1] += whole(row[position]) % remainder
		}
	}
}

func whole(v any) int64 {
	switch v := v.(type) {
	case int16:
		return int64(v)
	case int32:
		return int64(v)
	case int64:
		return v
	}
	return 0
}
