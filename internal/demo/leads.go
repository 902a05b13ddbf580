package demo

import (
	"zveno.dev/zveno/internal/value"
)

const (
	dealsFromLeads = 0.35 // of the deals of new business
	longestLead    = 27   // days from a lead to its deal
	lostLeads      = 0.7  // leads that never become deals, for each deal
)

// convertedLead is the lead that became the deal, with the activity that answered it; nil when there was none.
func (c *Company) convertedLead(t *deal) (lead, touch Chain) {
	d := roll(c.seed, topicConvertedLead, t.p.n)
	account := t.p.account
	contactID, hasContact := t.first("contact").(value.ID)
	if t.p.pipeline != newBusinessPipeline || !d.chance(dealsFromLeads) || !hasContact {
		return nil, nil
	}
	in := regions[account.region]
	at := working(t.p.at-value.Instant(d.between(4, longestLead))*day, in)
	owner := c.repFor(account.region, max(at, c.epoch+day), d.Uint64(), -1)
	k := contact{}
	for n := range maxContacts {
		if c.contactID(account, n) == contactID {
			k = c.contact(account, n)
		}
	}
	id := mint(c.seed, topicConvertedLead, t.p.n, at)
	chain := c.openLead(d, id, at, owner, account, k,
		set{"source", t.source()}, set{"campaign", t.first("campaign")})
	author := c.reps[owner].id
	touched := min(c.firstTouch(d, at, in), t.p.at-2*hour)
	touch = c.touch(d, -t.p.n-1, id, touched, author, account)
	chain = leadForm.change(chain, touched, author, set{"status", "Working"})
	chain = leadForm.change(chain, t.p.at-hour, author, set{"status", "Qualified"}, set{"rating", "Hot"})
	chain = leadForm.change(chain, t.p.at, author, set{"status", "Converted"}, set{"converted_at", t.p.at}, set{"account", account.id},
		set{"contact", contactID}, set{"deal", t.id})
	return chain, touch
}

// touch is the call or mail by which somebody answers a lead.
func (c *Company) touch(d dice, n int, lead value.ID, at value.Instant, by value.ID, a *account) Chain {
	kind := pick(d, []string{"call", "email", "email"})
	sets := append(about(d, kind, a.country.cyrillic), set{"at", at}, set{"automated", false}, set{"owner", by}, set{"lead", lead},
		set{"status", "Completed"})
	return activityForm.open(mint(c.seed, topicLeadActivity, n, at), at, by, sets...)
}

// openLead enters a lead about somebody of a company.
func (c *Company) openLead(d dice, id value.ID, at value.Instant, owner int, a *account, k contact, more ...set) Chain {
	sets := append([]set{{"first_name", k.first}, {"last_name", k.last}, {"company", a.name.full()}, {"email", k.mail(a)},
		{"title", k.job.title}, {"website", a.name.domain()}, {"status", "New"}, {"rating", pick(d, []string{"Hot", "Warm", "Cold"})},
		{"industry", a.name.industry}, {"country", a.country.name}, {"owner", c.reps[owner].id}}, more...)
	if d.chance(0.6) {
		sets = append(sets, set{"phone", a.country.phone(d, a.city)})
	}
	return leadForm.open(id, at, c.marketing, sets...)
}

// firstTouch is when somebody first answers a lead: mostly within hours, sometimes after days.
func (c *Company) firstTouch(d dice, at value.Instant, in *region) value.Instant {
	waited := value.Instant(d.spread(2, 1) * float64(hour))
	if d.chance(0.12) {
		waited = value.Instant(d.between(2, 9)) * day
	}
	return max(working(at+waited, in), at+hour/12)
}

// lostLeadCount is how many leads there are that never become deals.
func (c *Company) lostLeadCount() int {
	if c.options.Light {
		return 0
	}
	return int(float64(c.options.Deals) * lostLeads)
}

// lostLead is the n-th lead that does not become a deal, with the activities about it.
func (c *Company) lostLead(n int) (Chain, []Chain) {
	d := roll(c.seed, topicLead, n)
	a := c.account(c.accounts + n) // a company that nobody has entered as an account
	in := regions[a.region]
	at := c.moment((float64(n)+0.5)/float64(c.lostLeadCount()), in)
	owner := c.repFor(a.region, at, d.Uint64(), -1)
	k := contact{person: d.somebody(a.country.people), job: pick(d, jobs)}
	if a.country.cyrillic {
		k.job = pick(d, jobsRu)
	}
	source := sources[d.weighted(sourceShares)].name
	id := mint(c.seed, topicLead, n, at)
	chain := c.openLead(d, id, at, owner, &a, k, set{"source", source}, set{"campaign", c.campaignFor(d, source, dayOf(at))})
	touched := c.firstTouch(d, at, in)
	if touched > c.now || d.chance(0.06) { // nobody ever answered
		return chain, nil
	}
	author := c.reps[owner].id
	chain = leadForm.change(chain, touched, author, set{"status", "Working"})
	touch := c.touch(d, n, id, touched, author, &a)
	if lost := working(touched+value.Instant(d.between(1, 60))*day, in); lost <= c.now && lost > touched {
		chain = leadForm.change(chain, lost, author, set{"status", pick(d, leadLostStatuses)}, set{"rating", "Cold"})
	}
	return chain, []Chain{touch}
}
