package demo

import (
	"math"
	"time"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/value"
)

// plan is the course that a deal takes, also beyond the end of the story: whose it is, through which stages it goes and
// when. What is edited on the way is added by dealStory.
type plan struct {
	n        int
	account  *account
	pipeline int
	source   int // position in sources; -1 for renewals
	owner    int // the rep who opened it
	at       value.Instant
	moves    []move // the first is its creation
	closed   int    // position in moves of its first closing; it may be reopened after that

	forgotten bool // its close date passes without anybody doing something about it
}

// move is a deal's entry into a stage.
type move struct {
	at    value.Instant
	stage int // position in the pipeline
}

// outcome is how the deal ends in the end.
func (p *plan) outcome(c *Company) string {
	return c.pipelines[p.pipeline].stages[p.moves[len(p.moves)-1].stage].outcome
}

const (
	newBusinessWin  = 0.175 // chance that a new deal is won, before segment, source and rep
	renewalWin      = 0.68
	noDecision      = 0.17 // of the deals that are not won
	renewalDays     = 45   // median from a renewal's creation to its end
	skipsStage      = 0.05
	goesBack        = 0.042 // of the deals that get beyond their first stage: about 3% of all
	reopens         = 0.015 // of the deals that were lost: about 1% of all
	forgotten       = 0.07  // of the deals that are lost: nobody touches them for months before they are tidied up
	shortestStay    = 20 * hour / 60
	ownersDealShare = 0.75 // of an account's deals go to its owner, the others to anybody in the region
)

// plan is the course of the n-th deal.
func (c *Company) plan(n int, a *account, b booking) *plan {
	p, d := c.begin(n, a, int(b.pipeline))
	c.run(p, d, b.turn)
	return p
}

// begin says who opens the n-th deal, when, and where it came from. The dice go on to run.
func (c *Company) begin(n int, a *account, pipe int) (*plan, dice) {
	d := roll(c.seed, topicDeal, n)
	p := &plan{n: n, account: a, pipeline: pipe, source: -1}
	if pipe == newBusinessPipeline {
		p.source = d.weighted(sourceShares)
	}
	p.at = min(max(c.moment(c.dealShare(n), regions[a.region]), a.at+hour), c.now)
	p.owner = ownerAt(c.tenures(a), p.at)
	if !d.chance(ownersDealShare) || !c.reps[p.owner].worksIn(a.region, p.at) {
		p.owner = c.repFor(a.region, p.at, d.Uint64(), -1)
	}
	return p, d
}

// run takes a deal through its stages. turn counts the deals that its owner opened in the pipeline before.
func (c *Company) run(p *plan, d dice, turn int32) {
	rep := &c.reps[p.owner]
	win, cycle := renewalWin*rep.win, float64(renewalDays)
	if p.pipeline == newBusinessPipeline {
		win = newBusinessWin * segments[p.account.segment].win * sources[p.source].win * rep.win
		cycle = segments[p.account.segment].cycleDays
	}
	outcome := c.outcome(d, p, min(win, 0.95), turn)
	stages := c.route(d, p.pipeline, outcome)
	stays := c.stays(d, p.pipeline, stages, d.spread(cycle*rep.pace, 0.35))
	if p.forgotten = outcome != crm.OutcomeWon && d.chance(forgotten); p.forgotten {
		stays[len(stays)-1] += d.share(40, 150)
	}
	p.walk(c, d, stages, stays, outcome)
	if outcome != crm.OutcomeWon && d.chance(reopens) {
		p.reopen(c, d, stays)
	}
}

// dealShare is the share of all deals that has come in with the n-th.
func (c *Company) dealShare(n int) float64 { return (float64(n) + 0.5) / float64(c.options.Deals) }

// outcome draws how a deal ends. A rep's luck is spread evenly over the deals of a pipeline, instead of drawn for each:
// with a few hundred deals a rep, chance alone would often hide the planted star and struggler among the others.
func (c *Company) outcome(d dice, p *plan, win float64, turn int32) string {
	_, luck := math.Modf(float64(turn)*math.Phi + float64(p.owner)/repsEver)
	switch {
	case luck < win:
		return crm.OutcomeWon
	case p.pipeline == newBusinessPipeline && d.chance(noDecision):
		return crm.OutcomeNoDecision
	default:
		return crm.OutcomeLost
	}
}

// route lists the open stages that a deal goes through before it ends.
func (c *Company) route(d dice, pipe int, outcome string) []int {
	p := &c.pipelines[pipe]
	last := p.open - 1
	switch outcome {
	case crm.OutcomeLost:
		last = d.weighted(p.lostAt)
	case crm.OutcomeNoDecision:
		last = d.between(1, p.open-1) // not in the first stage: there was nothing to decide yet
	}
	skipped := -1
	if last >= 2 && d.chance(skipsStage) {
		skipped = d.between(1, last-1)
	}
	var route []int
	for s := 0; s <= last; s++ {
		if s != skipped {
			route = append(route, s)
		}
	}
	if len(route) > 1 && d.chance(goesBack) {
		at := d.between(1, len(route)-1)
		again := append([]int{route[at-1]}, route[at:]...)
		route = append(route[:at+1:at+1], again...)
	}
	return route
}

// stays is how long the deal is in each stage of its route, when a whole cycle takes that many days.
func (c *Company) stays(d dice, pipe int, route []int, cycleDays float64) []float64 {
	p := &c.pipelines[pipe]
	stays := make([]float64, len(route))
	for i, s := range route {
		stays[i] = d.spread(cycleDays*p.stages[s].weight/p.totalWeight(), 0.5)
	}
	return stays
}

// walk goes along the route. The end is drawn to where deals end: to the close of a quarter, to December, away from
// August; what comes before is stretched or shortened in proportion.
func (p *plan) walk(c *Company, d dice, route []int, stays []float64, outcome string) {
	total := 0.0
	for _, stay := range stays {
		total += stay
	}
	end := p.at + value.Instant(total*float64(day))
	pull := attracted(d, dayOf(end), outcome == crm.OutcomeWon) - dayOf(end)
	factor := 1.0
	if wanted := total + float64(pull); wanted > total/2 && wanted < total*2 {
		factor = wanted / total
	}
	at := float64(p.at)
	p.moves = append(make([]move, 0, len(route)+1), move{p.at, route[0]})
	for i, stay := range stays {
		at += stay * factor * float64(day)
		next := c.pipelines[p.pipeline].closedOr(route, i+1, outcome)
		p.enter(c, value.Instant(at), next)
	}
	p.closed = len(p.moves) - 1
}

// closedOr is the i-th stage of a route, or the closing stage after its end.
func (p *pipeline) closedOr(route []int, i int, outcome string) int {
	if i < len(route) {
		return route[i]
	}
	return p.closed(outcome)
}

// enter adds a move in working hours, after all before it.
func (p *plan) enter(c *Company, at value.Instant, stage int) {
	last := p.moves[len(p.moves)-1].at
	p.moves = append(p.moves, move{max(working(at, regions[p.account.region]), last+shortestStay), stage})
}

// reopen brings a lost deal back some weeks later, and ends it again.
func (p *plan) reopen(c *Company, d dice, stays []float64) {
	pipe := &c.pipelines[p.pipeline]
	at := p.moves[p.closed].at + value.Instant(d.between(20, 90))*day
	outcome := crm.OutcomeLost
	last := pipe.open - 1
	if d.chance(0.4) {
		outcome = crm.OutcomeWon
	}
	from := d.between(1, last)
	for s := from; s <= last; s++ {
		p.enter(c, at, s)
		at += value.Instant(d.spread(stays[0]+3, 0.5) * float64(day))
	}
	p.enter(c, at, pipe.closed(outcome))
}

const (
	awayFromAugust = 0.60
	intoDecember   = 0.50 // of the wins that would come in January
	toQuarterEnd   = 0.36 // of the wins; of the losses, half as many: pipelines are tidied up then
	toYearEnd      = 0.62
)

// attracted is the day to which an end on that day is drawn.
func attracted(d dice, end value.Day, won bool) value.Day {
	switch month := end.Date().Month(); {
	case month == time.August && d.chance(awayFromAugust):
		end += 31
	case month == time.January && won && d.chance(intoDecember):
		return value.NewDay(end.Date().Year()-1, time.December, d.between(12, 30))
	}
	chance := toQuarterEnd
	if month := end.Date().Month(); month >= time.November || month == time.January {
		chance = toYearEnd
	}
	if !won {
		chance /= 2
	}
	if !d.chance(chance) {
		return end
	}
	last := quarterEnd(end)
	if before := quarterEnd(last - 92); end-before < 40 {
		last = before // brought forward, perhaps at a price
	}
	return last - value.Day(d.between(0, 9))
}
