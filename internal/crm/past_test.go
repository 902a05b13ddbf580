package crm_test

import (
	"testing"

	"pgregory.net/rapid"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

const (
	hour value.Instant = 3600 * 1_000_000
	day                = 24 * hour
)

// asLearned applies changes of accounts, or their past, as learned at an instant.
func asLearned(t interface {
	Helper()
	Fatal(...any)
}, d *db.DB, tb testing.TB, at value.Instant, fn func(tx *db.Tx) ([]history.Outcome, error)) []history.Outcome {
	t.Helper()
	var outcomes []history.Outcome
	err := d.Write(tb.Context(), db.TxInfo{Source: "test", At: at}, func(tx *db.Tx) (err error) {
		outcomes, err = fn(tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return outcomes
}

// span is what a test looks at of a version.
type span struct {
	from             value.Instant
	industry, rating string
	derived          bool
}

func spansOf(t testing.TB, d *db.DB, id value.ID) []span {
	t.Helper()
	o := object(t, "account")
	var spans []span
	read(t, d, func(tx *db.Tx) error {
		chain, err := history.Chain(t.Context(), tx, o.Table, id, value.Forever-1)
		for _, v := range chain {
			industry, _ := v.Values[o.Field("industry")].(string)
			rating, _ := v.Values[o.Field("rating")].(string)
			spans = append(spans, span{v.ValidFrom, industry, rating, v.Derived})
		}
		return err
	})
	return spans
}

func industryAt(at value.Instant, industry string) crm.Change {
	return crm.Change{At: at, Set: map[string]any{"industry": industry}}
}

func TestApplyPast(t *testing.T) {
	type change = crm.Change
	set := func(at value.Instant, industry, rating string, derived bool) change {
		return change{At: at, Derived: derived, Set: map[string]any{"name": "Acme", "industry": industry, "rating": rating}}
	}
	for _, c := range []struct {
		name     string
		believed []change // learned at 100 days
		past     crm.Past // learned at 200 days
		want     []span
	}{
		{"what was derived gives way", []change{set(10*day, "first", "hot", true), set(20*day, "last", "hot", false)},
			crm.Past{Points: []change{industryAt(10*day+9*hour, "first"), industryAt(15*day, "middle"), industryAt(22*day, "last")}},
			[]span{{10*day + 9*hour, "first", "hot", false}, {15 * day, "middle", "hot", false}, {22 * day, "last", "hot", false}}},
		{"other fields keep their own changes", []change{set(10*day, "first", "cold", false), set(30*day, "second", "hot", false)},
			crm.Past{Points: []change{industryAt(10*day, "first"), industryAt(40*day, "second")}},
			[]span{{10 * day, "first", "cold", false}, {30 * day, "first", "hot", false}, {40 * day, "second", "hot", false}}},
		{"the present that differs was learned last", []change{set(10*day, "now", "hot", false)},
			crm.Past{Points: []change{industryAt(10*day, "first")}},
			[]span{{10 * day, "first", "hot", false}, {100 * day, "now", "hot", false}}},
		{"a past that ends later than what is known", []change{set(10*day, "then", "hot", false)},
			crm.Past{Points: []change{industryAt(10*day, "first"), industryAt(150*day, "later")}},
			[]span{{10 * day, "first", "hot", false}, {150 * day, "later", "hot", false}}},
		{"a past that begins earlier than the record", []change{set(50*day, "first", "hot", false)},
			crm.Past{Points: []change{industryAt(10*day, "first")}}, []span{{10 * day, "first", "hot", false}}},
		{"a past that begins later keeps its first value before", []change{set(10*day, "last", "hot", false)},
			crm.Past{Points: []change{industryAt(20*day, "first"), industryAt(30*day, "last")}},
			[]span{{10 * day, "first", "hot", false}, {30 * day, "last", "hot", false}}},
		{"values before the first change", []change{set(10*day, "last", "hot", false)},
			crm.Past{Initial: map[string]any{"industry": "older"}, Points: []change{industryAt(20*day, "last")}},
			[]span{{10 * day, "older", "hot", false}, {20 * day, "last", "hot", false}}},
		{"changes after the past stay", []change{set(10*day, "first", "hot", false), set(60*day, "changed here", "hot", false)},
			crm.Past{Points: []change{industryAt(10*day, "first"), industryAt(30*day, "second")}},
			[]span{{10 * day, "first", "hot", false}, {30 * day, "second", "hot", false}, {60 * day, "changed here", "hot", false}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := dbtest.SQLite(t)
			o, id := object(t, "account"), value.NewID()
			for i := range c.believed {
				c.believed[i].ID, c.believed[i].New = id, i == 0
			}
			c.past.ID = id
			asLearned(t, d, t, 100*day, func(tx *db.Tx) ([]history.Outcome, error) { return crm.Apply(t.Context(), tx, o, c.believed) })
			for range 2 { // the same past again changes nothing
				outcomes := asLearned(t, d, t, 200*day, func(tx *db.Tx) ([]history.Outcome, error) {
					return crm.ApplyPast(t.Context(), tx, o, []crm.Past{c.past})
				})
				if len(outcomes) != 1 || outcomes[0].ID != id {
					t.Errorf("outcomes %+v", outcomes)
				}
				requireSpans(t, spansOf(t, d, id), c.want)
			}
		})
	}
}

func requireSpans(t *testing.T, got, want []span) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("got %+v\nwant %+v", got, want)
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("version %d: got %+v, want %+v", i+1, got[i], want[i])
		}
	}
}

func TestApplyPastRefuses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := object(t, "account")
		id := makeRecord(t, d, "account", map[string]any{"name": "Acme"})
		for name, past := range map[string]crm.Past{
			"future":        {ID: id, Points: []crm.Change{industryAt(value.Forever-1, "x")}},
			"unknown field": {ID: id, Points: []crm.Change{{At: 1, Set: map[string]any{"colour": "red"}}}},
			"wrong kind":    {ID: id, Points: []crm.Change{{At: 1, Set: map[string]any{"industry": int64(1)}}}},
			"no points":     {ID: id},
			"no record":     {ID: value.NewID(), Points: []crm.Change{industryAt(1, "x")}},
			"no target":     {ID: id, Points: []crm.Change{{At: 1, Set: map[string]any{"owner": value.NewID()}}}},
		} {
			err := d.Write(t.Context(), db.TxInfo{}, func(tx *db.Tx) error {
				_, err := crm.ApplyPast(t.Context(), tx, o, []crm.Past{past})
				return err
			})
			if kind := fault.KindOf(err); kind != fault.Invalid && kind != fault.NotFound {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// For any record and any past: within the past's time its field says what the past says, the other field what it said
// before; and the same past again changes nothing.
func TestApplyPastAgreesWithWhatIsStated(t *testing.T) {
	d := dbtest.SQLite(t)
	o := object(t, "account")
	rapid.Check(t, func(r *rapid.T) {
		id := value.NewID()
		var believed []crm.Change
		at := value.Instant(0)
		versions := rapid.IntRange(1, 4).Draw(r, "versions")
		for i := range versions {
			at += value.Instant(rapid.Int64Range(1, 9).Draw(r, "later")) * day
			believed = append(believed, crm.Change{ID: id, New: i == 0, At: at, Derived: i+1 < versions && rapid.Bool().Draw(r, "derived"), Set: map[string]any{
				"name": "Acme", "industry": rapid.SampledFrom([]string{"a", "b"}).Draw(r, "industry"),
			}})
		}
		asLearned(r, d, t, 100*day, func(tx *db.Tx) ([]history.Outcome, error) { return crm.Apply(t.Context(), tx, o, believed) })
		before := spansOf(t, d, id)
		past := crm.Past{ID: id}
		at = value.Instant(rapid.Int64Range(-5, 30).Draw(r, "first")) * day
		for range rapid.IntRange(1, 5).Draw(r, "points") {
			at += value.Instant(rapid.Int64Range(1, 5).Draw(r, "later")) * day
			past.Points = append(past.Points, industryAt(at, rapid.SampledFrom([]string{"a", "b", "c"}).Draw(r, "stated")))
		}
		apply := func(tx *db.Tx) ([]history.Outcome, error) { return crm.ApplyPast(t.Context(), tx, o, []crm.Past{past}) }
		asLearned(r, d, t, 200*day, apply)
		after := spansOf(t, d, id)
		for i, p := range past.Points {
			until := 2 * p.At
			if i+1 < len(past.Points) {
				until = past.Points[i+1].At
			}
			for _, at := range []value.Instant{p.At, until - 1} {
				if got := industryIn(after, at); i+1 < len(past.Points) && got != p.Set["industry"] {
					r.Fatalf("at %s: %q, stated %q\nbefore %+v\nafter %+v", at, got, p.Set["industry"], before, after)
				}
			}
		}
		if last := after[len(after)-1]; last.derived {
			r.Fatalf("the present is derived: %+v", after)
		}
		asLearned(r, d, t, 300*day, apply)
		if again := spansOf(t, d, id); len(again) != len(after) {
			r.Fatalf("the same past again made %+v of %+v", again, after)
		}
	})
	requireSound(t, d)
}

func industryIn(spans []span, at value.Instant) string {
	industry := ""
	for _, s := range spans {
		if s.from <= at {
			industry = s.industry
		}
	}
	return industry
}

func requireSound(t *testing.T, d *db.DB) {
	t.Helper()
	read(t, d, func(tx *db.Tx) error {
		reports, err := crm.Verify(t.Context(), tx)
		for _, r := range reports {
			if r.Violations() > 0 {
				t.Errorf("%+v", r)
			}
		}
		return err
	})
}
