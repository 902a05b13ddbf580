package demo

import (
	"sort"

	"zveno.dev/zveno/internal/value"
)

// account is a company that is sold to. Everything about it follows from its position.
type account struct {
	n       int
	id      value.ID
	at      value.Instant // when it was entered
	region  int
	country *country
	city    city
	name    registeredName
	segment int
	legacy  bool // was a customer before the story begins
}

// Of the accounts, oldShare were there before the first deals of the story, and legacyShare of these were customers.
const (
	oldShare        = 0.35
	legacyShare     = 0.6
	dealsPerAccount = 4
	minAccounts     = 12
)

// segment is a class of accounts by size.
type segment struct {
	name      string
	cycleDays float64 // median from a deal's creation to its win, as a product of the stages
	win       float64 // factor of the chance to win
	pieces    float64 // median number of pieces of a deal's main product
	employees [2]int
}

var (
	segments = []segment{
		{"SMB", 24, 1.15, 6, [2]int{5, 99}},
		{"Mid-market", 55, 1.0, 18, [2]int{100, 999}},
		{"Enterprise", 115, 0.78, 60, [2]int{1000, 20000}},
	}
	segmentShares = []float64{0.5, 0.33, 0.17}
)

// existing is how many accounts there are once the given share of all deals has come in.
func (c *Company) existing(share float64) int {
	return min(c.oldAccounts+int(share*float64(c.accounts-c.oldAccounts)), c.accounts)
}

func (c *Company) account(n int) account {
	d := roll(c.seed, topicAccount, n)
	a := account{n: n, region: d.weighted(c.regionShares)}
	r := regions[a.region]
	a.country = &r.countries[d.weighted(r.weights)]
	a.city = pick(d, a.country.cities)
	a.segment = d.weighted(segmentShares)
	a.name = nameCompany(n, a.country.cyrillic, pick(d, a.country.legalForms))
	if n < c.oldAccounts {
		span := dayStart(c.first) - c.epoch
		a.at = working(c.epoch+span*value.Instant(n)/value.Instant(c.oldAccounts), r)
		a.legacy = d.chance(legacyShare)
	} else {
		a.at = c.moment(float64(n-c.oldAccounts)/float64(c.accounts-c.oldAccounts), r)
	}
	a.id = mint(c.seed, topicAccount, n, a.at)
	return a
}

// tenure is a time during which one rep owns an account.
type tenure struct {
	from value.Instant
	rep  int
}

// tenures lists who owned an account, in order: it changes hands when its owner leaves the company or the region.
func (c *Company) tenures(a *account) []tenure {
	held := []tenure{{a.at, c.repFor(a.region, a.at, scramble(c.seed, topicOwner, a.n), -1)}}
	for {
		last := held[len(held)-1]
		lost := c.reps[last.rep].leavesRegion(a.region, last.from)
		if lost >= c.now {
			return held
		}
		at := working(lost+day, regions[a.region])
		if at > c.now {
			return held
		}
		held = append(held, tenure{at, c.repFor(a.region, at, scramble(c.seed, topicOwner, a.n+len(held)<<32), last.rep)})
	}
}

// leavesRegion is when a rep who works in a region stops doing so.
func (r *rep) leavesRegion(region int, from value.Instant) value.Instant {
	for _, s := range r.stints[1:] {
		if s.from > from && teams[s.team].region != region {
			return s.from
		}
	}
	return r.left
}

func ownerAt(held []tenure, at value.Instant) int {
	later := sort.Search(len(held), func(i int) bool { return held[i].from > at })
	return held[max(later-1, 0)].rep
}

var sources = []struct {
	name string
	win  float64 // factor of the chance to win
}{
	{"Website", 1.0}, {"Referral", 1.35}, {"Outbound", 0.78}, {"Event", 0.95}, {"Partner", 1.2}, {"Advertising", 0.85},
}

var sourceShares = []float64{0.27, 0.14, 0.24, 0.13, 0.10, 0.12}

// accountChain is the account's record: entered as a prospect, a customer from its first win on, handed over as reps leave.
func (c *Company) accountChain(a *account) Chain {
	d := roll(c.seed, topicAccount, -a.n-1)
	s, held := segments[a.segment], c.tenures(a)
	kind := "Prospect"
	if a.legacy {
		kind = "Customer"
	}
	employees := int64(d.between(s.employees[0], s.employees[1]))
	chain := accountForm.open(a.id, a.at, c.reps[held[0].rep].id,
		set{"name", a.name.full()}, set{"domain", a.name.domain()}, set{"phone", a.country.phone(d, a.city)},
		set{"industry", a.name.industry}, set{"segment", s.name}, set{"kind", kind}, set{"rating", pick(d, []string{"Hot", "Warm", "Warm", "Cold"})},
		set{"country", a.country.name}, set{"region", a.city.region}, set{"city", a.city.name}, set{"postal_code", a.city.postcode},
		set{"employees", employees}, set{"annual_revenue", annualRevenue(d, employees, a.region)}, set{"currency", regions[a.region].currency},
		set{"founded_year", d.between(1955, c.start.Date().Year()-2)}, set{"owner", c.reps[held[0].rep].id},
		set{"source", sources[d.weighted(sourceShares)].name})
	won := c.bookings().firstWin[a.n]
	for i, t := range append(held[1:], tenure{from: value.Forever}) {
		if chain[0].ValidFrom < won && won < t.from && kind == "Prospect" {
			kind = "Customer"
			chain = accountForm.change(chain, won, c.reps[held[i].rep].id, set{"kind", kind})
		}
		if t.from < value.Forever {
			chain = accountForm.change(chain, t.from, c.operations, set{"owner", c.reps[t.rep].id})
		}
	}
	return chain
}

// annualRevenue is in minor units of the region's currency, rounded to thousands.
func annualRevenue(d dice, employees int64, region int) int64 {
	return int64(float64(employees)*d.spread(140_000, 0.4)*listFactor[region]/1000) * 1000_00
}
