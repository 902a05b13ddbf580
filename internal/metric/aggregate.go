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
	v := ""
	if d.Value != "" {
		f, err := b.field(d.Value)
		if err != nil {
			return nil, nil, fmt.Errorf("value: %w", err)
		}
		v = f.SQL
	}
	fixed, err := b.fixedAggregates(d, v)
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

func (b *builder) fixedAggregates(d Definition, v string) (map[string]string, error) {
	fixed := map[string]string{"n": "count(*)", "numerator": noNumber, "denominator": noNumber, "p50": noNumber, "p80": noNumber, "missing": "0"}
	if v != "" {
		fixed["missing"] = "count(*) - count(" + v + ")"
	}
	switch d.Kind {
	case KindCount:
		fixed["numerator"] = "count(*)"
	case KindSum:
		fixed["numerator"] = sum(v, d.Unit)
	case KindDeviation:
		fixed["numerator"] = "sqrt(COALESCE(sum(" + v + "), 0))"
	case KindMean:
		fixed["numerator"], fixed["denominator"] = sum(v, d.Unit), "count("+v+")"
		fixed["p50"] = percentile(v, "0.5")
	case KindMedian:
		fixed["n"] = "count(" + v + ")"
		fixed["p50"], fixed["p80"] = percentile(v, "0.5"), percentile(v, "0.8")
	case KindRatio:
		numerator, err := b.condition(d.Numerator)
		if err != nil {
			return nil, fmt.Errorf("numerator: %w", err)
		}
		denominator, err := b.condition(d.Denominator)
		if err != nil {
			return nil, fmt.Errorf("denominator: %w", err)
		}
		fixed["n"] = countIf(denominator)
		fixed["numerator"], fixed["denominator"] = countIf(numerator), countIf(denominator)
		if v != "" {
			fixed["numerator"], fixed["denominator"] = sumIf(numerator, v), sumIf(denominator, v)
		}
	default:
		return nil, fmt.Errorf("kind %q is not known", d.Kind)
	}
	return fixed, nil
}

// sum adds up exactly: minor units are whole numbers.
func sum(v string, unit Unit) string {
	if unit == UnitMoney {
		return "CAST(COALESCE(sum(" + v + "), 0) AS BIGINT)"
	}
	return "CAST(COALESCE(sum(" + v + "), 0) AS DOUBLE PRECISION)"
}

func countIf(condition string) string {
	return "CAST(COALESCE(sum(CASE WHEN " + condition + " THEN 1 ELSE 0 END), 0) AS BIGINT)"
}

func sumIf(condition, v string) string {
	return "CAST(COALESCE(sum(CASE WHEN " + condition + " THEN " + v + " ELSE 0 END), 0) AS BIGINT)"
}

func percentile(v, p string) string {
	return "percentile_cont(" + p + ") WITHIN GROUP (ORDER BY CAST(" + v + " AS DOUBLE PRECISION))"
}
