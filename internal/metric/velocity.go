package metric

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// trailingDays is how far back win rate and cycle of a velocity look where the query names no period.
const trailingDays = 365

// velocity is N open × average value × win rate / cycle: number and value of what is open at the as-of instant, rate and
// cycle of what closed in the period, or in the trailing year. It is empty where one of the four is.
func (c *Catalog) velocity(ctx context.Context, e Engine, d Definition, q Query) (Result, error) {
	present, trailing := velocityQueries(q)
	parts, err := c.velocityParts(d)
	if err != nil {
		return Result{}, err
	}
	s, err := c.compileVelocity(d, parts, present, trailing)
	if err != nil {
		return Result{}, err
	}
	result := newResult(d, trailing, s)
	rows, err := e.Query(ctx, s.SQL, s.Args...)
	if err != nil {
		return Result{}, fmt.Errorf("metric %s: %w", d.ID, err)
	}
	defer rows.Close()
	for rows.Next() {
		cell, err := s.scanVelocity(rows, d, parts, trailing)
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

// velocityQueries are what the two halves of a velocity are asked.
func velocityQueries(q Query) (present, trailing Query) {
	present, trailing = q, q
	present.First, present.Last = 0, 0
	if !q.hasPeriod() {
		trailing.Last = value.DayOf(q.asOf().Time().In(q.zone()))
		trailing.First = trailing.Last - trailingDays + 1
	}
	return present, trailing
}

// velocityParts are the definitions that a velocity is made of.
type velocityParts struct{ value, rate, cycle Definition }

func (c *Catalog) velocityParts(d Definition) (parts velocityParts, err error) {
	for _, p := range []struct {
		name string
		kind Kind
		into *Definition
	}{{"value", KindSum, &parts.value}, {"win_rate", KindRatio, &parts.rate}, {"cycle", KindMedian, &parts.cycle}} {
		if *p.into, err = c.Find(d.Parts[p.name], 0); err != nil {
			return parts, fmt.Errorf("metric %s: part %s: %w", d.ID, p.name, err)
		}
		if p.into.Kind != p.kind {
			return parts, fault.New(fault.Invalid, "metric %s: part %s is a %s, not a %s", d.ID, p.name, p.into.Kind, p.kind)
		}
	}
	if parts.rate.Source != parts.cycle.Source {
		return parts, fault.New(fault.Invalid, "metric %s: win_rate and cycle are about different rows, %s and %s", d.ID, parts.rate.Source, parts.cycle.Source)
	}
	return parts, nil
}

// compileVelocity joins what is open with what closed; rate and cycle come from one reading of the closed rows.
func (c *Catalog) compileVelocity(d Definition, parts velocityParts, present, trailing Query) (Statement, error) {
	b, err := c.builder(parts.value.Source, present)
	if err != nil {
		return Statement{}, err
	}
	by, err := b.dimensions(d, present.By)
	if err != nil {
		return Statement{}, err
	}
	open, err := b.openHalf(parts, by)
	if err != nil {
		return Statement{}, err
	}
	t, err := c.builder(parts.rate.Source, trailing)
	if err != nil {
		return Statement{}, err
	}
	t.parameters = b.parameters
	closed, err := t.closedHalf(d, parts)
	if err != nil {
		return Statement{}, err
	}
	on := make([]string, len(by))
	for i := range by {
		on[i] = fmt.Sprintf("o.k%d = c.k%[1]d", i)
	}
	if len(by) == 0 {
		on = []string{"TRUE"}
	}
	inner := "SELECT " + indexed("o.k%d, ", len(by)) + "o.n, o.amount, o.missing, c.closed, c.won_part, c.whole, c.days\n  FROM (" + open +
		") o\n  LEFT JOIN (" + closed + ") c ON " + strings.Join(on, " AND ")
	return b.statement(b.labelled(by, inner, []string{"n", "amount", "missing", "closed", "won_part", "whole", "days"}), by, nil), nil
}

// openHalf gives n, amount and missing of each group.
func (b *builder) openHalf(parts velocityParts, by []dimension) (string, error) {
	columns, err := b.fixedAggregates(parts.value, "")
	if err != nil {
		return "", err
	}
	where, err := b.where(parts.value.Filter)
	if err != nil {
		return "", err
	}
	return b.instants(b.grouped(by, []string{columns["n"] + " AS n", columns["numerator"] + " AS amount", columns["missing"] + " AS missing"}, where)), nil
}

// closedHalf gives of each group the sample, numerator and denominator of the win rate, and the cycle in days, from one
// reading of what either is made of.
func (b *builder) closedHalf(d Definition, parts velocityParts) (string, error) {
	by, err := b.dimensions(d, b.query.By)
	if err != nil {
		return "", err
	}
	filter := ""
	if parts.rate.Filter != "" && parts.cycle.Filter != "" {
		filter = "(" + parts.rate.Filter + ") || (" + parts.cycle.Filter + ")"
	}
	var conditions [3]string
	for i, text := range []string{filter, parts.rate.Filter, parts.cycle.Filter} {
		if conditions[i], err = b.condition(text); err != nil {
			return "", err
		}
		if i > 0 && conditions[i] == conditions[0] {
			conditions[i] = "" // it holds for all that is read
		}
	}
	rate, err := b.fixedAggregates(parts.rate, conditions[1])
	if err != nil {
		return "", err
	}
	cycle, err := b.fixedAggregates(parts.cycle, conditions[2])
	if err != nil {
		return "", err
	}
	where, err := b.where(filter)
	if err != nil {
		return "", err
	}
	return b.instants(b.grouped(by, []string{rate["n"] + " AS closed", rate["numerator"] + " AS won_part", rate["denominator"] + " AS whole",
		cycle["p50"] + " AS days"}, where)), nil
}

// scanVelocity reads a row of compileVelocity's statement.
func (s Statement) scanVelocity(rows *sql.Rows, d Definition, parts velocityParts, q Query) (Cell, error) {
	cell, rate := Cell{By: make([]Key, len(s.by))}, Cell{}
	var amount, missing int64
	var closed, won, whole sql.NullInt64
	var days sql.NullFloat64
	err := rows.Scan(append(keyTargets(cell.By), &cell.N, &amount, &missing, &closed, &won, &whole, &days)...)
	if err != nil {
		return Cell{}, err
	}
	s.namePeriods(cell.By, q)
	digits := value.MinorDigits(q.Currency)
	rate.fillRatio(parts.rate, won.Int64, whole.Int64, digits)
	if rate.Value != nil && days.Float64 > 0 {
		// The number of open deals times their average value is their amount.
		open := minor(amount, digits)
		cell.Value = real(open.Float() * rate.Value.Float() / days.Float64)
		cell.N, cell.Interval = closed.Int64, rate.Interval
		cell.Numerator, cell.Denominator, cell.Missing = open, real(days.Float64), missing
	}
	cell.Small = cell.N < d.MinSample
	return cell, nil
}
