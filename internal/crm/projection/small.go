package projection

import (
	"context"
	"database/sql"
	"fmt"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

// smallTables gives the rows of the tables that are always replaced whole. Words come last, when all are known.
func (s *shape) smallTables(ctx context.Context, tx *db.Tx) (map[string][][]any, error) {
	tables := map[string][][]any{"rate": s.rateRows()}
	var err error
	tables["outcome"] = [][]any{{open, crm.OutcomeOpen}, {won, crm.OutcomeWon}, {lost, crm.OutcomeLost}, {noDecision, crm.OutcomeNoDecision}}
	if tables["stage"], tables["pipeline"], err = s.stageRows(ctx, tx); err != nil {
		return nil, err
	}
	if tables["product"], err = s.productRows(ctx, tx); err != nil {
		return nil, err
	}
	if tables["person"], err = s.namedRows(ctx, tx, `SELECT id, name FROM identity_people ORDER BY id`, s.vocabulary.people); err != nil {
		return nil, err
	}
	if tables["team"], err = s.namedRows(ctx, tx, `SELECT id, name FROM identity_teams ORDER BY id`, s.vocabulary.teams); err != nil {
		return nil, err
	}
	hierarchy, err := identity.LoadHierarchy(ctx, tx)
	if err != nil {
		return nil, err
	}
	tables["owner_span"] = s.spanRows(hierarchy)
	return tables, nil
}

func (s *shape) stageRows(ctx context.Context, tx *db.Tx) (stages, pipelines [][]any, err error) {
	rows, err := tx.Query(ctx, `SELECT s.id, s.name, p.id, p.name FROM crm_stages s JOIN crm_pipelines p ON p.id = s.pipeline_id ORDER BY s.id`)
	if err != nil {
		return nil, nil, fmt.Errorf("projection: read stages: %w", err)
	}
	defer rows.Close()
	stages = [][]any{{int16(0), "", "", int16(0), int16(0), open, 0.0, false}}
	pipelines = [][]any{{int16(0), "", ""}}
	seen := map[int16]bool{}
	for rows.Next() {
		var id, pipelineID value.ID
		var name, pipeline sql.NullString
		if err := rows.Scan(&id, &name, &pipelineID, &pipeline); err != nil {
			return nil, nil, fmt.Errorf("projection: read stages: %w", err)
		}
		key := s.vocabulary.stages.of(id)
		if int(key) >= len(s.stages) {
			return nil, nil, errOutdated // made since the shape was read
		}
		st := s.stages[key]
		stages = append(stages, []any{int16(key), id.String(), name.String, st.pipeline, st.position, st.outcome, s.chances[key], st.qualified})
		if !seen[st.pipeline] {
			seen[st.pipeline] = true
			pipelines = append(pipelines, []any{st.pipeline, pipelineID.String(), pipeline.String})
		}
	}
	return stages, pipelines, rows.Err()
}

func (s *shape) productRows(ctx context.Context, tx *db.Tx) ([][]any, error) {
	rows, err := tx.Query(ctx, `SELECT id, name, family FROM crm_products ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("projection: read products: %w", err)
	}
	defer rows.Close()
	result := [][]any{{int32(0), "", "", int32(0)}}
	for rows.Next() {
		var id value.ID
		var name, family sql.NullString
		if err := rows.Scan(&id, &name, &family); err != nil {
			return nil, fmt.Errorf("projection: read products: %w", err)
		}
		result = append(result, []any{s.vocabulary.products.of(id), id.String(), name.String, s.vocabulary.words.of(family.String)})
	}
	return result, rows.Err()
}

// namedRows reads id and name; query is a constant.
func (s *shape) namedRows(ctx context.Context, tx *db.Tx, query string, known *keys[value.ID]) ([][]any, error) {
	rows, err := tx.Query(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("projection: read names: %w", err)
	}
	defer rows.Close()
	result := [][]any{{int32(0), "", ""}}
	for rows.Next() {
		var id value.ID
		var name sql.NullString
		if err := rows.Scan(&id, &name); err != nil {
			return nil, fmt.Errorf("projection: read names: %w", err)
		}
		result = append(result, []any{known.of(id), id.String(), name.String})
	}
	return result, rows.Err()
}

// spanRows are, per person, the stretches of time in which team, the teams above it and region stayed the same.
func (s *shape) spanRows(h identity.Hierarchy) [][]any {
	rows := [][]any{s.spanRow(identity.PersonSpan{From: value.Always, To: value.Forever})}
	for _, span := range h.PeopleSpans() {
		rows = append(rows, s.spanRow(span))
	}
	return rows
}

func (s *shape) spanRow(span identity.PersonSpan) []any {
	team := int32(0)
	levels := make([]any, teamLevels)
	for level := range levels {
		key := int32(0)
		if level < len(span.Path) {
			key = s.vocabulary.teams.of(span.Path[level])
			team = key
		}
		levels[level] = key
	}
	row := []any{s.vocabulary.people.of(span.Person), int64(span.From), int64(span.To), team, s.vocabulary.words.of(span.Region)}
	return append(row, levels...)
}

// wordRows are all words, after everything else was shaped.
func (v *vocabulary) wordRows() [][]any {
	rows := make([][]any, len(v.words.names))
	for key, text := range v.words.names {
		rows[key] = []any{int32(key), text}
	}
	return rows
}
