package demo

import (
	"zveno.dev/zveno/internal/value"
)

// Positions in Company.Teams: the whole company, then regions, then teams.
const (
	wholeCompany = 0
	firstRegion  = 1
)

func firstTeam() int { return firstRegion + len(regions) }

// organise makes the teams with their managers, and everybody's record.
func (c *Company) organise() {
	d := roll(c.seed, topicTeam, 0)
	ids := make([]value.ID, firstTeam()+len(teams))
	for n := range ids {
		ids[n] = mint(c.seed, topicTeam, n, c.epoch)
	}
	c.teamIDs = ids
	managers := []manager{c.titled(d, 0, "Chief Revenue Officer", wholeCompany, &english, c.epoch, value.Forever)}
	for n := range regions {
		managers = append(managers, c.titled(d, len(managers), "Regional Director", firstRegion+n, regions[n].countries[0].people, c.epoch, value.Forever))
	}
	for n, t := range teams {
		managers = append(managers, c.titled(d, len(managers), "Sales Manager", firstTeam()+n, t.people, c.epoch, value.Forever))
	}
	// One team lost its manager and got a new one, so the leader of a day in the past need not be today's.
	leaving := firstTeam() + d.IntN(len(teams))
	left := c.firstOfMonth(c.start+value.Day(int(dayOf(c.now)-c.start)/2)) + 14*hour
	managers[leaving].left = left
	successor := c.titled(d, len(managers), "Sales Manager", leaving, teams[leaving-firstTeam()].people, left+2*hour, value.Forever)
	operations := c.titled(d, len(managers)+1, "Sales Operations Manager", wholeCompany, &english, c.epoch, value.Forever)
	marketing := c.titled(d, len(managers)+2, "Marketing Manager", wholeCompany, &english, c.epoch, value.Forever)
	c.operations, c.marketing = operations.id, marketing.id

	c.Teams = append(c.Teams, teamForm.open(ids[wholeCompany], c.epoch, c.operations, set{"name", "Sales"}, set{"manager", managers[0].id}))
	for n, r := range regions {
		c.Teams = append(c.Teams, teamForm.open(ids[firstRegion+n], c.epoch, c.operations, set{"name", r.name},
			set{"region", r.name}, set{"parent", ids[wholeCompany]}, set{"manager", managers[firstRegion+n].id}))
	}
	for n, t := range teams {
		at := firstTeam() + n
		chain := teamForm.open(ids[at], c.epoch, c.operations, set{"name", t.name}, set{"region", regions[t.region].name},
			set{"parent", ids[firstRegion+t.region]}, set{"manager", managers[at].id})
		if at == leaving {
			chain = teamForm.change(chain, successor.hired, c.operations, set{"manager", successor.id})
		}
		c.Teams = append(c.Teams, chain)
	}
	for _, m := range append(managers, successor, operations, marketing) {
		c.People = append(c.People, c.managerChain(m))
	}
	for n := range c.reps {
		c.People = append(c.People, c.repChain(n))
	}
}

func (c *Company) managerChain(m manager) Chain {
	hired := dayOf(m.hired)
	if m.hired == c.epoch {
		hired -= value.Day(roll(c.seed, topicPerson, 2000+m.n).between(200, 1700))
	}
	chain := personForm.open(m.id, m.hired, c.operations, set{"name", m.full()}, set{"email", m.mail}, set{"title", m.title},
		set{"team", c.teamIDs[m.team]}, set{"active", true}, set{"hired", hired})
	return c.leave(chain, m.left)
}

func (c *Company) repChain(n int) Chain {
	r := &c.reps[n]
	d := roll(c.seed, topicPerson, 1000+n)
	hired := dayOf(r.hired)
	if r.hired == c.epoch {
		hired -= value.Day(d.between(30, 1800))
	}
	chain := personForm.open(r.id, r.hired, c.operations, set{"name", r.full()}, set{"email", r.mailbox}, set{"title", "Account Executive"},
		set{"team", c.teamIDs[firstTeam()+r.stints[0].team]}, set{"active", true}, set{"hired", hired})
	for _, s := range r.stints[1:] {
		chain = personForm.change(chain, s.from, c.operations, set{"team", c.teamIDs[firstTeam()+s.team]})
	}
	if promoted := r.hired + value.Instant(d.between(400, 1400))*day; d.chance(0.4) && promoted < c.now && promoted < r.left && len(r.stints) == 1 {
		chain = personForm.change(chain, promoted, c.operations, set{"title", "Senior Account Executive"})
	}
	return c.leave(chain, r.left)
}

func (c *Company) leave(chain Chain, at value.Instant) Chain {
	if at >= c.now {
		return chain
	}
	return personForm.change(chain, at, c.operations, set{"active", false}, set{"left", dayOf(at)})
}
