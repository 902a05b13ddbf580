package crm_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

func TestCheckFindsWrongValues(t *testing.T) {
	for _, c := range []struct {
		object, field string
		wrong         any
	}{
		{"deal", "name", 7}, {"deal", "name", strings.Repeat("x", 64<<10+1)}, {"deal", "name", "a\xff"}, {"deal", "name", "a\x00"},
		{"deal", "stage", "won"}, {"deal", "amount", 1.5}, {"deal", "amount", "1"}, {"deal", "amount", value.Money{}},
		{"deal", "currency", "usd"}, {"deal", "currency", "???"}, {"deal", "probability", 1.01}, {"deal", "probability", -0.1},
		{"deal", "probability", math.NaN()}, {"deal", "probability", 1}, {"deal", "forecast_category", "sure"}, {"deal", "close", "2026-01-01"},
		{"deal", "close", int64(1)}, {"deal", "close", value.Day(1e9)}, {"deal", "close", value.NewDay(0, 1, 1)},
		{"activity", "at", value.Day(1)}, {"activity", "at", value.Instant(1 << 59)}, {"activity", "kind", "Call"}, {"activity", "duration", 1.0},
		{"activity", "automated", "yes"}, {"rate", "rate", math.Inf(1)}, {"account", "employees", "many"},
	} {
		err := crm.Check(object(t, c.object), crm.Change{Set: map[string]any{c.field: c.wrong}})
		if fault.KindOf(err) != fault.Invalid || !slices.Equal(wrongFields(err), []string{c.field}) {
			t.Errorf("%s.%s = %.40v: %v, want Invalid", c.object, c.field, c.wrong, err)
		}
	}
}

func TestCheckAcceptsRightValues(t *testing.T) {
	for o, set := range map[string]map[string]any{
		"deal": {
			"name": "Ёлка", "stage": value.NewID(), "amount": int64(-5), "currency": "RUB", "probability": 1.0, "forecast_category": "commit",
			"close": value.Day(-1), "description": nil, "account": value.ID{}, "kind": "",
		},
		"activity": {"kind": "call", "at": value.Forever, "duration": 60, "automated": false},
	} {
		if err := crm.Check(object(t, o), crm.Change{New: true, Set: set}); err != nil {
			t.Errorf("%s: %v", o, err)
		}
	}
}

func TestCheckNamesEverythingThatIsWrong(t *testing.T) {
	err := crm.Check(object(t, "deal"), crm.Change{New: true, Set: map[string]any{"name": "", "amount": int64(1), "colour": "red", "close": "soon"}})
	if got, want := wrongFields(err), []string{"close", "colour", "currency", "name", "stage"}; !slices.Equal(got, want) {
		t.Errorf("wrong are %v, want %v", got, want)
	}
}

func TestRequiredFieldsMayNotBeCleared(t *testing.T) {
	for _, clear := range []any{nil, ""} {
		if err := crm.Check(object(t, "deal"), crm.Change{Set: map[string]any{"name": clear}}); !slices.Equal(wrongFields(err), []string{"name"}) {
			t.Errorf("name = %v: %v", clear, err)
		}
	}
	if err := crm.Check(object(t, "deal"), crm.Change{Set: map[string]any{"amount": nil}}); err != nil {
		t.Errorf("a change of another field: %v", err)
	}
}
