package crm

import (
	"context"
	"fmt"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

// CurrencySum is what the records of a list that are in one currency add up to.
type CurrencySum struct {
	Sum   value.Money
	Count int // records with an amount
}

// SumRecords adds up an amount of all the records of a list, on whatever page, by currency; their order and the limit do
// not matter. It looks at every record that fits. The error is Invalid where the field is no standard amount, or as for
// ListRecords.
func SumRecords(ctx context.Context, tx *db.Tx, scope identity.Scope, q ListQuery, field string) ([]CurrencySum, error) {
	i := q.Object.Field(field)
	if i < 0 || q.Object.Fields[i].Kind != Money {
		return nil, fault.InvalidField("sum", "is %q, which is not an amount of %s", field, q.Object.Plural)
	}
	l, err := newListing(ctx, tx, scope, q)
	if err != nil {
		return nil, err
	}
	var args arguments
	column := "t." + q.Object.Fields[i].Column()
	// sql: a table and a column of the dictionary, and a condition with parameters
	rows, err := tx.Query(ctx, `SELECT t.currency, sum(`+column+`), count(*) FROM `+q.Object.Table.Current+` t WHERE `+l.where(&args)+
		` AND `+column+` IS NOT NULL GROUP BY t.currency ORDER BY t.currency`, args...)
	if err != nil {
		return nil, fmt.Errorf("crm: sum %s of %s: %w", field, q.Object.Plural, err)
	}
	defer rows.Close()
	var sums []CurrencySum
	for rows.Next() {
		var s CurrencySum
		if err := rows.Scan(&s.Sum.Currency, &s.Sum.Minor, &s.Count); err != nil {
			return nil, fmt.Errorf("crm: sum %s of %s: %w", field, q.Object.Plural, err)
		}
		sums = append(sums, s)
	}
	return sums, rows.Err()
}
