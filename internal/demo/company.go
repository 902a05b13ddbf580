package demo

import (
	"iter"
	"sync"

	"zveno.dev/zveno/internal/value"
)

// Company is a sample company. What there are few of stands in lists, oldest first; accounts, contacts, leads and deals are
// made while they are walked through, so that a million deals need no more memory than one and a few bytes for each.
// It is safe for concurrent use.
type Company struct {
	Teams, People            []Chain
	Pipelines, Stages        []Chain
	Products                 []Chain
	PriceBooks, Prices       []Chain
	Campaigns, Quotas, Rates []Chain

	options Options
	seed    uint64
	timeline

	reps                  []rep
	star, struggler       int // positions in reps
	teamIDs               []value.ID
	operations, marketing value.ID
	namesUsed             map[string]bool
	pipelines             []pipeline
	bottleneck            int // position in the new-business pipeline
	products              []product
	campaigns             []campaign
	regionShares          []float64
	accounts, oldAccounts int
	doubles               map[int]*duplicate // by the position of the account
	duplicates            []*duplicate
	bookings              func() *bookings
}

// Generate makes the company that the options describe. The same options give the same company; values that
// Options.Check refuses are replaced by the defaults.
func Generate(o Options) *Company {
	o = o.completed()
	c := &Company{options: o, seed: o.Seed, timeline: newTimeline(o)}
	for _, r := range regions {
		c.regionShares = append(c.regionShares, r.share)
	}
	c.accounts = max(o.Deals/dealsPerAccount, minAccounts)
	c.oldAccounts = max(int(oldShare*float64(c.accounts)), 1)
	c.hire()
	c.organise()
	c.layPipelines()
	c.stockShelves()
	c.runCampaigns()
	c.setRates()
	c.setQuotas()
	c.plantDuplicates()
	c.bookings = sync.OnceValue(c.book)
	return c
}

// Accounts gives every account with its contacts; the planted copies come last. Light companies have no contacts.
func (c *Company) Accounts() iter.Seq2[Chain, []Chain] {
	return func(yield func(Chain, []Chain) bool) {
		for n := range c.accounts {
			a := c.account(n)
			if !yield(c.accountChain(&a), c.contacts(&a)) {
				return
			}
		}
		for _, dup := range c.duplicates {
			if dup.contact < 0 && !yield(c.doubleAccountChain(dup), nil) {
				return
			}
		}
	}
}

// contacts are those of one account, with the planted copies of them.
func (c *Company) contacts(a *account) []Chain {
	if c.options.Light {
		return nil
	}
	var chains []Chain
	for n := range c.contactCount(a) {
		if chain := c.contactChain(a, n); chain != nil {
			chains = append(chains, chain)
		}
	}
	for _, dup := range c.duplicates {
		if dup.contact >= 0 && dup.account == a.n {
			chains = append(chains, c.doubleContactChain(dup))
		}
	}
	return chains
}

// Deals gives every deal with what belongs to it, in the order of creation.
func (c *Company) Deals() iter.Seq[Story] {
	return func(yield func(Story) bool) {
		for n := range c.options.Deals {
			if !yield(c.story(n)) {
				return
			}
		}
	}
}

// Leads gives the leads that never became deals, with the activities about them. Those that did are part of the deals.
func (c *Company) Leads() iter.Seq2[Chain, []Chain] {
	return func(yield func(Chain, []Chain) bool) {
		for n := range c.lostLeadCount() {
			if !yield(c.lostLead(n)) {
				return
			}
		}
	}
}
