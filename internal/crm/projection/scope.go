package projection

import (
	"context"
	"fmt"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/metric"
	"zveno.dev/zveno/internal/value"
)

// Scope is somebody's row scope for metrics: the people whose rows they see today. Naming these, instead of their teams,
// keeps the scope what it is for lists and records, whatever hierarchy a number is cut by.
func (p *Projection) Scope(ctx context.Context, scope identity.Scope) (metric.Scope, error) {
	if scope.All {
		return metric.Scope{All: true}, nil
	}
	var people []value.ID
	err := p.db.Read(ctx, func(tx *db.Tx) error {
		var args []any
		rows, err := tx.Query(ctx, `SELECT p.id FROM identity_people p WHERE `+scope.SQL("p.id", &args)+` ORDER BY p.id`, args...) // sql: the scope's condition
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id value.ID
			if err := rows.Scan(&id); err != nil {
				return err
			}
			people = append(people, id)
		}
		return rows.Err()
	})
	if err != nil {
		return metric.Scope{}, fmt.Errorf("projection: read scope: %w", err)
	}
	return metric.Scope{People: people}, nil
}
