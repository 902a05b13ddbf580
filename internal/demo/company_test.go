package demo

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"iter"
	"sync"
	"testing"
	"time"

	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// testNow is the end of the story in the tests.
var testNow = value.NewDay(2024, time.March, 10).Start(time.UTC)

// everyChain gives all records of a company with their form.
func everyChain(c *Company) iter.Seq2[*form, Chain] {
	return func(yield func(*form, Chain) bool) {
		for b := range c.batches() {
			for _, f := range forms {
				for _, chain := range b.chains[f] {
					if !yield(f, chain) {
						return
					}
				}
			}
		}
	}
}

// digest is a hash over everything that a company consists of.
func digest(c *Company) uint64 {
	h := fnv.New64a()
	for f, chain := range everyChain(c) {
		io.WriteString(h, f.table.Object)
		for _, v := range chain {
			fmt.Fprintln(h, v)
		}
	}
	return h.Sum64()
}

func TestSameOptionsGiveTheSameCompany(t *testing.T) {
	o := Options{Deals: 300, Seed: 5, Now: testNow}
	first := digest(Generate(o))
	if again := digest(Generate(o)); again != first {
		t.Error("another company of the same options differs")
	}
	other := o
	other.Seed = 6
	if digest(Generate(other)) == first {
		t.Error("another seed gives the same company")
	}
	c := Generate(o)
	var digests [4]uint64
	var wg sync.WaitGroup
	for i := range digests {
		wg.Go(func() { digests[i] = digest(c) })
	}
	wg.Wait()
	for _, d := range digests {
		if d != first {
			t.Error("walking through a company at the same time as others gives something else")
		}
	}
}

func TestIdentifiersAreUnique(t *testing.T) {
	seen := map[value.ID]string{}
	for f, chain := range everyChain(Generate(Options{Deals: 3000, Now: testNow})) {
		if other, twice := seen[chain[0].ID]; twice {
			t.Fatalf("a %s and a %s have the same identifier %s", f.table.Object, other, chain[0].ID)
		}
		seen[chain[0].ID] = f.table.Object
	}
}

func TestReferencesLeadToRecordsThatAreThereInTime(t *testing.T) {
	c := Generate(Options{Deals: 1500, Now: testNow})
	since := map[value.ID]value.Instant{}
	for _, chain := range everyChain(c) {
		since[chain[0].ID] = chain[0].ValidFrom
	}
	for f, chain := range everyChain(c) {
		for _, v := range chain {
			if v.Author != (value.ID{}) && since[v.Author] == 0 {
				t.Fatalf("%s: author %s is nobody", f.table.Object, v.Author)
			}
			for i, cell := range v.Values {
				id, isReference := cell.(value.ID)
				if at, there := since[id]; isReference && (!there || at > v.ValidFrom) {
					t.Fatalf("%s %s at %s: %s leads to %s, which is not there (%s)", f.table.Object, v.ID, v.ValidFrom,
						f.table.Columns[i].Name, id, at)
				}
			}
		}
	}
}

func TestCompanyHasWhatWasOrdered(t *testing.T) {
	c := Generate(Options{Deals: 1200, Now: testNow})
	for what, n := range map[string][2]int{
		"teams": {len(c.Teams), 1 + 3 + 8}, "products": {len(c.Products), 12}, "price books": {len(c.PriceBooks), 3}, "prices": {len(c.Prices), 36},
		"campaigns": {len(c.Campaigns), 20}, "pipelines": {len(c.Pipelines), 2}, "stages": {len(c.Stages), 13}, "people": {len(c.People), repsEver + 15},
	} {
		if n[0] != n[1] {
			t.Errorf("%d %s, want %d", n[0], what, n[1])
		}
	}
	working, movedReps, left := 0, 0, 0
	for _, r := range c.reps {
		if r.left > c.now {
			working++
		} else {
			left++
		}
		movedReps += len(r.stints) - 1
	}
	if working != repsNow || movedReps != moved || left != len(leaverTeams) {
		t.Errorf("%d reps work, %d moved, %d left", working, movedReps, left)
	}
	counts := map[string]int{}
	for f := range everyChain(c) {
		counts[f.table.Object]++
	}
	pairs := len(c.doubles)
	if counts["deal"] != 1200 || counts["account"] != 300+pairs {
		t.Errorf("%d deals, %d accounts and %d copies", counts["deal"], counts["account"], pairs)
	}
	if perDeal := float64(counts["activity"]) / 1200; perDeal < 3.5 || perDeal > 5.5 {
		t.Errorf("%.1f activities for each deal, with those about leads", perDeal)
	}
}

func TestLightCompanyHasDealsOnly(t *testing.T) {
	o := Options{Deals: 300, Now: testNow}
	whole := Generate(o)
	o.Light = true
	light := Generate(o)
	counts := map[string]int{}
	for f := range everyChain(light) {
		counts[f.table.Object]++
	}
	for _, none := range []string{"contact", "lead", "line_item", "activity"} {
		if counts[none] > 0 {
			t.Errorf("%d records of %s", counts[none], none)
		}
	}
	for n := range o.Deals {
		a, b := light.story(n).Deal, whole.story(n).Deal
		amount := dealForm.position("amount")
		if len(a) != len(b) || a[len(a)-1].Values[amount] != b[len(b)-1].Values[amount] {
			t.Fatalf("deal %d goes another way", n)
		}
	}
}

func TestFactsAreData(t *testing.T) {
	facts := Facts(Options{Deals: 2000, Now: testNow})
	text, err := json.Marshal(facts)
	if err != nil {
		t.Fatal(err)
	}
	var back []Fact
	if err := json.Unmarshal(text, &back); err != nil || len(back) != len(facts) {
		t.Fatalf("came back as %d facts: %v", len(back), err)
	}
	kinds := map[FactKind]int{}
	for i, f := range facts {
		kinds[f.Kind]++
		if f.En == "" || f.Ru == "" || back[i].Subject != f.Subject {
			t.Errorf("fact %+v", f)
		}
	}
	for _, k := range []FactKind{Bottleneck, Star, Struggler, Slippage, Seasonality, DuplicateAccount, DuplicateContact, DeletedDoubles, LateRecording} {
		if kinds[k] == 0 {
			t.Errorf("no fact of kind %s", k)
		}
	}
}

func TestWrongOptions(t *testing.T) {
	for _, o := range []Options{{Deals: -1}, {Deals: maxDeals + 1}, {Years: -1}, {Years: maxYears + 1}} {
		if err := o.Check(); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%+v: %v, want Invalid", o, err)
		}
	}
	if err := (Options{}).Check(); err != nil {
		t.Errorf("no options at all: %v", err)
	}
	if c := (Options{Deals: -5}).completed(); c.Deals != defaultDeals || c.Years != defaultYears || c.Now == 0 {
		t.Errorf("completed to %+v", c)
	}
}
