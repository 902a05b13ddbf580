package demo

import (
	"container/heap"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/value"
)

// bookings is what cannot be told from a deal's position alone: whose deal it is, since customers renew what they bought
// before. It takes a few bytes for each deal.
type bookings struct {
	deals    []booking
	firstWin []value.Instant // by account; value.Forever = none in the story
}

type booking struct {
	account  int32
	turn     int32 // how many deals its owner had opened in the pipeline before
	pipeline int8
}

const (
	renewalShare     = 0.14
	renewalAfterDays = 320 // a renewal is opened that long after the win
	doubledDeals     = 0.005
)

// renewal is a customer whose contract runs out.
type renewal struct {
	due     value.Instant
	account int32
}

type renewals []renewal

func (r renewals) Len() int           { return len(r) }
func (r renewals) Less(i, j int) bool { return r[i].due < r[j].due }
func (r renewals) Swap(i, j int)      { r[i], r[j] = r[j], r[i] }
func (r *renewals) Push(x any)        { *r = append(*r, x.(renewal)) }
func (r *renewals) Pop() any {
	last := (*r)[len(*r)-1]
	*r = (*r)[:len(*r)-1]
	return last
}

// book walks through all deals once.
func (c *Company) book() *bookings {
	b := &bookings{deals: make([]booking, c.options.Deals), firstWin: make([]value.Instant, c.accounts)}
	for n := range b.firstWin {
		b.firstWin[n] = value.Forever
	}
	var due renewals
	var turns [repsEver][2]int32
	for n := range b.deals {
		if c.doubled(n) {
			b.deals[n] = b.deals[n-1]
			continue
		}
		b.deals[n] = c.bookDeal(n, &due)
		a := c.account(int(b.deals[n].account))
		p, d := c.begin(n, &a, int(b.deals[n].pipeline))
		turn := &turns[p.owner][p.pipeline]
		b.deals[n].turn = *turn
		*turn++
		c.run(p, d, b.deals[n].turn)
		won := p.moves[len(p.moves)-1].at
		if p.outcome(c) != crm.OutcomeWon || won > c.now {
			continue
		}
		b.firstWin[a.n] = min(b.firstWin[a.n], won)
		heap.Push(&due, renewal{won + renewalAfterDays*day, int32(a.n)})
	}
	return b
}

func (c *Company) bookDeal(n int, due *renewals) booking {
	d, share := roll(c.seed, topicBooking, n), c.dealShare(n)
	if d.chance(renewalShare) {
		if len(*due) > 0 && (*due)[0].due <= c.moment(share, regions[europe]) {
			return booking{account: heap.Pop(due).(renewal).account, pipeline: renewalPipeline}
		}
		for range 8 {
			if a := c.account(d.IntN(c.oldAccounts)); a.legacy {
				return booking{account: int32(a.n), pipeline: renewalPipeline}
			}
		}
	}
	existing := c.existing(share)
	at := d.IntN(existing)
	if d.chance(0.45) { // newer accounts are worked on more
		at = existing - 1 - d.IntN(max(existing/8, 1))
	}
	return booking{account: int32(at), pipeline: newBusinessPipeline}
}

// doubled says that the n-th deal is the one before it, entered a second time by mistake and deleted later.
func (c *Company) doubled(n int) bool {
	return n > 0 && c.doubledByChance(n) && !c.doubledByChance(n-1)
}

func (c *Company) doubledByChance(n int) bool {
	return float64(scramble(c.seed, topicBooking, -n-1)>>11)/(1<<53) < doubledDeals
}
