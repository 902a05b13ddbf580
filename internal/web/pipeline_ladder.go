package web

import (
	"context"
	"slices"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/value"
)

// ladder is a pipeline with its stages in their order.
type ladder struct {
	id     value.ID
	name   string
	stages []crm.Stage
}

// loadLadders gives the pipelines that have stages, in their order.
func loadLadders(ctx context.Context, tx *db.Tx) ([]ladder, error) {
	stages, err := crm.ListStages(ctx, tx)
	if err != nil {
		return nil, err
	}
	page, err := crm.ListRecords(ctx, tx, everything, crm.ListQuery{Object: crm.ObjectNamed("pipeline"), Sort: "position", Limit: 200})
	if err != nil {
		return nil, err
	}
	var ladders []ladder
	for _, p := range page.Records {
		l := ladder{id: p.ID, name: p.Name()}
		for _, s := range stages {
			if s.Pipeline == p.ID {
				l.stages = append(l.stages, s)
			}
		}
		if len(l.stages) > 0 {
			ladders = append(ladders, l)
		}
	}
	return ladders, nil
}

// stagesOf lists the stages with one of some outcomes; with all outcomes where none is named.
func stagesOf(ladders []ladder, outcomes ...string) []crm.Stage {
	var found []crm.Stage
	for _, l := range ladders {
		for _, s := range l.stages {
			if len(outcomes) == 0 || slices.Contains(outcomes, s.Outcome) {
				found = append(found, s)
			}
		}
	}
	return found
}

// ladderOf is the pipeline of a stage; one without stages where there is none.
func ladderOf(ladders []ladder, stage value.ID) ladder {
	for _, l := range ladders {
		if slices.ContainsFunc(l.stages, func(s crm.Stage) bool { return s.ID == stage }) {
			return l
		}
	}
	return ladder{}
}
