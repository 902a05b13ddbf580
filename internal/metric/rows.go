package metric

import (
	"context"
	"database/sql"
	"fmt"

	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// Row is one row of the source that a number is made of.
type Row struct {
	ID     string  `json:"id"`
	Name   string  `json:"name"`
	Value  *Number `json:"value,omitempty"` // what it adds; nil = unknown, or a count
	Counts bool    `json:"counts"`          // it is in the numerator; always true where there is none
}

// records is where the rows' keys lead to.
var records = Lookup{Table: "deal", Text: "name", ID: "id"}

// Rows lists the rows behind a metric for the same query, largest value first: what counts there is listed here.
func (c *Catalog) Rows(ctx context.Context, e Engine, id string, version int, q Query) ([]Row, error) {
	d, err := c.Find(id, version)
	if err != nil {
		return nil, err
	}
	if d.Kind == KindVelocity {
		return nil, fault.New(fault.Invalid, "metric %s is made of other metrics: ask for the rows of %s, %s or %s", d.ID, d.Parts["value"], d.Parts["win_rate"], d.Parts["cycle"])
	}
	s, err := c.compileRows(d, q)
	if err != nil {
		return nil, err
	}
	rows, err := e.Query(ctx, s.SQL, s.Args...)
	if err != nil {
		return nil, fmt.Errorf("metric %s: rows: %w", d.ID, err)
	}
	unit := d.Unit
	if d.Value != "" && c.Sources[d.Source].Fields[d.Value].Type == FieldMoney {
		unit = UnitMoney // also where amounts are weighed into a share
	}
	return scanRows(rows, unit, q)
}

func (c *Catalog) compileRows(d Definition, q Query) (Statement, error) {
	if c.Sources[d.Source].Opening {
		q = q.withPeriod()
	}
	b, err := c.builder(d.Source, q)
	if err != nil {
		return Statement{}, err
	}
	v, counts := noNumber, "TRUE"
	if d.Value != "" {
		f, err := b.field(d.Value)
		if err != nil {
			return Statement{}, fmt.Errorf("value: %w", err)
		}
		v = "CAST(" + f.expression() + " AS DOUBLE PRECISION)"
		switch d.Kind {
		case KindSurvival: // hours, of a metric in days
			v += " / 24"
		case KindDeviation:
			v = "sqrt(" + v + ")"
		}
	}
	denominator, err := b.condition(d.Denominator)
	if err != nil {
		return Statement{}, fmt.Errorf("denominator: %w", err)
	}
	if d.Numerator != "" {
		if counts, err = b.condition(d.Numerator); err != nil {
			return Statement{}, fmt.Errorf("numerator: %w", err)
		}
	}
	where, err := b.where(d.Filter)
	if err != nil {
		return Statement{}, err
	}
	if denominator != "" {
		where += "\n    AND " + denominator
	}
	inner := "SELECT " + b.source.Record + " AS record, " + v + " AS v, " + counts + " AS counts\n  FROM " + b.source.Table + " f" +
		b.source.joinsFor(b.joins) + "\n  WHERE " + where
	return b.statement(b.listed(inner), nil, nil), nil
}

// listed wraps a statement that gives record, v and counts so that it gives IDs and names.
func (b *builder) listed(inner string) string {
	return fmt.Sprintf("SELECT r.%[1]s, r.%[2]s, a.v, a.counts\nFROM (\n  %[3]s\n) a JOIN %[4]s r ON r.key = a.record\nORDER BY a.v DESC NULLS LAST, r.%[2]s, r.%[1]s\nLIMIT %[5]d",
		records.ID, records.Text, inner, records.Table, MaxCells)
}

func scanRows(rows *sql.Rows, unit Unit, q Query) ([]Row, error) {
	defer rows.Close()
	found := []Row{}
	for rows.Next() {
		var r Row
		var v sql.NullFloat64
		if err := rows.Scan(&r.ID, &r.Name, &v, &r.Counts); err != nil {
			return nil, fmt.Errorf("metric: rows: %w", err)
		}
		switch {
		case !v.Valid:
		case unit == UnitMoney:
			r.Value = minor(int64(v.Float64), value.MinorDigits(q.Currency))
		default:
			r.Value = real(v.Float64)
		}
		found = append(found, r)
	}
	return found, rows.Err()
}

// WaterfallRows lists the deals in one line of a waterfall, largest amount first.
func (c *Catalog) WaterfallRows(ctx context.Context, e Engine, flow Flow, q WaterfallQuery, line string) ([]Row, error) {
	known := false
	for _, name := range Lines {
		known = known || name == line
	}
	if !known {
		return nil, fault.InvalidField("line", "there is no line %q; there are %v", line, Lines)
	}
	s, err := c.compileWaterfallRows(flow, q, line)
	if err != nil {
		return nil, err
	}
	rows, err := e.Query(ctx, s.SQL, s.Args...)
	if err != nil {
		return nil, fmt.Errorf("metric: waterfall rows: %w", err)
	}
	return scanRows(rows, UnitMoney, q.Query)
}
