package projection_test

import (
	"context"
	"math"
	"slices"
	"time"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

// naive answers every question from the raw versions, with loops and without any of the projection's shapes.
type naive struct {
	deals  []life
	stages map[value.ID]crm.Stage
	people map[value.ID][]history.Version
	teams  map[value.ID][]history.Version
	rates  map[string]float64 // one undated rate for each currency but USD
}

// life is what is believed about one deal.
type life struct {
	name     string
	versions []history.Version
}

func readNaive(ctx context.Context, tx *db.Tx) (*naive, error) {
	n := &naive{stages: map[value.ID]crm.Stage{}, people: map[value.ID][]history.Version{}, teams: map[value.ID][]history.Version{},
		rates: map[string]float64{"EUR": 1.25, "JPY": 0.01}}
	stages, err := crm.ListStages(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, s := range stages {
		n.stages[s.ID] = s
	}
	err = eachChain(ctx, tx, crm.ObjectNamed("deal").Table, func(chain []history.Version) {
		name, _ := chain[len(chain)-1].Values[0].(string)
		n.deals = append(n.deals, life{name, chain})
	})
	if err != nil {
		return nil, err
	}
	for table, into := range map[*history.Table]map[value.ID][]history.Version{identity.People: n.people, identity.Teams: n.teams} {
		if err := eachChain(ctx, tx, table, func(chain []history.Version) { into[chain[0].ID] = chain }); err != nil {
			return nil, err
		}
	}
	return n, nil
}

func eachChain(ctx context.Context, tx *db.Tx, t *history.Table, each func([]history.Version)) error {
	rows, err := tx.Query(ctx, `SELECT id FROM `+t.Current+` ORDER BY id`)
	if err != nil {
		return err
	}
	var ids []value.ID
	for rows.Next() {
		var id value.ID
		if err := rows.Scan(&id); err != nil {
			return err
		}
		ids = append(ids, id)
	}
	for _, id := range ids {
		chain, err := history.Chain(ctx, tx, t, id, value.Forever-1)
		if err != nil {
			return err
		}
		each(chain)
	}
	return nil
}

// at is the index of the version in force at t; -1 when there is none or the deal was deleted then.
func (l life) at(t value.Instant) int {
	i := slices.IndexFunc(l.versions, func(v history.Version) bool { return v.ValidFrom <= t && t < v.ValidTo })
	if i >= 0 && l.versions[i].Deleted {
		return -1
	}
	return i
}

// before is the version that the deal had before version i, deletions apart; -1 if there is none.
func (l life) before(i int) int {
	for i--; i >= 0 && l.versions[i].Deleted; i-- {
	}
	return i
}

func cell(object string, v history.Version, field string) any {
	return v.Values[crm.ObjectNamed(object).Field(field)]
}

func idOf(v history.Version, field string) value.ID {
	id, _ := cell("deal", v, field).(value.ID)
	return id
}

func (n *naive) stage(v history.Version) crm.Stage { return n.stages[idOf(v, "stage")] }

func (n *naive) outcome(v history.Version) string { return n.stage(v).Outcome }

// dollars is the amount in cents of USD; false where it is unknown.
func (n *naive) dollars(v history.Version) (int64, bool) {
	amount, known := cell("deal", v, "amount").(int64)
	currency, _ := cell("deal", v, "currency").(string)
	if currency == "" || currency == "USD" || !known {
		return amount, known
	}
	rate, ok := n.rates[currency]
	if currency == "JPY" {
		rate *= 100 // a yen has no minor unit
	}
	return int64(math.Floor(float64(amount)*rate + 0.5)), ok
}

func (n *naive) probability(v history.Version) float64 {
	if p, ok := cell("deal", v, "probability").(float64); ok {
		return p
	}
	return n.stage(v).Probability
}

func closeDay(v history.Version) (value.Day, bool) {
	day, ok := cell("deal", v, "close").(int64)
	return value.Day(day), ok
}

// region is the region of the deal's owner at t.
func (n *naive) region(v history.Version, t value.Instant) string {
	chain := n.people[idOf(v, "owner")]
	if len(chain) == 0 {
		return ""
	}
	team, _ := cell("person", inForce(chain, t), "team").(value.ID)
	for range 20 {
		chain := n.teams[team]
		if len(chain) == 0 {
			return ""
		}
		version := inForce(chain, t)
		if region, ok := cell("team", version, "region").(string); ok {
			return region
		}
		team, _ = cell("team", version, "parent").(value.ID)
	}
	return ""
}

// inForce is the version at t; before the first one, the first.
func inForce(chain []history.Version, t value.Instant) history.Version {
	for _, v := range chain {
		if t < v.ValidTo {
			return v
		}
	}
	return chain[len(chain)-1]
}

// closedAt is since when the deal has had the outcome that it has in version i.
func (n *naive) closedAt(l life, i int) value.Instant {
	for b := l.before(i); b >= 0 && n.outcome(l.versions[b]) == n.outcome(l.versions[i]); b = l.before(i) {
		i = b
	}
	return l.versions[i].ValidFrom
}

// closedOn is the day by which a closed deal counts.
func (n *naive) closedOn(l life, i int) value.Day {
	if day, ok := closeDay(l.versions[i]); ok {
		return day
	}
	return value.DayOf(n.closedAt(l, i).Time())
}

// entry is the version in which the deal first counted as pipeline; -1 if it never did.
func (n *naive) entry(l life) int {
	for j, v := range l.versions {
		s := n.stage(v)
		if v.Deleted {
			continue
		}
		if s.Outcome == crm.OutcomeOpen && n.qualified(s) || s.Outcome == crm.OutcomeWon {
			return j
		}
	}
	return -1
}

// qualified reports whether a stage or one before it in its pipeline is marked as qualified.
func (n *naive) qualified(s crm.Stage) bool {
	for _, other := range n.stages {
		if other.Pipeline == s.Pipeline && other.Qualified && other.Position <= s.Position {
			return true
		}
	}
	return false
}

// cycleDays is cycleSeconds in days.
func (n *naive) cycleDays(l life, i int) (float64, bool) {
	seconds, known := n.cycleSeconds(l, i)
	return seconds / 86400, known
}

// cycleSeconds is how long the deal was open between its entry and its close; false where it has no entry before.
func (n *naive) cycleSeconds(l life, i int) (float64, bool) {
	entry := n.entry(l)
	if entry < 0 || entry > i {
		return 0, false
	}
	closed := n.closedAt(l, i)
	var open value.Instant
	for j := entry; j < i; j++ {
		v := l.versions[j]
		if !v.Deleted && n.outcome(v) == crm.OutcomeOpen {
			open += min(v.ValidTo, closed) - v.ValidFrom
		}
	}
	return math.Floor(float64(open) / 1e6), true
}

// visit is a stay of a deal in an open stage as far as it is known at an instant.
type visit struct {
	stage    crm.Stage
	from, to value.Instant // to = value.Forever while it goes on
	skipped  bool
}

// visits lists the stays that began by t, in order, the skipped stages among them.
func (n *naive) visits(l life, t value.Instant) []visit {
	var visits []visit
	for j := 0; j < len(l.versions) && l.versions[j].ValidFrom <= t; j++ {
		if l.versions[j].Deleted {
			continue
		}
		here := n.stage(l.versions[j])
		if b := l.before(j); b >= 0 {
			before := n.stage(l.versions[b])
			if before.ID == here.ID {
				continue
			}
			for k := len(visits) - 1; k >= 0; k-- {
				if !visits[k].skipped && visits[k].to == value.Forever {
					visits[k].to = l.versions[b].ValidTo
				}
			}
			if before.Outcome == crm.OutcomeOpen && before.Pipeline == here.Pipeline {
				for _, s := range n.stages {
					between := s.Position > before.Position && (here.Outcome == crm.OutcomeWon || here.Outcome == crm.OutcomeOpen && s.Position < here.Position)
					if s.Pipeline == here.Pipeline && s.Outcome == crm.OutcomeOpen && between {
						visits = append(visits, visit{stage: s, from: l.versions[j].ValidFrom, to: l.versions[j].ValidFrom, skipped: true})
					}
				}
			}
		}
		if here.Outcome == crm.OutcomeOpen {
			visits = append(visits, visit{stage: here, from: l.versions[j].ValidFrom, to: value.Forever})
		}
	}
	return visits
}

// passed reports whether the deal went beyond a stage by t, having entered it at from.
func (n *naive) passed(l life, stage crm.Stage, from, t value.Instant) bool {
	for _, v := range l.versions {
		s := n.stage(v)
		if !v.Deleted && v.ValidFrom >= from && v.ValidFrom <= t && s.Pipeline == stage.Pipeline &&
			(s.Outcome == crm.OutcomeWon || s.Outcome == crm.OutcomeOpen && s.Position > stage.Position) {
			return true
		}
	}
	return false
}

// kaplanMeier gives the smallest length at which no more than 1 − p of the stays went on; false if that is not known.
func kaplanMeier(hours []int64, ended []bool, p float64) (float64, bool) {
	lengths := slices.Clone(hours)
	slices.Sort(lengths)
	survival := 1.0
	for _, u := range slices.Compact(lengths) {
		atRisk, events := 0, 0
		for i, h := range hours {
			if h >= u {
				atRisk++
			}
			if h == u && ended[i] {
				events++
			}
		}
		survival *= 1 - float64(events)/float64(atRisk)
		if events > 0 && survival <= 1-p+1e-9 {
			return float64(u) / 24, true
		}
	}
	return 0, false
}

// percentile interpolates linearly between the closest ranks, as SQL's percentile_cont does.
func percentile(values []float64, p float64) float64 {
	slices.Sort(values)
	at := p * float64(len(values)-1)
	low := int(at)
	if low+1 >= len(values) {
		return values[low]
	}
	return values[low] + (at-float64(low))*(values[low+1]-values[low])
}

func quarter(d value.Day) (first, last value.Day) {
	p := value.Calendar{StartMonth: time.January, Zone: time.UTC}.PeriodOf(d, value.GrainQuarter)
	return p.First, p.Last
}
