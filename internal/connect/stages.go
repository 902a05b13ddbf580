package connect

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/value"
)

// defaultPipeline is the pipeline of deals whose rows name none.
const defaultPipeline = "Sales"

// stageBook knows every stage that the deals of an import can be in.
type stageBook struct {
	stages    []crm.Stage // by pipeline and position
	byName    map[stageKey]int
	byKey     map[string]int      // by the source's ID
	pipelines map[string]value.ID // by folded name
	names     map[value.ID]string // folded names of pipelines
	undated   map[value.ID]bool   // open stages whose deals have not begun, as the import's rows have it
}

// loadStages reads the stages that are there.
func loadStages(ctx context.Context, tx *db.Tx, source string) (*stageBook, error) {
	b := &stageBook{byName: map[stageKey]int{}, byKey: map[string]int{}, pipelines: map[string]value.ID{}, names: map[value.ID]string{}}
	rows, err := tx.Query(ctx, `SELECT id, name FROM crm_pipelines WHERE NOT deleted ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("connect: load pipelines: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id value.ID
		var name string
		if err := rows.Scan(&id, &name); err != nil {
			return nil, fmt.Errorf("connect: load pipelines: %w", err)
		}
		b.addPipeline(id, name)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("connect: load pipelines: %w", err)
	}
	stages, err := crm.ListStages(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, s := range stages {
		b.addStage(s)
	}
	return b, b.loadKeys(ctx, tx, source)
}

func (b *stageBook) addPipeline(id value.ID, name string) {
	if _, known := b.pipelines[value.Fold(name)]; !known {
		b.pipelines[value.Fold(name)] = id
	}
	b.names[id] = value.Fold(name)
}

func (b *stageBook) addStage(s crm.Stage) {
	b.stages = append(b.stages, s)
	key := stageKey{b.names[s.Pipeline], value.Fold(s.Name)}
	if _, double := b.byName[key]; !double {
		b.byName[key] = len(b.stages) - 1
	}
}

// loadKeys reads under which IDs the source knows the stages.
func (b *stageBook) loadKeys(ctx context.Context, tx *db.Tx, source string) error {
	byID := map[value.ID]int{}
	for i, s := range b.stages {
		byID[s.ID] = i
	}
	rows, err := tx.Query(ctx, `SELECT external_id, record_id FROM connect_links WHERE source = $1 AND object = 'stage'`, source)
	if err != nil {
		return fmt.Errorf("connect: load links of stages: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var key string
		var id value.ID
		if err := rows.Scan(&key, &id); err != nil {
			return fmt.Errorf("connect: load links of stages: %w", err)
		}
		if i, ok := byID[id]; ok {
			b.byKey[key] = i
		}
	}
	return rows.Err()
}

// find is the stage that a row names: by the source's ID, then by name in the row's pipeline; a row without a pipeline
// means the usual one, or the only one that has such a stage. nil = there is none.
func (b *stageBook) find(pipeline, named string) *crm.Stage {
	if i, ok := b.byKey[named]; ok {
		return &b.stages[i]
	}
	name := value.Fold(named)
	if i, ok := b.byName[stageKey{value.Fold(cmp.Or(pipeline, defaultPipeline)), name}]; ok {
		return &b.stages[i]
	}
	if pipeline != "" {
		return nil
	}
	found := -1
	for key, i := range b.byName {
		if key.name == name {
			if found >= 0 {
				return nil
			}
			found = i
		}
	}
	if found < 0 {
		return nil
	}
	return &b.stages[found]
}

// firstOf is the first stage of a pipeline with an outcome; nil when there is none.
func (b *stageBook) firstOf(pipeline value.ID, outcome string) *crm.Stage {
	var first *crm.Stage
	for i := range b.stages {
		s := &b.stages[i]
		if s.Pipeline == pipeline && s.Outcome == outcome && (first == nil || s.Position < first.Position) {
			first = s
		}
	}
	return first
}

// openingOf is the stage in which the deals of a pipeline begin. Where the rows give a beginning only to deals of later
// stages, as with a date of engagement, it is the first of those.
func (b *stageBook) openingOf(pipeline value.ID) *crm.Stage {
	var first *crm.Stage
	for i := range b.stages {
		s := &b.stages[i]
		if s.Pipeline == pipeline && s.Outcome == crm.OutcomeOpen && !b.undated[s.ID] && (first == nil || s.Position < first.Position) {
			first = s
		}
	}
	if first == nil {
		return b.firstOf(pipeline, crm.OutcomeOpen)
	}
	return first
}

// undatedRows is how many rows without a beginning show that deals do not begin in a stage; a few prove nothing.
const undatedRows = 20

// findUndated notes the open stages in which no row says when its deal began.
func (b *stageBook) findUndated(s *survey) {
	b.undated = map[value.ID]bool{}
	for _, m := range s.met {
		if stage := b.find(m.pipeline, m.name); stage != nil && stage.Outcome == crm.OutcomeOpen && m.rows >= undatedRows && m.dated == 0 {
			b.undated[stage.ID] = true
		}
	}
}

// prepareStages makes the pipelines and stages that the import's rows speak of and that are not there.
func (im *importer) prepareStages(ctx context.Context) error {
	s, err := im.surveyStages(ctx)
	if err != nil {
		return err
	}
	return im.write(ctx, func(tx *db.Tx, y *tally) error {
		book, err := loadStages(ctx, tx, im.run.source)
		if err != nil {
			return err
		}
		im.stages = book
		missing := book.missing(s)
		if err := im.makePipelines(ctx, tx, y, missing); err != nil {
			return err
		}
		if err := im.makeStages(ctx, tx, y, book.arrange(missing)); err != nil {
			return err
		}
		book.findUndated(s)
		return nil
	})
}

// missing lists the stages met that are not in the book, and closed ones for outcomes that no stage stands for.
func (b *stageBook) missing(s *survey) []*metStage {
	met := slices.SortedFunc(maps.Values(s.met), func(a, b *metStage) int {
		return cmp.Or(-cmp.Compare(min(1, len(a.pipeline)), min(1, len(b.pipeline))), cmp.Compare(a.order, b.order))
	})
	named := map[string]bool{}
	var missing []*metStage
	for _, m := range met {
		if m.pipeline != "" {
			named[value.Fold(m.name)] = true
		} else if named[value.Fold(m.name)] {
			continue // some other row says in which pipeline this stage is
		}
		if b.find(m.pipeline, m.name) == nil {
			missing = append(missing, m)
		}
	}
	for key := range s.outcomes {
		if m := s.met[key.stage]; m.outcome() != key.outcome && !b.closes(m.pipeline, key.outcome, missing) {
			missing = append(missing, closing(m.pipeline, key.outcome))
		}
	}
	for _, m := range met {
		if m.outcome() != crm.OutcomeOpen && !b.closes(m.pipeline, crm.OutcomeOpen, missing) {
			missing = append(missing, &metStage{pipeline: m.pipeline, name: openStage}) // deals were open once
		}
	}
	return missing
}

// closes says whether some stage of a pipeline stands for an outcome, open included.
func (b *stageBook) closes(pipeline, outcome string, missing []*metStage) bool {
	name := value.Fold(cmp.Or(pipeline, defaultPipeline))
	if id, ok := b.pipelines[name]; ok && b.firstOf(id, outcome) != nil {
		return true
	}
	return slices.ContainsFunc(missing, func(m *metStage) bool {
		return value.Fold(cmp.Or(m.pipeline, defaultPipeline)) == name && m.outcome() == outcome
	})
}

// closing is the stage of an outcome that a source tells beside the stage.
func closing(pipeline, outcome string) *metStage {
	names := map[string]string{crm.OutcomeWon: "Won", crm.OutcomeLost: "Lost", crm.OutcomeNoDecision: "No decision"}
	return &metStage{pipeline: pipeline, name: names[outcome], order: maxStages}
}
