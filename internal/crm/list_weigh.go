package crm

import (
	"context"
	"fmt"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/identity"
)

// WeighDeals adds up the amounts of all the deals of a list like SumRecords, each times its probability: the deal's own,
// or that of its stage. Each is rounded to minor units.
func WeighDeals(ctx context.Context, tx *db.Tx, scope identity.Scope, q ListQuery) ([]CurrencySum, error) {
	l, err := newListing(ctx, tx, scope, q)
	if err != nil {
		return nil, err
	}
	var args arguments
	// sql: a condition made of columns of the dictionary, with parameters
	rows, err := tx.Query(ctx, `SELECT t.currency, CAST(sum(round(t.amount_minor * COALESCE(t.probability,
			(SELECT s.probability FROM crm_stages s WHERE s.id = t.stage_id), 0))) AS BIGINT), count(*)
		FROM crm_deals t WHERE `+l.where(&args)+` AND t.amount_minor IS NOT NULL GROUP BY t.currency ORDER BY t.currency`, args...)
	if err != nil {
		return nil, fmt.Errorf("crm: weigh deals: %w", err)
	}
	defer rows.Close()
	var sums []CurrencySum
	for rows.Next() {
		var s CurrencySum
		if err := rows.Scan(&s.Sum.Currency, &s.Sum.Minor, &s.Count); err != nil {
			return nil, fmt.Errorf("crm: weigh deals: %w", err)
		}
		sums = append(sums, s)
	}
	return sums, rows.Err()
}
