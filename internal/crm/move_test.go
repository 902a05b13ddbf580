package crm_test

import (
	"slices"
	"testing"
	"time"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

// evening is 21:00 UTC on 31 March 2026: it is April in Moscow.
var evening = value.InstantOf(time.Date(2026, 3, 31, 21, 0, 0, 0, time.UTC))

func move(t *testing.T, d *db.DB, at value.Instant, in crm.DealMove) (r crm.Record, err error) {
	t.Helper()
	err = d.Write(t.Context(), db.TxInfo{At: at, Reason: "of the transaction"}, func(tx *db.Tx) error {
		r, err = crm.MoveDeal(t.Context(), tx, in)
		return err
	})
	return r, err
}

func TestMoveDealSetsTheCloseDay(t *testing.T) {
	day := func(text string) *value.Day {
		d, err := value.ParseDay(text)
		if err != nil {
			t.Fatal(err)
		}
		return &d
	}
	type step struct {
		stage      string
		close      *value.Day
		lostReason string
		want       any // close day afterwards
		wantReason any
	}
	april, said, expected := *day("2026-04-01"), day("2026-02-28"), day("2026-06-30")
	for name, steps := range map[string][]step{
		"won":                       {{stage: "won", want: april}},
		"won on a given day":        {{stage: "won", close: said, want: *said}},
		"lost, for a reason":        {{stage: "lost", lostReason: "price", want: april, wantReason: "price"}},
		"no decision":               {{stage: "no_decision", lostReason: "budget", want: april, wantReason: "budget"}},
		"on to another open stage":  {{stage: "late", want: *expected}},
		"put off":                   {{stage: "late", close: said, want: *said}},
		"reopened":                  {{stage: "lost", lostReason: "price", want: april, wantReason: "price"}, {stage: "open", want: nil}},
		"reopened with a new date":  {{stage: "won", want: april}, {stage: "late", close: expected, want: *expected}},
		"lost after all":            {{stage: "won", close: said, want: *said}, {stage: "lost", want: april}},
		"won after all":             {{stage: "lost", close: said, lostReason: "price", want: *said, wantReason: "price"}, {stage: "won", want: april}},
		"won again":                 {{stage: "won", close: said, want: *said}, {stage: "won", want: *said}},
		"the reason is told later":  {{stage: "lost", want: april}, {stage: "lost", lostReason: "price", want: april, wantReason: "price"}},
		"the reason stays if lost":  {{stage: "lost", lostReason: "price", want: april, wantReason: "price"}, {stage: "no_decision", want: april, wantReason: "price"}},
		"to the stage where it was": {{stage: "open", want: *expected}},
	} {
		t.Run(name, func(t *testing.T) {
			d := dbtest.SQLite(t)
			stages := makeProcess(t, d)
			setMoscow(t, d)
			deal := makeRecord(t, d, "deal", map[string]any{"name": "D", "stage": stages["open"], "close": *expected})
			for i, s := range steps {
				r, err := move(t, d, evening+value.Instant(i), crm.DealMove{Deal: deal, Stage: stages[s.stage], Close: s.close, LostReason: s.lostReason})
				if err != nil {
					t.Fatal(err)
				}
				if r.Values["close"] != s.want || r.Values["lost_reason"] != s.wantReason || r.Values["stage"] != stages[s.stage] {
					t.Errorf("step %d: %v, want close %v, reason %v", i, r.Values, s.want, s.wantReason)
				}
			}
		})
	}
}

func setMoscow(t *testing.T, d *db.DB) {
	t.Helper()
	settings := identity.DefaultSettings()
	var err error
	if settings.Zone, err = identity.LoadZone("Europe/Moscow"); err != nil {
		t.Fatal(err)
	}
	write(t, d, func(tx *db.Tx) error { return identity.SaveSettings(t.Context(), tx, settings) })
}

func TestMoveDealOnBothEngines(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		stages := makeProcess(t, d)
		deal := makeRecord(t, d, "deal", map[string]any{
			"name": "D", "stage": stages["open"], "probability": 0.9, "forecast_category": "commit", "amount": int64(100), "currency": "USD",
		})
		before := mustLoad(t, d, "deal", deal)
		r, err := move(t, d, 0, crm.DealMove{Deal: deal, Stage: stages["late"], Expect: before.Version, Reason: "they called"})
		if err != nil {
			t.Fatal(err)
		}
		if r.Values["probability"] != nil || r.Values["forecast_category"] != nil || r.Values["amount"] != int64(100) {
			t.Errorf("after the move: %v", r.Values)
		}
		if _, err := move(t, d, 0, crm.DealMove{Deal: deal, Stage: stages["won"], Expect: before.Version}); fault.KindOf(err) != fault.Conflict {
			t.Errorf("over another move: %v, want Conflict", err)
		}
		if _, err := move(t, d, 0, crm.DealMove{Deal: deal, Stage: stages["won"]}); err != nil {
			t.Error(err)
		}
		read(t, d, func(tx *db.Tx) error {
			log, err := history.Log(t.Context(), tx, object(t, "deal").Table, deal)
			if err == nil && (len(log) != 3 || log[1].Reason != "they called" || log[2].Reason != "of the transaction") {
				t.Errorf("the history says %+v", log)
			}
			return err
		})
	})
}

func TestMoveDealRefuses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		stages := makeProcess(t, d)
		deal := makeRecord(t, d, "deal", map[string]any{"name": "D", "stage": stages["open"]})
		gone := stages["late"]
		write(t, d, func(tx *db.Tx) error { return crm.DeleteRecord(t.Context(), tx, object(t, "stage"), gone, 0) })
		for what, c := range map[string]struct {
			in    crm.DealMove
			kind  fault.Kind
			field string
		}{
			"no such deal":         {crm.DealMove{Deal: value.NewID(), Stage: stages["won"]}, fault.NotFound, ""},
			"no such stage":        {crm.DealMove{Deal: deal, Stage: value.NewID()}, fault.Invalid, "stage"},
			"no stage":             {crm.DealMove{Deal: deal}, fault.Invalid, "stage"},
			"a deleted stage":      {crm.DealMove{Deal: deal, Stage: gone}, fault.Invalid, "stage"},
			"a reason for winning": {crm.DealMove{Deal: deal, Stage: stages["won"], LostReason: "price"}, fault.Invalid, "lost_reason"},
		} {
			_, err := move(t, d, 0, c.in)
			if fault.KindOf(err) != c.kind || c.field != "" && !slices.Equal(wrongFields(err), []string{c.field}) {
				t.Errorf("%s: %v, want %s %s", what, err, c.kind, c.field)
			}
		}
		if r := mustLoad(t, d, "deal", deal); r.Version != 1 {
			t.Errorf("something was stored: %+v", r)
		}
	})
}
