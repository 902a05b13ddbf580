package crm

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

// BoardQuery asks for the open deals of a pipeline by stage.
type BoardQuery struct {
	Pipeline value.ID
	Where    []Filter       // all of them must hold
	Cards    int            // deals shown of each stage, 1 to 200; 0 = 50
	Zone     *time.Location // as in ListQuery
}

// Board is the open stages of a pipeline in their order, each with its deals.
type Board struct {
	Stages []BoardStage
	Names  map[value.ID]string // of the records that the cards refer to
}

// BoardStage is one stage with all its deals counted and the first of them shown. The rest are those of a list of deals
// of this stage, sorted by close day.
type BoardStage struct {
	Stage
	Count int
	Sums  []CurrencySum // amounts by currency
	Cards []Record      // those that are to close first; deals without a close day come last
}

// BoardDeals gives the open deals in scope of a pipeline by stage. The error is Invalid for a wrong filter, and NotFound
// for a pipeline without stages.
func BoardDeals(ctx context.Context, tx *db.Tx, scope identity.Scope, q BoardQuery) (Board, error) {
	deals := ObjectNamed("deal")
	list := ListQuery{Object: deals, Where: q.Where, Sort: "close", Limit: q.Cards, Zone: q.Zone}
	l, err := newListing(ctx, tx, scope, list)
	if err != nil {
		return Board{}, err
	}
	stages, err := ListStages(ctx, tx)
	if err != nil {
		return Board{}, err
	}
	var board Board
	for _, s := range stages {
		if s.Pipeline == q.Pipeline && s.Outcome == OutcomeOpen {
			board.Stages = append(board.Stages, BoardStage{Stage: s})
		}
	}
	if len(board.Stages) == 0 {
		return Board{}, fault.New(fault.NotFound, "no pipeline %s with open stages", q.Pipeline)
	}
	if err := board.sum(ctx, tx, l); err != nil {
		return Board{}, fmt.Errorf("crm: sum deals by stage: %w", err)
	}
	order, err := sortKeyOf(list, l.custom)
	if err != nil {
		return Board{}, err
	}
	var shown []Record
	for i := range board.Stages {
		s := &board.Stages[i]
		if s.Count == 0 {
			continue
		}
		rows, err := l.with(inStages(s.ID)).read(ctx, tx, order, position{}, l.query.Limit)
		if err != nil {
			return Board{}, fmt.Errorf("crm: list deals in stage %s: %w", s.ID, err)
		}
		for _, r := range rows {
			s.Cards = append(s.Cards, r.Record)
		}
		shown = append(shown, s.Cards...)
	}
	board.Names, err = referenceNames(ctx, tx, deals, l.custom, shown)
	return board, err
}

// inStages is the filter that deals are in one of some stages.
func inStages(ids ...value.ID) term {
	return term{Filter: Filter{Field: "stage", Op: OpIs}, kind: Reference, column: "stage_id", values: anyIDs(ids)}
}

// with is the listing with one more filter.
func (l *listing) with(t term) *listing {
	more := *l
	more.terms = append(l.terms[:len(l.terms):len(l.terms)], t)
	return &more
}

// sum counts and adds up the deals of each stage.
func (b *Board) sum(ctx context.Context, tx *db.Tx, l *listing) error {
	byID := map[value.ID]*BoardStage{}
	var ids []value.ID
	for i := range b.Stages {
		byID[b.Stages[i].ID] = &b.Stages[i]
		ids = append(ids, b.Stages[i].ID)
	}
	var args arguments
	// sql: a condition made of columns of the dictionary, with parameters
	rows, err := tx.Query(ctx, `SELECT t.stage_id, t.currency, count(*), count(t.amount_minor), COALESCE(sum(t.amount_minor), 0) FROM crm_deals t
		WHERE `+l.with(inStages(ids...)).where(&args)+` GROUP BY t.stage_id, t.currency ORDER BY t.stage_id, t.currency`, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id value.ID
		var currency sql.NullString
		var count int
		var sum CurrencySum
		if err := rows.Scan(&id, &currency, &count, &sum.Count, &sum.Sum.Minor); err != nil {
			return err
		}
		sum.Sum.Currency = currency.String
		byID[id].Count += count
		if sum.Count > 0 {
			byID[id].Sums = append(byID[id].Sums, sum)
		}
	}
	return rows.Err()
}
