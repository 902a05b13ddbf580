package connect

import (
	"cmp"
	"context"
	"slices"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/value"
)

// makePipelines makes the pipelines of missing stages.
func (im *importer) makePipelines(ctx context.Context, tx *db.Tx, y *tally, missing []*metStage) error {
	var changes []crm.Change
	for _, m := range missing {
		name := cmp.Or(m.pipeline, defaultPipeline)
		if _, known := im.stages.pipelines[value.Fold(name)]; known {
			continue
		}
		id := value.NewID()
		im.stages.addPipeline(id, name)
		changes = append(changes, crm.Change{ID: id, New: true, At: value.Always,
			Set: map[string]any{"name": name, "position": int64(len(im.stages.pipelines))}})
	}
	if len(changes) == 0 {
		return nil
	}
	y.made["pipeline"] += int64(len(changes))
	_, err := crm.Apply(ctx, tx, crm.ObjectNamed("pipeline"), changes)
	return err
}

// arrange turns missing stages into stages with positions, behind those that their pipelines have already. New stages are
// ordered by probability where all open ones of the pipeline have one, else in the usual order, else as they were met.
func (b *stageBook) arrange(missing []*metStage) []crm.Stage {
	byPipeline := map[value.ID][]*metStage{}
	var pipelines []value.ID
	for _, m := range missing {
		id := b.pipelines[value.Fold(cmp.Or(m.pipeline, defaultPipeline))]
		if byPipeline[id] == nil {
			pipelines = append(pipelines, id)
		}
		byPipeline[id] = append(byPipeline[id], m)
	}
	var stages []crm.Stage
	for _, pipeline := range pipelines {
		met := byPipeline[pipeline]
		sortStages(met)
		last, qualified := b.end(pipeline)
		for i, m := range met {
			s := m.stage()
			s.ID, s.Pipeline, s.Position = value.NewID(), pipeline, last+int64(i)+1
			if s.Qualified = !qualified && s.Outcome == crm.OutcomeOpen; s.Qualified {
				qualified = true
			}
			stages = append(stages, s)
		}
	}
	return stages
}

func sortStages(met []*metStage) {
	certain := !slices.ContainsFunc(met, func(m *metStage) bool { return m.outcome() == crm.OutcomeOpen && m.probabilities == 0 })
	slices.SortStableFunc(met, func(a, b *metStage) int {
		byProbability := 0
		if certain {
			byProbability = cmp.Compare(a.probabilityMean, b.probabilityMean)
		}
		return cmp.Or(cmp.Compare(outcomeRank(a.outcome()), outcomeRank(b.outcome())), byProbability,
			cmp.Compare(usualRank(a.name), usualRank(b.name)), cmp.Compare(a.order, b.order))
	})
}

// end is the last position in a pipeline, and whether one of its stages qualifies deals.
func (b *stageBook) end(pipeline value.ID) (last int64, qualified bool) {
	for _, s := range b.stages {
		if s.Pipeline == pipeline {
			last, qualified = max(last, s.Position), qualified || s.Qualified
		}
	}
	return last, qualified
}

// stage gives what the rows tell of a stage.
func (m *metStage) stage() crm.Stage {
	s := crm.Stage{Name: m.name, Outcome: m.outcome()}
	switch {
	case s.Outcome == crm.OutcomeWon:
		s.Probability, s.ForecastCategory = 1, "closed"
	case s.Outcome != crm.OutcomeOpen:
		s.ForecastCategory = "omitted"
	case m.probabilities > 0 && !m.probabilityVary:
		s.Probability = m.probability
	}
	if s.Outcome == crm.OutcomeOpen && !m.categoryVary {
		s.ForecastCategory = m.category
	}
	return s
}

// makeStages stores new stages. They have no known beginning: deals of any time may be in them.
func (im *importer) makeStages(ctx context.Context, tx *db.Tx, y *tally, stages []crm.Stage) error {
	if len(stages) == 0 {
		return nil
	}
	changes := make([]crm.Change, len(stages))
	for i, s := range stages {
		set := map[string]any{"pipeline": s.Pipeline, "name": s.Name, "position": s.Position, "outcome": s.Outcome, "qualified": s.Qualified}
		if s.Probability != 0 || s.Outcome != crm.OutcomeOpen {
			set["probability"] = s.Probability
		}
		if s.ForecastCategory != "" {
			set["forecast_category"] = s.ForecastCategory
		}
		changes[i] = crm.Change{ID: s.ID, New: true, At: value.Always, Set: set}
		im.stages.addStage(s)
	}
	y.made["stage"] += int64(len(stages))
	_, err := crm.Apply(ctx, tx, crm.ObjectNamed("stage"), changes)
	return err
}
