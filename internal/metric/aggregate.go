package metric

import (
	"fmt"
	"slices"
)

// Each statement ends in the same columns: n (rows that count), numerator, denominator, p50 and p80, missing (rows
// without a value), then the further counts.
var fixedColumns = []string{"n", "numerator", "denominator", "p50", "p80", "missing"}

const noNumber = "CAST(NULL AS DOUBLE PRECISION)"

func columnNames(also int) []string {
	names := slices.Clone(fixedColumns)
	for i := range also {
		names = append(names, fmt.Sprintf("also%d", i))
	}
	return names
}

// aggregates gives the SQL of the columns, each with its name, and the names of the further counts.
func (b *builder) aggregates(d Definition) (columns, also []string, err error) {
	fixed, err := b.fixedAggregates(d, "")
	if err != nil {
		return nil, nil, err
	}
	for _, name := range fixedColumns {
		columns = append(columns, fixed[name]+" AS "+name)
	}
	for name := range d.Also {
		also = append(also, name)
	}
	slices.Sort(also)
	for i, name := range also {
		condition, err := b.condition(d.Also[name])
		if err != nil {
			return nil, nil, fmt.Errorf("also %s: %w", name, err)
		}
		columns = append(columns, fmt.Sprintf("%s AS also%d", countIf(condition), i))
	}
	return columns, also, nil
}

// fixedAggregates gives the SQL of the fixed columns over the rows for which only holds; "" = all.
func (b *builder) fixedAggregates(d Definition, only string) (map[string]string, error) {
	var f Field
	v := ""
	if d.Value != "" {
		var err error
		if f, err = b.field(d.Value); err != nil {
			return nil, fmt.Errorf("value: %w", err)
		}
		v = f.expression()
	}
	fixed := map[string]string{"n": countIf(only), "numerator": noNumber, "denominator": noNumber, "p50": noNumber, "p80": noNumber, "missing": "0"}
	known := filtered("count("+v+")", only)
	if v != "" {
		fixed["missing"] = countIf(only) + " - " + known
	}
	switch d.Kind {
	case KindCount:
		fixed["numerator"] = countIf(only)
	case KindSum:
		fixed["numerator"] = sumIf(only, v, d.Unit)
	case KindDeviation:
		fixed["numerator"] = "sqrt(COALESCE(" + filtered("sum("+v+")", only) + ", 0))"
	case KindMean:
		fixed["numerator"], fixed["denominator"] = sumIf(only, v, d.Unit), known
		fixed["p50"] = f.percentile("0.5", only)
	case KindMedian:
		fixed["n"] = known
		fixed["p50"], fixed["p80"] = f.percentile("0.5", only), f.percentile("0.8", only)
	case KindRatio:
		numerator, err := b.condition(d.Numerator)
		if err != nil {
			return nil, fmt.Errorf("numerator: %w", err)
		}
		denominator, err := b.condition(d.Denominator)
		if err != nil {
			return nil, fmt.Errorf("denominator: %w", err)
		}
		numerator, denominator = both(only, numerator), both(only, denominator)
		fixed["n"] = countIf(denominator)
		fixed["numerator"], fixed["denominator"] = countIf(numerator), countIf(denominator)
		if v != "" {
			fixed["numerator"], fixed["denominator"] = sumIf(numerator, v, UnitMoney), sumIf(denominator, v, UnitMoney)
		}
	default:
		return nil, fmt.Errorf("kind %q is not known", d.Kind)
	}
	return fixed, nil
}

// filtered limits an aggregate to the rows for which a condition holds.
func filtered(aggregate, condition string) string {
	if condition == "" || condition == "TRUE" {
		return aggregate
	}
	return aggregate + " FILTER (WHERE " + condition + ")"
}

// both is the condition that two hold, of which either may be empty.
func both(a, b string) string {
	switch {
	case a == "" || a == "TRUE":
		return b
	case b == "" || b == "TRUE":
		return a
	}
	return a + " AND " + b
}

func countIf(condition string) string { return filtered("count(*)", condition) }

// sumIf adds up exactly: minor units are whole numbers.
func sumIf(condition, v string, unit Unit) string {
	sum := "CAST(COALESCE(" + filtered("sum("+v+")", condition) + ", 0) AS "
	if unit == UnitMoney {
		return sum + "BIGINT)"
	}
	return sum + "DOUBLE PRECISION)"
}

// percentile leaves whole numbers whole, as they sort faster, and divides the result.
func (f Field) percentile(p, condition string) string {
	return filtered(Percentile(p, f.SQL), condition) + f.per()
}

// Percentile is the SQL of an aggregate for sources: the p-th part of the values, "0" to "1", interpolated between the closest ones.
func Percentile(p, values string) string {
	return "percentile_cont(" + p + ") WITHIN GROUP (ORDER BY " + values + ")"
}
