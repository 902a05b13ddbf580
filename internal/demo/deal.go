package demo

import (
	"slices"
	"strconv"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/value"
)

// Story is a deal with all that belongs to it. Light companies have deals only.
type Story struct {
	Deal       Chain
	LineItems  []Chain
	Activities []Chain
	Lead       Chain // the lead that became the deal; nil when there was none
}

// deal is a deal in the making: its state at the instant that the story has reached.
type deal struct {
	c      *Company
	p      *plan
	id     value.ID
	chain  Chain
	lines  []line
	owner  int
	stage  int
	closes value.Day
}

// story tells the n-th deal from its creation to its end or to the end of the company's story.
func (c *Company) story(n int) Story {
	b := c.bookings().deals[n]
	a := c.account(int(b.account))
	if c.doubled(n) {
		return c.doubledStory(n, c.plan(n-1, &a, b))
	}
	p := c.plan(n, &a, b)
	d := roll(c.seed, topicEdits, n)
	t := c.openDeal(n, d, p)
	for _, e := range t.edits(d) {
		if e.at > c.now {
			break
		}
		t.apply(d, e)
	}
	s := Story{Deal: t.chain}
	if !c.options.Light {
		s.LineItems = lineChains(t.lines)
		s.Activities = c.activities(t)
		var touch Chain
		if s.Lead, touch = c.convertedLead(t); touch != nil {
			s.Activities = append(s.Activities, touch)
		}
	}
	s.Deal = recordLate(d, s.Deal, c.now)
	return s
}

// openDeal begins a deal in its first stage.
func (c *Company) openDeal(n int, d dice, p *plan) *deal {
	t := &deal{c: c, p: p, id: mint(c.seed, topicDeal, n, p.at), owner: p.owner, stage: p.moves[0].stage}
	t.closes = t.firstGuess(d)
	t.lines = t.basket(d, n)
	author, stage := c.reps[p.owner].id, &c.pipelines[p.pipeline].stages[t.stage]
	account := c.standIn(d, p.account, p.at)
	sets := []set{
		{"name", t.name()}, {"account", account}, {"owner", author}, {"stage", stage.id},
		{"amount", total(t.lines)}, {"currency", regions[p.account.region].currency}, {"probability", stage.probability},
		{"forecast_category", stage.category}, {"close", t.closes}, {"kind", t.kind()}, {"source", t.source()},
		{"product", c.products[t.lines[0].product].id},
	}
	if p.source >= 0 {
		sets = append(sets, set{"campaign", c.campaignFor(d, t.source(), dayOf(p.at)-longestLead)})
	}
	if !c.options.Light && account == p.account.id {
		other := roll(c.seed, topicContact, -1<<32-n) // so that a light company has the same deals
		sets = append(sets, set{"contact", c.contactID(p.account, c.contactKnownAt(other, p.account, p.at))})
	}
	t.chain = dealForm.open(t.id, p.at, author, sets...)
	return t
}

// name is the account's name and what is sold: "Amber Ridge Foods – Core Platform".
func (t *deal) name() string {
	sold := t.c.products[t.lines[0].product]
	name, year := sold.name, strconv.Itoa(dayOf(t.p.at).Date().Year())
	if t.p.account.country.cyrillic {
		name = sold.nameRu
	}
	switch {
	case t.p.pipeline != renewalPipeline:
		return t.p.account.name.core + " – " + name
	case t.p.account.country.cyrillic:
		return t.p.account.name.core + " – продление " + year
	default:
		return t.p.account.name.core + " – renewal " + year
	}
}

func (t *deal) kind() string {
	switch {
	case t.p.pipeline == renewalPipeline:
		return "Renewal"
	case t.p.account.legacy || t.c.bookings().firstWin[t.p.account.n] < t.p.at:
		return "Expansion"
	default:
		return "New business"
	}
}

func (t *deal) source() string {
	if t.p.source < 0 {
		return "Existing customer"
	}
	return sources[t.p.source].name
}

// first is the value of a field in the deal's first version.
func (t *deal) first(field string) any { return t.chain[0].Values[dealForm.position(field)] }

// apply makes one edit.
func (t *deal) apply(d dice, e edit) {
	author := t.c.reps[t.owner].id
	switch e.kind {
	case editStage:
		t.enter(d, e.at, t.p.moves[e.to], e.to)
	case editAmount:
		changeLine(d, t.lines, e.at, author)
		t.chain = dealForm.change(t.chain, e.at, author, set{"amount", total(t.lines)})
	case editClose:
		t.closes = value.Day(e.to)
		t.chain = dealForm.change(t.chain, e.at, author, set{"close", t.closes})
	case editNextStep:
		steps := nextSteps
		if t.p.account.country.cyrillic {
			steps = nextStepsRu
		}
		t.chain = dealForm.change(t.chain, e.at, author, set{"next_step", pick(d, steps)})
	case editCategory:
		if category := t.stageAt(t.stage).category; category != "commit" {
			t.chain = dealForm.change(t.chain, e.at, author, set{"forecast_category", callUp[category]})
		}
	case editOwner:
		t.owner = e.to
		t.chain = dealForm.change(t.chain, e.at, t.c.operations, set{"owner", t.c.reps[t.owner].id})
	}
}

// callUp is what a rep who feels sure of a deal makes of its forecast category.
var callUp = map[string]string{"pipeline": "best_case", "best_case": "commit"}

func (t *deal) stageAt(n int) *stage { return &t.c.pipelines[t.p.pipeline].stages[n] }

// enter moves the deal into a stage; a closing stage also fixes the close date and the reason.
func (t *deal) enter(d dice, at value.Instant, m move, n int) {
	stage, closedBefore := t.stageAt(m.stage), t.stageAt(t.stage).outcome != crm.OutcomeOpen
	sets := []set{{"stage", stage.id}, {"probability", stage.probability}, {"forecast_category", stage.category}}
	switch {
	case stage.outcome != crm.OutcomeOpen:
		t.closes = dayOf(at)
		sets = append(sets, set{"close", t.closes}, set{"lost_reason", reason(d, stage.outcome)}, set{"next_step", ""})
	case closedBefore:
		t.closes = dayOf(t.p.moves[len(t.p.moves)-1].at) + value.Day(d.between(0, 15))
		sets = append(sets, set{"close", t.closes}, set{"lost_reason", ""})
	}
	if n > t.p.closed && t.c.reps[t.owner].left <= at { // handovers look no further than the first closing
		t.owner = t.c.repFor(t.p.account.region, at, d.Uint64(), t.owner)
		sets = append(sets, set{"owner", t.c.reps[t.owner].id})
	}
	t.stage = m.stage
	t.chain = dealForm.change(t.chain, at, t.c.reps[t.owner].id, sets...)
}

func reason(d dice, outcome string) string {
	switch outcome {
	case crm.OutcomeLost:
		return lostReasons[d.weighted(lostReasonShares)]
	case crm.OutcomeNoDecision:
		return pick(d, noDecisionReasons)
	default:
		return ""
	}
}

// doubledStory is a deal that somebody entered again some hours after a colleague, and that was deleted when noticed.
func (c *Company) doubledStory(n int, first *plan) Story {
	again := *first
	d := roll(c.seed, topicEdits, n-1) // makes the same deal of it
	again.at = min(working(first.at+value.Instant(d.between(2, 30))*hour, regions[first.account.region]), c.now)
	again.moves = []move{{again.at, first.moves[0].stage}, {value.Forever, first.moves[0].stage}}
	again.closed = 1
	again.owner = c.repFor(first.account.region, again.at, uint64(n), first.owner)
	t := c.openDeal(n, roll(c.seed, topicEdits, n-1), &again)
	noticed := working(again.at+value.Instant(d.between(1, 10))*day, regions[first.account.region])
	chains := []Chain{}
	if !c.options.Light {
		chains = lineChains(t.lines)
	}
	if noticed <= c.now && noticed > again.at {
		t.chain = dealForm.remove(t.chain, noticed, c.operations)
		for i := range chains {
			chains[i] = lineItemForm.remove(chains[i], noticed, c.operations)
		}
	}
	return Story{Deal: t.chain, LineItems: slices.Clip(chains)}
}
