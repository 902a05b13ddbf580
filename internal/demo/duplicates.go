package demo

import (
	"slices"
	"strings"

	"zveno.dev/zveno/internal/value"
)

// duplicate is a planted second record of something that is already there.
type duplicate struct {
	how            string // in which way the copy differs
	original, copy value.ID
	names          [2]string
	account        int // position of the original's account
	contact        int // of the original contact within its account; -1 for accounts
	at             value.Instant
}

const (
	duplicatePairs   = 60 // of accounts, and again of contacts
	accountsPerPair  = 12 // in small companies, one pair for so many accounts
	usesCopy         = 0.3
	copiesWithDomain = 0.6
)

// plantDuplicates chooses the accounts and contacts that somebody entered a second time.
func (c *Company) plantDuplicates() {
	d := roll(c.seed, topicPlanted, 1)
	pairs := min(duplicatePairs, max(c.accounts/accountsPerPair, 1))
	c.doubles = map[int]*duplicate{}
	for len(c.doubles) < pairs {
		n := d.IntN(c.existing(0.9))
		if c.doubles[n] == nil {
			c.doubles[n] = c.doubleAccount(d, n, len(c.doubles))
			c.duplicates = append(c.duplicates, c.doubles[n])
		}
	}
	if c.options.Light {
		return
	}
	taken := map[int]bool{}
	for i := 0; i < pairs; {
		n := d.IntN(c.existing(0.9))
		if taken[n] || c.doubles[n] != nil {
			continue
		}
		taken[n] = true
		c.duplicates = append(c.duplicates, c.doubleContact(d, n, i))
		i++
	}
}

func (c *Company) doubleAccount(d dice, n, i int) *duplicate {
	a := c.account(n)
	dup := &duplicate{original: a.id, account: n, contact: -1, at: c.doubledAt(d, a.at, a.region)}
	dup.copy = mint(c.seed, topicAccount, 1<<40+i, dup.at)
	dup.how = []string{"typo", "legal_form", "spacing"}[i%3]
	if a.country.cyrillic {
		dup.how = []string{"transliteration", "legal_form", "typo"}[i%3]
	}
	dup.names = [2]string{a.name.full(), otherName(d, a.name, dup.how)}
	return dup
}

// doubledAt is when the copy of a record of that age was entered.
func (c *Company) doubledAt(d dice, original value.Instant, region int) value.Instant {
	at := working(original+value.Instant(d.share(0.05, 0.9)*float64(c.now-original)), regions[region])
	return min(max(at, original+hour), c.now)
}

// otherName is how somebody in a hurry writes a company's name.
func otherName(d dice, n registeredName, how string) string {
	switch {
	case how == "typo":
		mistyped := n
		mistyped.core = mistype(d, n.core)
		return mistyped.full()
	case how == "transliteration":
		return strings.TrimSpace(latinTitle(n.core) + " " + map[string]string{"ООО": "LLC", "ТОО": "LLP"}[n.form])
	case how == "spacing":
		return strings.TrimSpace(strings.Replace(n.core, " ", "", 1) + " " + n.form)
	case n.cyrillic:
		return n.core + ", " + n.form
	case n.form == "":
		return n.core + ", Incorporated"
	default:
		return n.core
	}
}

// mistype doubles, drops or swaps a letter that is not the first of its word.
func mistype(d dice, text string) string {
	letters := []rune(text)
	var inner []int
	for i := 1; i < len(letters)-1; i++ {
		if letters[i-1] != ' ' && letters[i] != ' ' && letters[i+1] != ' ' && letters[i] != letters[i+1] && letters[i] != letters[i-1] {
			inner = append(inner, i)
		}
	}
	if len(inner) == 0 {
		return text + string(letters[len(letters)-1])
	}
	at := pick(d, inner)
	switch d.IntN(3) {
	case 0:
		letters = slices.Insert(letters, at, letters[at])
	case 1:
		letters = slices.Delete(letters, at, at+1)
	default:
		letters[at], letters[at+1] = letters[at+1], letters[at]
	}
	return string(letters)
}

// standIn is the account that a new deal is entered under: sometimes the copy instead of the original.
func (c *Company) standIn(d dice, a *account, at value.Instant) value.ID {
	if dup := c.doubles[a.n]; dup != nil && dup.at < at && d.chance(usesCopy) {
		return dup.copy
	}
	return a.id
}

// doubleAccountChain is the record of an account's copy: another owner, the same company with less about it.
func (c *Company) doubleAccountChain(dup *duplicate) Chain {
	a := c.account(dup.account)
	d := roll(c.seed, topicAccount, -1<<40-dup.account)
	owner := c.repFor(a.region, dup.at, d.Uint64(), ownerAt(c.tenures(&a), dup.at))
	sets := []set{{"name", dup.names[1]}, {"segment", segments[a.segment].name}, {"kind", "Prospect"}, {"country", a.country.name},
		{"currency", regions[a.region].currency}, {"owner", c.reps[owner].id}, {"source", "Outbound"}, {"industry", a.name.industry}}
	if d.chance(copiesWithDomain) {
		sets = append(sets, set{"domain", a.name.domain()})
	} else {
		sets = append(sets, set{"city", a.city.name}, set{"region", a.city.region}, set{"postal_code", a.city.postcode})
	}
	return c.keepOwned(accountForm, accountForm.open(dup.copy, dup.at, c.reps[owner].id, sets...), a.region, owner)
}

// keepOwned hands a record over when its owner leaves.
func (c *Company) keepOwned(f *form, chain Chain, region, owner int) Chain {
	for left := c.reps[owner].left; left+day < c.now; left = c.reps[owner].left {
		at := working(max(left, chain[len(chain)-1].ValidFrom)+day, regions[region])
		if at > c.now {
			break
		}
		owner = c.repFor(region, at, scramble(c.seed, topicOwner, int(at/hour)), owner)
		chain = f.change(chain, at, c.operations, set{"owner", c.reps[owner].id})
	}
	return chain
}

func (c *Company) doubleContact(d dice, n, i int) *duplicate {
	a := c.account(n)
	k := c.contact(&a, 0)
	dup := &duplicate{original: k.id, account: n, contact: 0, at: c.doubledAt(d, k.at, a.region)}
	dup.copy = mint(c.seed, topicContact, 1<<40+i, dup.at)
	other := k.person
	switch short, known := nicknames[k.first]; {
	case known:
		dup.how, other.first = "nickname", short
	case a.country.cyrillic:
		dup.how, other = "transliteration", person{latinTitle(k.first), latinTitle(k.last)}
	case i%2 == 0:
		dup.how, other.first = "initial", string([]rune(k.first)[:1])+"."
	default:
		dup.how, other.last = "typo", mistype(d, k.last)
	}
	dup.names = [2]string{k.full(), other.full()}
	return dup
}

// doubleContactChain is the record of a contact's copy: the same mailbox or the same telephone, the name written otherwise.
func (c *Company) doubleContactChain(dup *duplicate) Chain {
	a := c.account(dup.account)
	k := c.contact(&a, dup.contact)
	d := roll(c.seed, topicContact, -1<<40-dup.account)
	owner := c.repFor(a.region, dup.at, d.Uint64(), -1)
	first, last, _ := strings.Cut(dup.names[1], " ")
	sets := []set{{"first_name", first}, {"last_name", last}, {"account", a.id}, {"owner", c.reps[owner].id}, {"source", "Event"}}
	if d.chance(0.7) {
		sets = append(sets, set{"email", k.mail(&a)})
	} else {
		sets = append(sets, set{"email", string(latin(k.first)[0]) + latin(k.last) + "@" + a.name.domain()}, set{"title", k.job.title})
	}
	return c.keepOwned(contactForm, contactForm.open(dup.copy, dup.at, c.reps[owner].id, sets...), a.region, owner)
}
