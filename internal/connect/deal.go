package connect

import (
	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/value"
)

// dealChanges says what a row states of a deal. A new deal that was won or lost has a past of which the row tells only
// when it began and ended: that becomes an opening version in the first stage, marked as derived, and a closing one.
func (im *importer) dealChanges(y *tally, w *work, base crm.Change) []crm.Change {
	stage, opening := im.stageOf(w)
	if stage == nil {
		return []crm.Change{base} // rejected for want of a stage, which is required
	}
	closed := stage.Outcome != crm.OutcomeOpen
	amount := base.Set["amount"] // as long as the deal was open
	if closed && w.facts.wonAmount != nil {
		base.Set["amount"] = w.facts.wonAmount
	}
	switch {
	case w.linked:
		return im.restatedDeal(y, w, base, closed && !w.closed)
	case !closed:
		base.At = im.opened(y, w)
		return []crm.Change{base}
	}
	created := im.beginning(y, w)
	base.At = im.closing(y, w, created)
	if created == unset || created == base.At || opening == nil {
		return []crm.Change{base}
	}
	first := base
	first.At, first.Derived, first.Set = created, true, openingSet(base.Set, opening.ID, amount)
	base.New = false
	return []crm.Change{first, base}
}

// restatedDeal says what a row states anew of a deal that exists. One that was closed meanwhile was closed when the source
// says; what it says besides holds from then on too, unless something newer is known.
func (im *importer) restatedDeal(y *tally, w *work, base crm.Change, closing bool) []crm.Change {
	base.At = im.restatedAt(w)
	if !closing {
		return []crm.Change{base}
	}
	at := im.closing(y, w, w.since)
	if at >= w.latest {
		base.At = at
		return []crm.Change{base}
	}
	moved := base
	moved.At, moved.Custom, moved.Set = at, nil, map[string]any{"stage": base.Set["stage"]}
	base.At = max(base.At, w.latest)
	return []crm.Change{moved, base}
}

// opened is from when on an open deal exists: since its creation, or since it was changed last, or since the import.
func (im *importer) opened(y *tally, w *work) value.Instant {
	at := im.beginning(y, w)
	if at != unset {
		return at
	}
	if m := w.facts.modified; m != unset && m <= im.info.At {
		return m
	}
	y.note("undated")
	return im.info.At
}

// closing is when a deal was won or lost: when the source says, or at the start of its close date.
func (im *importer) closing(y *tally, w *work, created value.Instant) value.Instant {
	at := w.facts.closedAt
	if at == unset {
		if day, ok := w.set["close"].(value.Day); ok {
			at = day.Start(im.options.zone())
		}
	}
	switch {
	case at == unset:
		y.note("close_undated")
		if at = w.facts.modified; at == unset || at > im.info.At {
			at = im.info.At
		}
	case at > im.info.At:
		y.note("close_future")
		at = im.info.At
	}
	if created != unset && at < created {
		if day := value.DayOf(created.Time().In(im.options.zone())); at < day.Start(im.options.zone()) {
			y.note("close_early")
		}
		return created
	}
	return at
}

// openingSet is what held of a closed deal when it began, as far as that follows from its end.
func openingSet(closed map[string]any, stage value.ID, amount any) map[string]any {
	set := make(map[string]any, len(closed))
	for name, v := range closed {
		switch name {
		case "probability", "forecast_category", "lost_reason", "next_step":
		case "stage":
			set[name] = stage
		case "amount":
			set[name] = amount
		default:
			set[name] = v
		}
	}
	return set
}

// stageOf is the stage that a row puts its deal in, and the one in which the deal was before it was closed.
func (im *importer) stageOf(w *work) (stage, opening *crm.Stage) {
	own := im.stages.find(w.facts.pipeline, stageName(w.facts.stage))
	if own == nil {
		return nil, nil
	}
	opening = im.stages.openingOf(own.Pipeline)
	outcome := w.facts.outcome
	if outcome == "" || outcome == own.Outcome || outcome == crm.OutcomeOpen {
		return own, opening
	}
	if own.Outcome == crm.OutcomeOpen {
		opening = own
	}
	if closing := im.stages.firstOf(own.Pipeline, outcome); closing != nil {
		return closing, opening
	}
	return own, opening
}

// joinStage notes the stage among the row's fields, so that a row without one is seen to be incomplete.
func (im *importer) joinStage(w *work, t *tablePlan) {
	if w.facts.stage == "" && t.has("stage") {
		return
	}
	if stage, _ := im.stageOf(w); stage != nil {
		w.set["stage"] = stage.ID
	}
}

// has says whether the table has a column with a target.
func (t *tablePlan) has(target string) bool {
	for _, c := range t.columns {
		if c.target == target {
			return true
		}
	}
	return false
}
