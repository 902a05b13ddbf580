package demo

import (
	"slices"
	"time"

	"zveno.dev/zveno/internal/value"
)

// team is a team of sales reps in a region, with its manager.
type team struct {
	name   string
	region int
	people *people
}

var teams = []team{
	{"US East", northAmerica, &english},
	{"US West", northAmerica, &english},
	{"Canada & Central", northAmerica, &english},
	{"DACH", europe, &german},
	{"UK & Ireland", europe, &english},
	{"France & Nordics", europe, &french},
	{"Москва", russiaCIS, &russian},
	{"Регионы и СНГ", russiaCIS, &russian},
}

const (
	repsPerTeam = 5
	repsNow     = 40 // who work on the last day
	repsEver    = repsNow + 4
	joined      = 6 // of repsNow, within the years of the story
	moved       = 6 // of repsNow, from one team to another
)

// leaverTeams are the teams of the reps who left.
var leaverTeams = [repsEver - repsNow]int{1, 3, 6, 7}

// rep sells. The factors multiply what the whole company does: chance to win, days per stage, chance to push a date.
type rep struct {
	person
	id              value.ID
	mailbox         string
	hired, left     value.Instant // left is value.Forever for those who work today
	stints          []stint       // in teams, in their order
	win, pace, slip float64
}

// stint is a time that a rep spends in one team, until the next stint.
type stint struct {
	from value.Instant
	team int
}

func (r *rep) teamAt(at value.Instant) int {
	t := r.stints[0].team
	for _, s := range r.stints[1:] {
		if at >= s.from {
			t = s.team
		}
	}
	return t
}

func (r *rep) worksIn(region int, at value.Instant) bool {
	return r.hired <= at && at < r.left && teams[r.teamAt(at)].region == region
}

// hire makes the sales force: who is there, when they came and left, where they moved, and the planted star and struggler.
func (c *Company) hire() {
	d := roll(c.seed, topicPerson, 0)
	span := int(dayOf(c.now) - c.start)
	order := d.Perm(repsNow)
	joiners, movers := order[:joined], order[joined:joined+moved]
	settled := order[joined+moved:]
	for n := range repsEver {
		at := n / repsPerTeam
		if n >= repsNow {
			at = leaverTeams[n-repsNow]
		}
		r := rep{hired: c.epoch, left: value.Forever, stints: []stint{{c.epoch, at}}, slip: 1}
		r.person = c.unusedName(d, teams[at].people)
		r.mailbox = r.person.mailbox() + "@sample-company.example"
		r.win, r.pace = d.share(0.95, 1.05), d.share(0.92, 1.08)
		if slices.Contains(joiners, n) {
			r.hired = c.firstOfMonth(c.start+value.Day(d.between(span/10, span*45/100))) + 6*hour
			r.stints[0].from = r.hired
		}
		if n >= repsNow {
			r.left = dayStart(c.start+value.Day(d.between(span*55/100, span*9/10))) + 15*hour
		}
		c.reps = append(c.reps, r)
	}
	for i, n := range movers {
		c.reps[n].moveTeam(d, i, c)
	}
	c.star, c.struggler = settled[0], settled[1]
	for _, n := range settled[2:] {
		if c.struggler/repsPerTeam == c.star/repsPerTeam {
			c.struggler = n // in another team, so that neither hides the other in its team's figures
		}
	}
	c.reps[c.star].win, c.reps[c.star].pace = starWin, starPace
	c.reps[c.struggler].win, c.reps[c.struggler].pace, c.reps[c.struggler].slip = strugglerWin, strugglerPace, strugglerSlip
	for n := range c.reps {
		c.reps[n].id = mint(c.seed, topicPerson, n, c.reps[n].hired)
	}
}

// moveTeam makes a rep have come from another team: of the same region, or, for two of those who speak to both, from the
// other side of the Atlantic.
func (r *rep) moveTeam(d dice, n int, c *Company) {
	now := r.stints[0].team
	from := (now + 1) % 3
	switch region := teams[now].region; {
	case region == russiaCIS:
		from = 6 + 7 - now
	case region == europe && n%3 != 0, region == northAmerica && n%3 == 0:
		from = 3 + (now+1)%3
	}
	span := int(dayOf(c.now) - c.start)
	at := c.firstOfMonth(c.start + value.Day(span*(n+1)/(moved+1)+d.between(0, 30)))
	r.stints = []stint{{r.hired, from}, {at + 6*hour, now}}
}

func (c *Company) firstOfMonth(d value.Day) value.Instant {
	y, m, _ := d.Date().Date()
	return value.NewDay(y, m, 1).Start(time.UTC)
}

// unusedName draws a name that nobody in the company has yet.
func (c *Company) unusedName(d dice, of *people) person {
	if c.namesUsed == nil {
		c.namesUsed = map[string]bool{}
	}
	for {
		if p := d.somebody(of); !c.namesUsed[p.mailbox()] {
			c.namesUsed[p.mailbox()] = true
			return p
		}
	}
}

// repFor is the rep who takes over something of a region at an instant; n tells apart what is taken over. not is a rep
// who cannot, -1 if all can.
func (c *Company) repFor(region int, at value.Instant, n uint64, not int) int {
	var able [repsEver]int
	count := 0
	for i := range c.reps {
		if i != not && c.reps[i].worksIn(region, at) {
			able[count] = i
			count++
		}
	}
	return able[n%uint64(count)]
}

// manager is somebody who leads a team or a department and owns no deals.
type manager struct {
	person
	n           int // tells managers apart
	id          value.ID
	title, mail string
	team        int // position in Company.Teams
	hired, left value.Instant
}

// titled makes a manager who works from one instant to another.
func (c *Company) titled(d dice, n int, title string, team int, of *people, from, to value.Instant) manager {
	p := c.unusedName(d, of)
	return manager{
		person: p, n: n, id: mint(c.seed, topicPerson, 100+n, from), title: title, team: team, hired: from, left: to,
		mail: p.mailbox() + "@sample-company.example",
	}
}
