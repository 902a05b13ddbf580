package connect

import (
	"context"
	"errors"
	"slices"

	"zveno.dev/zveno/internal/connect/mapping"
	"zveno.dev/zveno/internal/connect/tabular"
	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// metStage is a stage as the rows of an import speak of it.
type metStage struct {
	pipeline, name string // as first written; pipeline "" = the row does not tell
	order          int    // of first appearance

	rows, dated     int  // rows in the stage, and those of them that say when their deal began
	open, won, lost int  // rows that say of themselves that the stage is open or closed
	byOutcome       bool // some row has an outcome beside its stage: the stage itself does not close deals

	probabilities   int // rows that tell one
	probability     float64
	probabilityMean float64
	probabilityVary bool
	category        string
	categoryVary    bool
}

// survey is what reading all deals beforehand found. A deal that was won must have begun in the first stage of its
// pipeline, and which one that is only the whole table tells.
type survey struct {
	met      map[stageKey]*metStage
	outcomes map[outcomeKey]bool // closings that no stage stands for
}

type stageKey struct{ pipeline, name string } // folded

type outcomeKey struct {
	stage   stageKey
	outcome string
}

// maxStages bounds the different stages of one import: a column with more is not a stage.
const maxStages = 2000

// surveyTargets are the columns that tell of stages.
var surveyTargets = []string{
	"stage", "probability", "forecast_category", mapping.TargetPipeline, mapping.TargetCreatedAt, mapping.TargetOutcome, mapping.TargetClosed, mapping.TargetWon,
	mapping.TargetField, mapping.TargetNewValue, mapping.TargetOldValue,
}

// surveyStages reads the stages of all tables about deals.
func (im *importer) surveyStages(ctx context.Context) (*survey, error) {
	s := &survey{met: map[stageKey]*metStage{}, outcomes: map[outcomeKey]bool{}}
	for _, t := range im.plans {
		if t.object.Name != "deal" {
			continue
		}
		narrow := *t
		narrow.constant = nil
		narrow.columns = slices.DeleteFunc(slices.Clone(t.columns), func(c *column) bool { return !slices.Contains(surveyTargets, c.target) })
		p := im.newParser(&narrow)
		for in, err := range t.table.Rows(ctx) {
			if _, broken := errors.AsType[*tabular.RowError](err); broken {
				continue // reported when the table is read for good
			} else if err != nil {
				return nil, err
			}
			if err := s.meet(p, in); err != nil {
				return nil, err
			}
		}
	}
	return s, nil
}

// meet takes in one row.
func (s *survey) meet(p *parser, in tabular.Row) error {
	r := &row{facts: facts{created: unset}}
	currency := ""
	for _, c := range p.t.columns {
		if text := trim(in.Cells[c.no]); !tabular.IsEmpty(text) {
			p.take(r, c, text, &currency) // a wrong cell rejects the row later
		}
	}
	if p.t.shape == mapping.Changes {
		c := p.t.fields[value.Fold(r.facts.changed)]
		if c == nil || c.ref != "stage" {
			return nil
		}
		for _, name := range []string{r.facts.oldValue, r.facts.newValue} {
			if name != "" {
				s.stage(r.facts.pipeline, c.translate(name))
			}
		}
		return s.check(p)
	}
	if r.facts.stage == "" && (p.t.has("stage") || p.t.history()) {
		return nil
	}
	m := s.stage(r.facts.pipeline, stageName(r.facts.stage))
	m.learn(p.t.object, r)
	if f := r.facts; f.outcome != "" && f.outcome != crm.OutcomeOpen {
		s.outcomes[outcomeKey{stageKey{value.Fold(m.pipeline), value.Fold(m.name)}, f.outcome}] = true
	}
	return s.check(p)
}

func (s *survey) check(p *parser) error {
	if len(s.met) <= maxStages {
		return nil
	}
	return fault.New(fault.Invalid, "%s: its stage column has more than %d different values: map another column to the stage",
		p.t.table.Path, maxStages)
}

func (s *survey) stage(pipeline, name string) *metStage {
	key := stageKey{value.Fold(pipeline), value.Fold(name)}
	m := s.met[key]
	if m == nil {
		m = &metStage{pipeline: pipeline, name: name, order: len(s.met)}
		s.met[key] = m
	}
	return m
}

// openStage is the stage of deals in files that know no stages.
const openStage = "Open"

func stageName(named string) string {
	if named == "" {
		return openStage
	}
	return named
}

// learn notes what the row says of its stage.
func (m *metStage) learn(o *crm.Object, r *row) {
	f := r.facts
	m.rows++
	if f.created != unset {
		m.dated++
	}
	switch {
	case f.outcome != "":
		m.byOutcome = true
	case f.won == yes:
		m.won++
	case f.closed == yes && f.won != untold:
		m.lost++
	case f.closed == no:
		m.open++
	}
	if p, ok := r.cellValue(o.Field("probability")).(float64); ok {
		m.probabilityVary = m.probabilityVary || m.probabilities > 0 && p != m.probability
		m.probabilities++
		m.probability = p
		m.probabilityMean += (p - m.probabilityMean) / float64(m.probabilities)
	}
	if category := r.text(o, "forecast_category"); category != "" {
		m.categoryVary = m.categoryVary || m.category != "" && m.category != category
		m.category = category
	}
}

// outcome is whether deals in the stage are open, won or lost.
func (m *metStage) outcome() string {
	named := outcomeNamed(m.name)
	switch {
	case m.open > 0:
		return crm.OutcomeOpen
	case m.won > m.lost:
		return crm.OutcomeWon
	case m.lost > 0:
		if named == crm.OutcomeNoDecision {
			return named
		}
		return crm.OutcomeLost
	case named != "":
		return named
	case m.byOutcome || m.probabilities == 0 || m.probabilityVary:
		return crm.OutcomeOpen
	case m.probability == 1 && m.category == "closed":
		return crm.OutcomeWon
	case m.probability == 0 && m.category == "omitted":
		return crm.OutcomeLost
	}
	return crm.OutcomeOpen
}
