package crm

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

// DealMove says to which stage a deal moves.
type DealMove struct {
	Deal, Stage value.ID
	Close       *value.Day // when it was closed, or is expected to be; nil = as MoveDeal says
	LostReason  string     // for a stage that is lost or without decision
	Expect      int64      // as Change.Expect
	Reason      string     // why it moves, for the history; "" = that of the transaction
}

// MoveDeal moves a deal to another stage and gives the deal as it is then.
//
// Closing a deal makes today, in the company's zone, its close day, unless the move tells it. Reopening revokes the outcome
// by a new version: the lost reason goes, and with it the close day, which said when the deal was closed and not when it
// is expected to, unless the move tells a new one. The probability and forecast category of the deal's own give way to
// those of the new stage.
func MoveDeal(ctx context.Context, tx *db.Tx, in DealMove) (Record, error) {
	deals := ObjectNamed("deal")
	deal, err := LoadRecord(ctx, tx, deals, in.Deal, history.Now())
	if err != nil {
		return Record{}, err
	}
	from, _ := deal.Values["stage"].(value.ID)
	was, _, err := stageOutcome(ctx, tx, from)
	if err != nil {
		return Record{}, err
	}
	becomes, there, err := stageOutcome(ctx, tx, in.Stage)
	if err != nil {
		return Record{}, err
	}
	if !there {
		return Record{}, fault.InvalidField("stage", "is %s, which does not exist or was deleted", in.Stage)
	}
	set, err := moveSet(ctx, tx, in, from, was, becomes)
	if err != nil {
		return Record{}, err
	}
	if in.Expect == 0 {
		in.Expect = deal.Version // what the move sets depends on how the deal was
	}
	if in.Reason != "" {
		tx.Info.Reason = in.Reason
	}
	if _, err := Apply(ctx, tx, deals, []Change{{ID: in.Deal, Set: set, Expect: in.Expect}}); err != nil {
		return Record{}, err
	}
	return LoadRecord(ctx, tx, deals, in.Deal, history.Now())
}

// moveSet is what a move changes in a deal.
func moveSet(ctx context.Context, tx *db.Tx, in DealMove, from value.ID, was, becomes string) (map[string]any, error) {
	set := map[string]any{"stage": in.Stage}
	if from != in.Stage {
		set["probability"], set["forecast_category"] = nil, nil
	}
	switch {
	case in.Close != nil:
		set["close"] = *in.Close
	case becomes != OutcomeOpen && becomes != was:
		settings, err := identity.LoadSettings(ctx, tx)
		if err != nil {
			return nil, err
		}
		set["close"] = settings.Today(tx.At)
	case becomes == OutcomeOpen && was != OutcomeOpen:
		set["close"] = nil
	}
	lost := becomes == OutcomeLost || becomes == OutcomeNoDecision
	switch {
	case lost && in.LostReason != "":
		set["lost_reason"] = in.LostReason
	case in.LostReason != "":
		return nil, fault.InvalidField("lost_reason", "is given, but the stage is %s", becomes)
	case !lost:
		set["lost_reason"] = nil
	}
	return set, nil
}

// stageOutcome is the outcome of a stage; there is false when it does not exist or was deleted.
func stageOutcome(ctx context.Context, tx *db.Tx, id value.ID) (outcome string, there bool, err error) {
	err = tx.QueryRow(ctx, `SELECT COALESCE(outcome, 'open'), NOT deleted FROM crm_stages WHERE id = $1`, id).Scan(&outcome, &there)
	if errors.Is(err, sql.ErrNoRows) {
		return OutcomeOpen, false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("crm: load stage %s: %w", id, err)
	}
	return outcome, there, nil
}
