package projection

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

// errOutdated says that the rows depend on something that changed since the shape was read: the projection is rebuilt.
var errOutdated = errors.New("projection: stages, rates or settings changed")

// shape is everything that the rows of deals depend on besides the deals: settings, stages, rates and custom fields.
type shape struct {
	settings   identity.Settings
	custom     []string // choice fields of deals that the company added
	stages     []stage  // by key
	chances    []float64
	rates      *rates
	vocabulary *vocabulary
}

// readShape reads the present shape; stages get keys in the given vocabulary.
func readShape(ctx context.Context, tx *db.Tx, words *vocabulary) (*shape, error) {
	s := &shape{vocabulary: words}
	var err error
	if s.settings, err = identity.LoadSettings(ctx, tx); err != nil {
		return nil, err
	}
	if s.custom, err = choiceFields(ctx, tx); err != nil {
		return nil, err
	}
	if err := s.readStages(ctx, tx); err != nil {
		return nil, err
	}
	return s, s.readRates(ctx, tx)
}

// choiceFields names the custom choice fields of deals, in the order of their making.
func choiceFields(ctx context.Context, tx *db.Tx) ([]string, error) {
	rows, err := tx.Query(ctx, `SELECT name FROM crm_fields WHERE object = 'deal' AND kind = 'choice' ORDER BY created_at, name`)
	if err != nil {
		return nil, fmt.Errorf("projection: read custom fields: %w", err)
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, fmt.Errorf("projection: read custom fields: %w", err)
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

var outcomes = map[string]int16{crm.OutcomeOpen: open, crm.OutcomeWon: won, crm.OutcomeLost: lost, crm.OutcomeNoDecision: noDecision}

func (s *shape) readStages(ctx context.Context, tx *db.Tx) error {
	listed, err := crm.ListStagesEver(ctx, tx)
	if err != nil {
		return err
	}
	s.stages, s.chances = make([]stage, 1), make([]float64, 1)
	pipelines, qualified := map[value.ID]int16{}, map[value.ID]bool{}
	for _, st := range listed { // by position within a pipeline, so that what follows a qualified stage is qualified too
		if _, known := pipelines[st.Pipeline]; !known {
			pipelines[st.Pipeline] = int16(len(pipelines) + 1)
		}
		qualified[st.Pipeline] = qualified[st.Pipeline] || st.Qualified
		key := s.vocabulary.stages.of(st.ID)
		for int(key) >= len(s.stages) {
			s.stages, s.chances = append(s.stages, stage{}), append(s.chances, 0)
		}
		s.stages[key] = stage{pipeline: pipelines[st.Pipeline], position: int16(st.Position), outcome: outcomes[st.Outcome],
			qualified: qualified[st.Pipeline]}
		s.chances[key] = st.Probability
	}
	return nil
}

func (s *shape) readRates(ctx context.Context, tx *db.Tx) error {
	reporting := s.settings.Currency
	s.rates = &rates{byCurrency: map[int32][]rate{s.vocabulary.words.of(reporting): {{factor: 1}}}}
	rows, err := tx.Query(ctx, `SELECT currency, day, rate FROM crm_rates WHERE NOT deleted ORDER BY currency, day`)
	if err != nil {
		return fmt.Errorf("projection: read exchange rates: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var currency sql.NullString
		var day sql.NullInt64
		var perUnit sql.NullFloat64
		if err := rows.Scan(&currency, &day, &perUnit); err != nil {
			return fmt.Errorf("projection: read exchange rates: %w", err)
		}
		if currency.String == reporting || perUnit.Float64 <= 0 {
			continue
		}
		scale := math.Pow10(value.MinorDigits(reporting) - value.MinorDigits(currency.String))
		key := s.vocabulary.words.of(currency.String)
		s.rates.byCurrency[key] = append(s.rates.byCurrency[key], rate{day: int32(day.Int64), factor: perUnit.Float64 * scale})
	}
	return rows.Err()
}

// fingerprint is the same for two shapes by which the same records give the same rows.
func (s *shape) fingerprint() string {
	calendar := s.settings.Calendar()
	return fmt.Sprintln(shapeVersion, s.settings.Currency, calendar.Zone, calendar.StartMonth, s.custom, s.vocabulary.stages.names,
		s.stages, s.chances, s.rates.byCurrency)
}

// rateRows are the intervals in which each rate holds, for amounts that are converted at the instant asked about.
func (s *shape) rateRows() [][]any {
	var rows [][]any
	for currency, rates := range s.rates.byCurrency {
		for i, r := range rates {
			from, to := value.Day(r.day).Start(s.settings.Zone), value.Forever
			if i == 0 {
				from = value.Always
			}
			if i+1 < len(rates) {
				to = value.Day(rates[i+1].day).Start(s.settings.Zone)
			}
			rows = append(rows, []any{currency, int64(from), int64(to), r.factor})
		}
	}
	return rows
}
