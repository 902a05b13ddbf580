package crm

import (
	"context"
	"fmt"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/value"
)

// Outcomes of a stage. A deal in a stage whose outcome is not open is closed.
const (
	OutcomeOpen       = "open"
	OutcomeWon        = "won"
	OutcomeLost       = "lost"
	OutcomeNoDecision = "no_decision"
)

// Stage is one step of a pipeline.
type Stage struct {
	ID, Pipeline     value.ID
	Name             string
	Position         int64 // order within the pipeline, ascending
	Outcome          string
	Probability      float64 // 0–1: for deals that carry none of their own
	ForecastCategory string
	Qualified        bool // entering this stage (or a later one) makes a deal count as pipeline created
}

// ListStages gives all stages that are not deleted, ordered by pipeline and position.
func ListStages(ctx context.Context, tx *db.Tx) ([]Stage, error) {
	return stages(ctx, tx, `WHERE NOT deleted`)
}

// ListStagesEver gives the deleted stages too: versions of deals may still be in them.
func ListStagesEver(ctx context.Context, tx *db.Tx) ([]Stage, error) { return stages(ctx, tx, ``) }

func stages(ctx context.Context, tx *db.Tx, where string) ([]Stage, error) {
	rows, err := tx.Query(ctx, `SELECT id, pipeline_id, name, COALESCE(position, 0), COALESCE(outcome, 'open'),
		COALESCE(probability, 0), COALESCE(forecast_category, ''), COALESCE(qualified, FALSE)
		FROM crm_stages `+where+` ORDER BY pipeline_id, position, id`) // sql: where is one of the constants above
	if err != nil {
		return nil, fmt.Errorf("crm: list stages: %w", err)
	}
	defer rows.Close()
	var stages []Stage
	for rows.Next() {
		var s Stage
		if err := rows.Scan(&s.ID, &s.Pipeline, &s.Name, &s.Position, &s.Outcome, &s.Probability, &s.ForecastCategory, &s.Qualified); err != nil {
			return nil, fmt.Errorf("crm: list stages: %w", err)
		}
		stages = append(stages, s)
	}
	return stages, rows.Err()
}
