package connect

import (
	"context"
	"fmt"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/value"
)

// mainProduct is the product of a deal's largest line item.
type mainProduct struct {
	deal, product value.ID
	since         value.Instant // of the deal
	derived       bool          // its first version is
	total         int64         // minor units
}

// chooseMainProducts gives deals without a main product that of their largest line item, if the import has line items.
func (im *importer) chooseMainProducts(ctx context.Context) error {
	var items *tablePlan
	for _, t := range im.plans {
		if t.object.Name == "line_item" {
			items = t
		}
	}
	if items == nil {
		return nil
	}
	after := value.ID{15: 1} // below every ID that is minted
	for {
		var last value.ID
		err := im.writeTable(ctx, items, func(tx *db.Tx, y *tally) error {
			best, end, err := loadMainProducts(ctx, tx, after)
			if err != nil {
				return err
			}
			last = end
			var changes []crm.Change
			for _, m := range best {
				y.note("main_product")
				changes = append(changes, crm.Change{ID: m.deal, At: m.since, Derived: m.derived, Set: map[string]any{"product": m.product}})
			}
			_, err = crm.Apply(ctx, tx, crm.ObjectNamed("deal"), changes)
			return err
		})
		if err != nil || last.IsZero() {
			return err
		}
		after = last
	}
}

// loadMainProducts finds the largest line items of the next deals without a product. end is the last deal looked at; zero
// = there are no more.
func loadMainProducts(ctx context.Context, tx *db.Tx, after value.ID) (best []mainProduct, end value.ID, err error) {
	rows, err := tx.Query(ctx, `SELECT d.id, d.created_at, v.derived, l.product_id, coalesce(l.total_minor, CAST(coalesce(l.price_minor, 0) * coalesce(l.quantity, 1) AS BIGINT))
		FROM (SELECT id, created_at FROM crm_deals WHERE product_id IS NULL AND NOT deleted AND id > $1
			AND EXISTS (SELECT 1 FROM crm_line_items i WHERE i.deal_id = crm_deals.id AND i.product_id IS NOT NULL AND NOT i.deleted)
			ORDER BY id LIMIT 1000) d
		JOIN crm_deal_versions v ON v.id = d.id AND v.valid_from = d.created_at AND v.recorded_to = $2
		JOIN crm_line_items l ON l.deal_id = d.id AND l.product_id IS NOT NULL AND NOT l.deleted ORDER BY d.id, l.id`, after, value.Forever)
	if err != nil {
		return nil, end, fmt.Errorf("connect: find main products: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var m mainProduct
		if err := rows.Scan(&m.deal, &m.since, &m.derived, &m.product, &m.total); err != nil {
			return nil, end, fmt.Errorf("connect: find main products: %w", err)
		}
		end = m.deal
		switch n := len(best); {
		case n == 0 || best[n-1].deal != m.deal:
			best = append(best, m)
		case best[n-1].total < m.total:
			best[n-1] = m
		}
	}
	return best, end, rows.Err()
}
