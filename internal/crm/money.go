package crm

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// setsMoney reports whether a change sets an amount.
func (o *Object) setsMoney(c Change) bool {
	return slices.ContainsFunc(o.Fields, func(f Field) bool { return f.Kind == Money && !empty(c.Set[f.Name]) })
}

// leavesCurrencyOpen reports whether a change may leave an amount without a currency.
func (o *Object) leavesCurrencyOpen(c Change) bool {
	code, mentioned := c.Set["currency"]
	return mentioned && empty(code) || !mentioned && o.setsMoney(c)
}

// checkCurrencies makes sure that no believed version of the records has an amount without a currency.
func (o *Object) checkCurrencies(ctx context.Context, tx *db.Tx, ids []value.ID) error {
	for group := range slices.Chunk(ids, inGroup) {
		// sql: anyMoney is a condition over columns that the dictionary names
		rows, err := tx.Query(ctx, `SELECT id FROM `+o.Table.Versions+` WHERE id IN (`+placeholders(1, len(group))+`) AND recorded_to = `+
			fmt.Sprint(int64(value.Forever))+` AND currency IS NULL AND (`+o.anyMoney()+`) LIMIT 1`, anyIDs(group)...)
		if err != nil {
			return fmt.Errorf("crm: check currencies of %s: %w", o.Plural, err)
		}
		found, err := scanIDs(rows)
		if err != nil {
			return fmt.Errorf("crm: check currencies of %s: %w", o.Plural, err)
		}
		if len(found) > 0 {
			return fault.InvalidField("currency", "%s %s needs a currency, because it has an amount", o.Name, found[0])
		}
	}
	return nil
}

// anyMoney is the condition that a row has an amount.
func (o *Object) anyMoney() string {
	var conditions []string
	for _, f := range o.Fields {
		if f.Kind == Money {
			// sql: a column that the dictionary names
			conditions = append(conditions, f.Column()+` IS NOT NULL`)
		}
	}
	return strings.Join(conditions, " OR ")
}
