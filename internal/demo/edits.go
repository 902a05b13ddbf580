package demo

import (
	"cmp"
	"slices"

	"zveno.dev/zveno/internal/value"
)

// edit is one thing that happens to a deal.
type edit struct {
	at   value.Instant
	kind editKind
	to   int // position in the plan's moves, day or rep, by kind
}

type editKind uint8

const (
	editStage editKind = iota
	editAmount
	editClose
	editNextStep
	editCategory
	editOwner
)

// How often the things happen to one deal, on average.
const (
	amountChanges = 0.85
	nextStepEdits = 2.85
	callsUp       = 0.25
	handedOver    = 0.03
	slippingDeals = 0.30 // chance that the first close date was too early; some of them end before it shows
)

// edits lists what happens to the deal in the order of time, its stages included. Nothing but a reopening happens after
// it is closed.
func (t *deal) edits(d dice) []edit {
	p := t.p
	end := p.moves[p.closed].at
	edits := make([]edit, 0, 16)
	some := func(kind editKind, count int) {
		for range count {
			at := p.at + value.Instant(d.share(0.05, 0.97)*float64(end-p.at))
			edits = append(edits, edit{at: at, kind: kind})
		}
	}
	some(editAmount, d.count(amountChanges))
	some(editNextStep, d.count(nextStepEdits))
	some(editCategory, d.count(callsUp))
	edits = append(edits, t.pushes(d, end)...)
	edits = append(edits, t.handovers(d, end)...)
	for i := range edits {
		edits[i].at = working(edits[i].at, regions[p.account.region])
	}
	edits = slices.DeleteFunc(edits, func(e edit) bool { return e.at <= p.at || e.at >= end })
	for i, m := range p.moves[1:] {
		edits = append(edits, edit{m.at, editStage, i + 1})
	}
	slices.SortStableFunc(edits, func(a, b edit) int { return cmp.Compare(a.at, b.at) })
	return edits
}

// firstGuess is the close date that a deal is opened with: for some too early, for the others a little late.
func (t *deal) firstGuess(d dice) value.Day {
	p := t.p
	length := p.moves[p.closed].at - p.at
	if p.moves[p.closed].at == value.Forever {
		length = 40 * day
	}
	if d.chance(slippingDeals * t.c.reps[p.owner].slip) {
		return max(dayOf(p.at+value.Instant(d.share(0.4, 0.85)*float64(length))), dayOf(p.at)+1)
	}
	guess := dayOf(p.at+length) + value.Day(d.between(0, 20))
	if d.chance(0.4) {
		return monthEnd(guess)
	}
	return guess
}

// pushes moves the close date each time that it draws near before the deal is done. Some pushes come late, so that deals
// are overdue for some days.
func (t *deal) pushes(d dice, end value.Instant) []edit {
	if t.p.forgotten {
		return nil
	}
	var pushes []edit
	for due := t.closes; dayStart(due) < end-day && len(pushes) < 6; {
		at := dayStart(due - value.Day(d.between(0, 6)))
		if d.chance(0.45) {
			at = dayStart(due + value.Day(d.between(3, 28)))
		}
		due += value.Day(d.between(12, 55))
		if len(pushes) >= 2 || d.chance(0.6) { // now they know better
			due = max(due, dayOf(end)+value.Day(d.between(0, 8)))
		}
		if d.chance(0.3) {
			due = max(due, monthEnd(due))
		}
		pushes = append(pushes, edit{max(at, t.p.at+day), editClose, int(due)})
	}
	return pushes
}

// handovers gives the deal to a colleague, for a reason of their own or because its owner leaves.
func (t *deal) handovers(d dice, end value.Instant) []edit {
	var handed []edit
	region, owner, from := t.p.account.region, t.owner, t.p.at
	give := func(at value.Instant) {
		owner = t.c.repFor(region, min(at, t.c.now), d.Uint64(), owner)
		handed, from = append(handed, edit{at, editOwner, owner}), at
	}
	if at := from + value.Instant(d.share(0.2, 0.8)*float64(end-from)); d.chance(handedOver) && t.c.reps[owner].left > at {
		give(at)
	}
	for left := t.c.reps[owner].left; left < end && left < t.c.now; left = t.c.reps[owner].left {
		give(max(left, from) + 20*hour)
	}
	return handed
}
