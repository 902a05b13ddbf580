package demo

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/value"
)

// tally counts won and lost deals, and the days that the won ones took.
type tally struct {
	won, lost int
	days      []float64
}

func (w *tally) rate() float64 { return float64(w.won) / float64(w.won+w.lost) }

// survey is what a plain look at every deal of a company shows.
type survey struct {
	c                                  *Company
	all                                tally
	versions, superseded               int
	deals, deleted, reopened, wentBack int
	pushed, open, overdue, noDecision  int
	byRep, bySegment, bySource         map[string]*tally
	pushedBy, dealsOf                  map[string]int
	stays                              [5][]float64 // days, in the open stages of new business
	wonInMonth                         [13]int
	wonAtQuarterEnd                    int
	wonUSD                             map[string]float64 // by rep and quarter
}

func newSurvey(c *Company) *survey {
	s := &survey{c: c, byRep: map[string]*tally{}, bySegment: map[string]*tally{}, bySource: map[string]*tally{},
		pushedBy: map[string]int{}, dealsOf: map[string]int{}, wonUSD: map[string]float64{}}
	names := map[value.ID]string{}
	for i := range c.reps {
		names[c.reps[i].id] = fmt.Sprint(i)
	}
	stages, n := stagesByID(c), 0
	for story := range c.Deals() {
		segment := segments[c.account(int(c.bookings().deals[n].account)).segment].name
		n++
		s.versions += len(story.Deal)
		chain := believedNow(story.Deal)
		s.superseded += len(story.Deal) - len(chain)
		s.look(chain, stages, names, segment)
	}
	return s
}

func (s *survey) look(chain Chain, stages map[value.ID]stageKey, names map[value.ID]string, segment string) {
	s.deals++
	last := chain[len(chain)-1]
	if last.Deleted {
		s.deleted++
		return
	}
	rep, source := names[cell[value.ID](dealForm, last.Values, "owner")], cell[string](dealForm, last.Values, "source")
	s.walk(chain, stages, rep)
	key := stages[cell[value.ID](dealForm, last.Values, "stage")]
	closes := value.Day(cell[int64](dealForm, last.Values, "close"))
	switch s.c.pipelines[key.pipeline].stages[key.at].outcome {
	case crm.OutcomeOpen:
		s.open++
		if closes < dayOf(s.c.now) {
			s.overdue++
		}
	case crm.OutcomeNoDecision:
		s.noDecision++
	case crm.OutcomeLost:
		for _, t := range s.tallies(rep, segment, source) {
			t.lost++
		}
	case crm.OutcomeWon:
		for _, t := range s.tallies(rep, segment, source) {
			t.won++
			t.days = append(t.days, float64(last.ValidFrom-chain[0].ValidFrom)/float64(day))
		}
		if closes >= s.c.start {
			s.countWin(last.Values, closes, rep)
		}
	}
}

func (s *survey) countWin(values []any, closes value.Day, rep string) {
	s.wonInMonth[closes.Date().Month()]++
	if quarterEnd(closes)-closes < 10 {
		s.wonAtQuarterEnd++
	}
	usd := map[string]float64{"USD": 1, "EUR": 1.09, "RUB": 0.0122}[cell[string](dealForm, values, "currency")]
	s.wonUSD[rep+" "+quarterEnd(closes).String()] += usd * float64(cell[int64](dealForm, values, "amount")) / 100
}

func (s *survey) tallies(rep, segment, source string) []*tally {
	result := []*tally{&s.all}
	for by, key := range map[*map[string]*tally]string{&s.byRep: rep, &s.bySegment: segment, &s.bySource: source} {
		if (*by)[key] == nil {
			(*by)[key] = &tally{}
		}
		result = append(result, (*by)[key])
	}
	return result
}

// walk goes through one deal's versions and notes its stays and whether it was pushed, reopened or moved back.
func (s *survey) walk(chain Chain, stages map[value.ID]stageKey, rep string) {
	var pushed, reopened, back bool
	entered := chain[0].ValidFrom
	for i, v := range chain[1:] {
		before := chain[i]
		from, to := stages[cell[value.ID](dealForm, before.Values, "stage")], stages[cell[value.ID](dealForm, v.Values, "stage")]
		pushed = pushed || cell[int64](dealForm, v.Values, "close") > cell[int64](dealForm, before.Values, "close")
		open := s.c.pipelines[from.pipeline].open
		reopened = reopened || from.at >= open && to.at < open
		back = back || from.at < open && to.at < from.at
		if from == to {
			continue
		}
		if from.pipeline == newBusinessPipeline && from.at < open {
			s.stays[from.at] = append(s.stays[from.at], float64(v.ValidFrom-entered)/float64(day))
		}
		entered = v.ValidFrom
	}
	for happened, count := range map[*bool]*int{&pushed: &s.pushed, &reopened: &s.reopened, &back: &s.wentBack} {
		if *happened {
			*count++
		}
	}
	s.dealsOf[rep]++
	if pushed {
		s.pushedBy[rep]++
	}
}

func median(x []float64) float64 {
	slices.Sort(x)
	return x[len(x)/2]
}

// TestPlantedFactsShow makes whole companies of several seeds and finds in them what was planted.
func TestPlantedFactsShow(t *testing.T) {
	for _, seed := range []uint64{0, 1, 20_240_310} {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			s := newSurvey(Generate(Options{Seed: seed, Now: testNow}))
			share := func(what string, n, of int, low, high float64) {
				t.Helper()
				if got := float64(n) / float64(of); got < low || got > high {
					t.Errorf("%s: %.4f, want %.4f to %.4f", what, got, low, high)
				}
			}
			share("versions for each deal", s.versions, s.deals, 7.6, 8.4)
			share("win rate", s.all.won, s.all.won+s.all.lost, 0.25, 0.30)
			share("pushed", s.pushed, s.deals, pushedShare-0.03, pushedShare+0.03)
			share("reopened", s.reopened, s.deals, 0.006, 0.014)
			share("went back", s.wentBack, s.deals, 0.024, 0.038)
			share("deleted", s.deleted, s.deals, 0.003, 0.007)
			share("recorded late", s.superseded, s.versions, 0.015, 0.025)
			share("open", s.open, s.deals, 0.03, 0.09)
			share("overdue", s.overdue, s.open, 0.02, 0.15)
			share("no decision", s.noDecision, s.deals, 0.07, 0.15)
			s.checkStaff(t)
			s.checkBottleneck(t)
			s.checkSeasons(t)
			s.checkGroups(t)
			s.checkQuotas(t)
		})
	}
}

// checkStaff finds the star and the struggling rep among those with at least 50 closed deals.
func (s *survey) checkStaff(t *testing.T) {
	best, worst := "", ""
	for rep, w := range s.byRep {
		if w.won+w.lost < 50 {
			continue
		}
		if best == "" || w.rate() > s.byRep[best].rate() {
			best = rep
		}
		if worst == "" || w.rate() < s.byRep[worst].rate() {
			worst = rep
		}
	}
	star, struggler := fmt.Sprint(s.c.star), fmt.Sprint(s.c.struggler)
	if best != star || worst != struggler {
		t.Errorf("best is rep %s, worst %s; planted were %s and %s", best, worst, star, struggler)
	}
	if ratio := median(s.byRep[star].days) / median(s.all.days); ratio > 0.9 {
		t.Errorf("the star takes %.2f of the usual time, planted was %.2f", ratio, starPace)
	}
	usual := float64(s.pushed) / float64(s.deals)
	if ratio := float64(s.pushedBy[struggler]) / float64(s.dealsOf[struggler]) / usual; ratio < 1.35 {
		t.Errorf("the struggling rep pushes %.2f times as often, planted was %.2f", ratio, strugglerSlip)
	}
}

// checkBottleneck finds the stage whose median stay stands out most against its neighbours.
func (s *survey) checkBottleneck(t *testing.T) {
	var medians [5]float64
	for i := range medians {
		medians[i] = median(s.stays[i])
	}
	largest, at := 0.0, -1
	for i := 1; i < 4; i++ {
		if ratio := medians[i] / ((medians[i-1] + medians[i+1]) / 2); ratio > largest {
			largest, at = ratio, i
		}
	}
	if at != s.c.bottleneck || math.Abs(largest-bottleneckFactor) > 0.4 {
		t.Errorf("stage %d stands out by %.2f (%.1f days); planted was %d by %.1f", at, largest, medians, s.c.bottleneck, bottleneckFactor)
	}
}

func (s *survey) checkSeasons(t *testing.T) {
	months := s.wonInMonth[1:]
	best, worst := slices.Index(months, slices.Max(months)), slices.Index(months, slices.Min(months))
	if time.Month(best+1) != time.December || time.Month(worst+1) != time.August {
		t.Errorf("most wins in %s, fewest in %s: %v", time.Month(best+1), time.Month(worst+1), months)
	}
	if share := float64(s.wonAtQuarterEnd) / float64(s.all.won); share < 0.25 {
		t.Errorf("%.2f of the wins come in the last ten days of a quarter", share)
	}
}

// checkGroups makes sure that segments and sources differ as they should.
func (s *survey) checkGroups(t *testing.T) {
	smb, large := s.bySegment["SMB"], s.bySegment["Enterprise"]
	if smb.rate() < large.rate()*1.15 || median(smb.days) > median(large.days)*0.6 {
		t.Errorf("SMB wins %.2f in %.0f days, Enterprise %.2f in %.0f", smb.rate(), median(smb.days), large.rate(), median(large.days))
	}
	if referral, cold := s.bySource["Referral"].rate(), s.bySource["Outbound"].rate(); referral < cold*1.3 {
		t.Errorf("referrals are won at %.2f, outbound at %.2f", referral, cold)
	}
}

// checkQuotas makes sure that quotas are neither out of reach nor a gift.
func (s *survey) checkQuotas(t *testing.T) {
	reps := map[value.ID]string{}
	for i := range s.c.reps {
		reps[s.c.reps[i].id] = fmt.Sprint(i)
	}
	met, count := 0, 0
	for _, chain := range s.c.Quotas {
		values := chain[0].Values
		last := value.Day(cell[int64](quotaForm, values, "last"))
		rep, personal := reps[cell[value.ID](quotaForm, values, "person")]
		if !personal || last > dayOf(s.c.now) || last < s.c.start+92 {
			continue
		}
		count++
		if s.wonUSD[rep+" "+last.String()] >= float64(cell[int64](quotaForm, values, "amount"))/100 {
			met++
		}
	}
	if share := float64(met) / float64(count); share < 0.2 || share > 0.6 {
		t.Errorf("%.2f of %d quotas are met", share, count)
	}
}
