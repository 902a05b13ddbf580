package metric

import (
	"context"
	"fmt"
	"slices"

	"zveno.dev/zveno/internal/value"
)

// trailingDays is how far back win rate and cycle of a velocity look where the query names no period.
const trailingDays = 365

// velocity is N open × average value × win rate / cycle: number and value of what is open at the as-of instant, rate and
// cycle of what closed in the period, or in the trailing year. It is empty where one of the four is.
func (c *Catalog) velocity(ctx context.Context, e Engine, d Definition, q Query) (Result, error) {
	trailing, present := q, q
	if !q.hasPeriod() {
		trailing.Last = value.DayOf(q.asOf().Time().In(q.zone()))
		trailing.First = trailing.Last - trailingDays + 1
	}
	present.First, present.Last = 0, 0
	if len(q.By) == 0 {
		trailing.By, present.By = d.By, d.By
	}
	parts := map[string]Result{}
	for name, id := range d.Parts {
		part, err := c.Find(id, 0)
		if err != nil {
			return Result{}, err
		}
		wish := trailing
		if name == "value" {
			wish = present
		}
		if parts[name], err = c.compute(ctx, e, part, wish); err != nil {
			return Result{}, fmt.Errorf("metric %s: %w", d.ID, err)
		}
	}
	result := newResult(d, trailing, Statement{})
	result.SQL, result.By, result.Unit, result.Currency = nil, parts["value"].By, d.Unit, q.Currency
	for _, name := range []string{"value", "win_rate", "cycle"} {
		result.SQL = append(result.SQL, parts[name].SQL...)
	}
	for _, amount := range parts["value"].Cells {
		cell := Cell{By: amount.By, N: amount.N}
		rate, cycle := parts["win_rate"].at(amount.By), parts["cycle"].at(amount.By)
		if rate != nil && cycle != nil && amount.Value != nil && rate.Value != nil && cycle.Value != nil && cycle.Value.Float() > 0 {
			// The number of open deals times their average value is their amount.
			cell.Value = real(amount.Value.Float() * rate.Value.Float() / cycle.Value.Float())
			cell.N = rate.N
			cell.Numerator, cell.Denominator, cell.Missing = amount.Value, cycle.Value, amount.Missing
			cell.Interval = rate.Interval
		}
		cell.Small = cell.N < d.MinSample
		result.Cells = append(result.Cells, cell)
	}
	return result, nil
}

// at finds the cell of a combination of dimensions.
func (r Result) at(by []Key) *Cell {
	i := slices.IndexFunc(r.Cells, func(c Cell) bool { return slices.Equal(c.By, by) })
	if i < 0 {
		return nil
	}
	return &r.Cells[i]
}
