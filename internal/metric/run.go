package metric

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"

	"zveno.dev/zveno/internal/value"
)

// Engine runs the compiled SQL: the analytical projection.
type Engine interface {
	Query(ctx context.Context, text string, args ...any) (*sql.Rows, error)
}

// Compute answers a query for a metric; version 0 is its newest definition.
func (c *Catalog) Compute(ctx context.Context, e Engine, id string, version int, q Query) (Result, error) {
	d, err := c.Find(id, version)
	if err != nil {
		return Result{}, err
	}
	if d.Kind == KindVelocity {
		return c.velocity(ctx, e, d, q)
	}
	return c.compute(ctx, e, d, q)
}

func (c *Catalog) compute(ctx context.Context, e Engine, d Definition, q Query) (Result, error) {
	if c.Sources[d.Source].Opening {
		q = q.withPeriod()
	}
	s, err := c.compile(d, q)
	if err != nil {
		return Result{}, err
	}
	result := newResult(d, q, s)
	rows, err := e.Query(ctx, s.SQL, s.Args...)
	if err != nil {
		return Result{}, fmt.Errorf("metric %s: %w", d.ID, err)
	}
	defer rows.Close()
	for rows.Next() {
		cell, err := s.scan(rows, d, q)
		if err != nil {
			return Result{}, fmt.Errorf("metric %s: %w", d.ID, err)
		}
		result.Cells = append(result.Cells, cell)
	}
	if err := rows.Err(); err != nil {
		return Result{}, fmt.Errorf("metric %s: %w", d.ID, err)
	}
	result.limit(q)
	return result, nil
}

func newResult(d Definition, q Query, s Statement) Result {
	r := Result{Metric: d.ID, Version: d.Version, Name: d.Name, Unit: d.Unit, AsOf: q.asOf(), By: []string{}, Cells: []Cell{}, SQL: []string{s.SQL}}
	if d.Unit == UnitMoney || d.Unit == UnitMoneyPerDay {
		r.Currency = q.Currency
	}
	if q.hasPeriod() {
		r.From, r.To = &q.First, &q.Last
	}
	for _, dimension := range s.by {
		r.By = append(r.By, dimension.name)
	}
	return r
}

// limit cuts off what exceeds the limit; the statement asked for one cell more to know.
func (r *Result) limit(q Query) {
	most := q.Limit
	if most <= 0 || most > MaxCells {
		most = MaxCells
	}
	if len(r.Cells) > most {
		r.Cells, r.Cut = r.Cells[:most], true
	}
}

// scan reads a row: text and ID of each dimension, the fixed columns, the further counts.
func (s Statement) scan(rows *sql.Rows, d Definition, q Query) (Cell, error) {
	cell := Cell{By: make([]Key, len(s.by))}
	var numerator, denominator, p50, p80 sql.NullFloat64
	var exact sql.NullInt64
	also := make([]int64, len(s.also))
	numeratorInto := any(&numerator)
	if d.wholeNumerator() {
		numeratorInto = &exact
	}
	into := append(keyTargets(cell.By), &cell.N, numeratorInto, &denominator, &p50, &p80, &cell.Missing)
	for i := range also {
		into = append(into, &also[i])
	}
	if err := rows.Scan(into...); err != nil {
		return Cell{}, err
	}
	s.namePeriods(cell.By, q)
	for i, name := range s.also {
		if cell.Also == nil {
			cell.Also = map[string]int64{}
		}
		cell.Also[name] = also[i]
	}
	if d.wholeNumerator() {
		numerator.Float64, numerator.Valid = float64(exact.Int64), exact.Valid
	}
	cell.fill(d, q, exact.Int64, numerator, denominator, p50, p80)
	return cell, nil
}

// keyTargets is where to scan the dimensions of a row.
func keyTargets(by []Key) []any {
	var into []any
	for i := range by {
		into = append(into, &by[i].Text, &by[i].ID)
	}
	return into
}

// namePeriods turns the numbers of fiscal periods into their names.
func (s Statement) namePeriods(by []Key, q Query) {
	for i, dimension := range s.by {
		if n, err := strconv.Atoi(by[i].Text); err == nil && dimension.grain != "" {
			by[i].Text = q.Calendar.NumberedPeriod(n, dimension.grain).Name
		}
	}
}

// wholeNumerator reports whether the numerator is a count or an exact amount.
func (d Definition) wholeNumerator() bool {
	return d.Kind == KindCount || d.Kind == KindRatio || d.Kind == KindSurvival || (d.Kind == KindSum || d.Kind == KindMean) && d.Unit == UnitMoney
}

// fill turns the columns into the numbers that the kind of the metric gives.
func (cell *Cell) fill(d Definition, q Query, exact int64, numerator, denominator, p50, p80 sql.NullFloat64) {
	digits := value.MinorDigits(q.Currency)
	money := d.Unit == UnitMoney
	amount := func(x sql.NullFloat64) *Number {
		switch {
		case !x.Valid:
			return nil
		case money:
			return minor(int64(x.Float64+0.5), digits)
		}
		return real(x.Float64)
	}
	switch d.Kind {
	case KindCount:
		cell.Value = whole(exact)
	case KindSum:
		cell.Value = real(numerator.Float64)
		if money {
			cell.Value = minor(exact, digits)
		}
	case KindDeviation:
		cell.Value = amount(numerator)
	case KindMean:
		cell.Numerator, cell.Denominator, cell.Median = minor(exact, digits), whole(int64(denominator.Float64)), amount(p50)
		if denominator.Float64 > 0 {
			cell.Value = amount(sql.NullFloat64{Float64: numerator.Float64 / denominator.Float64, Valid: true})
		}
	case KindMedian:
		cell.Value, cell.P80 = amount(p50), amount(p80)
	case KindSurvival:
		cell.Value, cell.P80, cell.Numerator = amount(p50), amount(p80), whole(exact)
	case KindRatio:
		cell.fillRatio(d, exact, int64(denominator.Float64), digits)
	}
	cell.Small = cell.N < d.MinSample
}

func (cell *Cell) fillRatio(d Definition, numerator, denominator int64, digits int) {
	if d.Value != "" {
		cell.Numerator, cell.Denominator = minor(numerator, digits), minor(denominator, digits)
	} else {
		cell.Numerator, cell.Denominator = whole(numerator), whole(denominator)
		low, high := Wilson(numerator, denominator)
		cell.Interval = &[2]float64{low, high}
	}
	if denominator != 0 {
		cell.Value = real(float64(numerator) / float64(denominator))
	}
}
