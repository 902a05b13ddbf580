package demo

import (
	"zveno.dev/zveno/internal/value"
)

// contact is a person at an account.
type contact struct {
	person
	id  value.ID
	at  value.Instant
	job job
}

const maxContacts = 3

// contactAt is when a contact was entered; with contactID it leads to a contact without making it.
func (c *Company) contactAt(a *account, n int) value.Instant {
	if n == 0 {
		return a.at
	}
	later := value.Instant(scramble(c.seed, topicContact, maxContacts*a.n+n) % uint64(200*day))
	return working(a.at+day+later, regions[a.region])
}

func (c *Company) contactID(a *account, n int) value.ID {
	return mint(c.seed, topicContact, maxContacts*a.n+n, c.contactAt(a, n))
}

// contactCount is 1 to maxContacts, growing with the account's size.
func (c *Company) contactCount(a *account) int {
	return 1 + min(a.segment+int(scramble(c.seed, topicContact, -a.n-1)%2), maxContacts-1)
}

// contactKnownAt is one of the contacts that an account had at an instant.
func (c *Company) contactKnownAt(d dice, a *account, at value.Instant) int {
	n := d.IntN(c.contactCount(a))
	for n > 0 && c.contactAt(a, n) > at {
		n--
	}
	return n
}

func (c *Company) contact(a *account, n int) contact {
	d := roll(c.seed, topicContact, maxContacts*a.n+n)
	k := contact{person: d.somebody(a.country.people), id: c.contactID(a, n), at: c.contactAt(a, n)}
	for i := 0; i < n; i++ {
		if c.contact(a, i).person == k.person { // nobody is there twice, unless planted
			k.person, i = d.somebody(a.country.people), -1
		}
	}
	if a.country.cyrillic {
		k.job = pick(d, jobsRu)
	} else {
		k.job = pick(d, jobs)
	}
	return k
}

func (k *contact) mail(a *account) string { return k.mailbox() + "@" + a.name.domain() }

func (c *Company) contactChain(a *account, n int) Chain {
	d := roll(c.seed, topicContact, -maxContacts*a.n-n-1)
	k := c.contact(a, n)
	if k.at > c.now {
		return nil
	}
	held := c.tenures(a)
	owner := c.reps[ownerAt(held, k.at)].id
	sets := []set{{"first_name", k.first}, {"last_name", k.last}, {"email", k.mail(a)}, {"title", k.job.title},
		{"department", k.job.department}, {"account", a.id}, {"owner", owner}, {"source", sources[d.weighted(sourceShares)].name}}
	if d.chance(0.8) {
		sets = append(sets, set{"phone", a.country.phone(d, a.city)})
	}
	if d.chance(0.4) {
		sets = append(sets, set{"mobile", a.country.phone(d, a.city)})
	}
	chain := contactForm.open(k.id, k.at, owner, sets...)
	for _, t := range held {
		if t.from > k.at {
			chain = contactForm.change(chain, t.from, c.operations, set{"owner", c.reps[t.rep].id})
		}
	}
	return chain
}
