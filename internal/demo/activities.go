package demo

import (
	"zveno.dev/zveno/internal/value"
)

var (
	activityKinds  = []string{"email", "call", "meeting", "task"}
	activityShares = []float64{0.45, 0.27, 0.15, 0.13}
)

const (
	activitiesPerDeal     = 4
	activitiesOfManyDeals = 1 // per deal, once there are more than manyDeals
	manyDeals             = 50_000
	maxActivities         = 24
	automatedMail         = 0.35
	planned               = 0.15 // chance that an open deal has something planned
)

// activities are what was done about a deal while it was open, and what is planned.
func (c *Company) activities(t *deal) []Chain {
	d := roll(c.seed, topicActivity, t.p.n)
	mean := float64(activitiesPerDeal)
	if c.options.Deals > manyDeals {
		mean = activitiesOfManyDeals
	}
	end := t.p.moves[t.p.closed].at
	count := min(d.count(mean), maxActivities-1)
	var chains []Chain
	for n := range count {
		at := working(t.p.at+value.Instant(d.Float64()*float64(end-t.p.at)), regions[t.p.account.region])
		if at <= c.now && at > t.p.at {
			chains = append(chains, c.activityChain(d, t, n, at))
		}
	}
	if end > c.now && d.chance(planned) {
		at := working(c.now+value.Instant(d.between(1, 20))*day, regions[t.p.account.region])
		chains = append(chains, c.activityChain(d, t, count, at))
	}
	return chains
}

// activityChain is one activity of a deal. Meetings and tasks are entered some days ahead and completed in time.
func (c *Company) activityChain(d dice, t *deal, n int, at value.Instant) Chain {
	kind := activityKinds[d.weighted(activityShares)]
	automated := kind == "email" && d.chance(automatedMail) && at <= c.now
	entered := at
	if kind == "meeting" || kind == "task" || at > c.now {
		entered = max(at-value.Instant(d.between(1, 8))*day, t.p.at)
	}
	entered = min(entered, c.now)
	owner := ownerOf(t.chain, entered)
	sets := append(about(d, kind, t.p.account.country.cyrillic), set{"at", at}, set{"automated", automated}, set{"owner", owner},
		set{"account", t.first("account")}, set{"contact", t.first("contact")}, set{"deal", t.id})
	id := mint(c.seed, topicActivity, maxActivities*t.p.n+n, entered)
	if entered == at {
		return activityForm.open(id, entered, owner, append(sets, set{"status", "Completed"})...)
	}
	chain := activityForm.open(id, entered, owner, append(sets, set{"status", "Planned"})...)
	if at <= c.now {
		chain = activityForm.change(chain, at, owner, set{"status", "Completed"})
	}
	return chain
}

// ownerOf is who owned the deal of a chain at an instant, as it turned out.
func ownerOf(chain Chain, at value.Instant) value.ID {
	owner := value.ID{}
	for _, v := range chain {
		if v.ValidFrom <= at && v.RecordedTo == value.Forever {
			owner, _ = v.Values[dealForm.position("owner")].(value.ID)
		}
	}
	return owner
}

// about is what an activity of a kind is and says.
func about(d dice, kind string, cyrillic bool) []set {
	texts := subjects
	if cyrillic {
		texts = subjectsRu
	}
	sets := []set{{"kind", kind}, {"subject", pick(d, texts[kind])}}
	switch kind {
	case "call":
		sets = append(sets, set{"duration", int64(d.between(1, 40) * 60)}, set{"direction", pick(d, []string{"Outbound", "Outbound", "Inbound"})})
	case "meeting":
		sets = append(sets, set{"duration", int64(d.between(1, 4) * 1800)})
	case "email":
		sets = append(sets, set{"direction", pick(d, []string{"Outbound", "Outbound", "Inbound"})})
	}
	return sets
}
