package demo

import (
	"slices"

	"zveno.dev/zveno/internal/value"
)

// lateDeals is the share of deals of which one change is recorded late, where there is time before the next: about 2% of all
// versions are.
const lateDeals = 0.22

// recordLate delays the recording of one change of a chain. Until then the version before it was believed to go on; from
// then on that version is believed to have ended in time. The chain stays in the order of recording.
func recordLate(d dice, chain Chain, now value.Instant) Chain {
	if len(chain) < 2 || !d.chance(lateDeals) {
		return chain
	}
	at := d.between(1, len(chain)-1)
	next := now + 1
	if at+1 < len(chain) {
		next = chain[at+1].ValidFrom
	}
	delay := min(value.Instant(d.between(2, 12)*24+d.between(-4, 4))*hour, (next-chain[at].ValidFrom)/2)
	amount := dealForm.position("amount") // line items, which are recorded in time, must add up to it
	if delay < day/2 || chain[at].Values[amount] != chain[at-1].Values[amount] {
		return chain
	}
	recorded := chain[at].ValidFrom + delay
	believed := chain[at-1]
	believed.ValidTo, believed.RecordedTo = value.Forever, recorded
	corrected := chain[at-1]
	corrected.RecordedFrom = recorded
	chain[at].RecordedFrom = recorded
	chain[at-1] = believed
	return slices.Insert(chain, at, corrected)
}
