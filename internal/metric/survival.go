package metric

import (
	"fmt"
	"strings"
)

// survival compiles the median and the 80th percentile of a length of time of which some are still running, by the
// product-limit estimator (E. L. Kaplan, P. Meier: Nonparametric Estimation from Incomplete Observations, JASA 53, 1958):
//
//	S(t) = Π over event times u ≤ t of (1 − events at u / at risk at u),   percentile p = the first u with S(u) ≤ 1 − p
//
// Value gives hours; lengths are counted in whole hours, so that the estimator runs over a short histogram. Where the
// curve does not come down to 1 − p, the percentile is not known yet and stays empty. Columns are those of aggregates: n =
// all lengths, numerator = those that ended.
func (b *builder) survival(d Definition, by []dimension) (Statement, error) {
	v, err := b.field(d.Value)
	if err != nil {
		return Statement{}, fmt.Errorf("value: %w", err)
	}
	event, err := b.condition(d.Event)
	if err != nil {
		return Statement{}, fmt.Errorf("event: %w", err)
	}
	where, err := b.where(d.Filter)
	if err != nil {
		return Statement{}, err
	}
	keys := make([]string, len(by))
	for i := range by {
		keys[i] = fmt.Sprintf("k%d", i)
	}
	list := strings.Join(keys, ", ")
	comma, partition, group := "", "", ""
	if list != "" {
		comma, partition, group = list+", ", "PARTITION BY "+list+" ", " GROUP BY "+list
	}
	histogram := "SELECT " + keyList(by) + "CAST(floor(" + v.expression() + ") AS BIGINT) AS u, count(*) AS c, " + countIf(event) + " AS d\n      FROM " +
		b.source.Table + " f" + b.source.joinsFor(b.joins) + "\n      WHERE " + where + groupBy(len(by)+1)
	curve := "SELECT " + comma + "u, c, d, CASE WHEN d = r THEN 0.0 ELSE exp(sum(CASE WHEN d > 0 AND d < r THEN ln(1.0 - CAST(d AS DOUBLE PRECISION) / r) ELSE 0.0 END) OVER (" +
		partition + "ORDER BY u)) END AS s\n    FROM (SELECT " + comma + "u, c, d, sum(c) OVER (" + partition + "ORDER BY u DESC) AS r\n    FROM (" + histogram + ") h) at_risk"
	inner := "SELECT " + comma + "CAST(sum(c) AS BIGINT) AS n, CAST(sum(d) AS BIGINT) AS numerator, " + noNumber + " AS denominator,\n    " +
		"CAST(min(CASE WHEN d > 0 AND s <= 0.5 + 1e-9 THEN u END) AS DOUBLE PRECISION) / 24 AS p50, " +
		"CAST(min(CASE WHEN d > 0 AND s <= 0.2 + 1e-9 THEN u END) AS DOUBLE PRECISION) / 24 AS p80, 0 AS missing\n    FROM (" + curve + ") curve" + group
	return b.statement(b.labelled(by, inner, columnNames(0)), by, nil), nil
}
