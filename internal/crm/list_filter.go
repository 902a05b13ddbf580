package crm

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// Filter is one condition on the records of a list, in the texts that addresses and saved views hold.
type Filter struct {
	Field  string   // a field's name, standard or custom, or one of the names below
	Op     Op       // what must be so
	Values []string // see Op
}

// What every object can be filtered by besides its fields.
const (
	FilterText    = "text"    // OpContains: all the fields that search looks into
	FilterID      = "id"      // OpIs, OpNot
	FilterCreated = "created" // OpFrom, OpTo: Record.Created
	FilterChanged = "changed" // OpFrom, OpTo: Record.Since
)

// Op is the relation of a filter. Values are texts: numbers as "12.5"; days as "2026-03-31"; instants as value.ParseInstant
// reads them, where a day means its start in OpFrom and its end in OpTo; truth as "true" or "false"; references as IDs;
// amounts as "1000.50", of whatever currency, or "1000.50 EUR", in this one only.
type Op string

// The relations.
const (
	OpIs       Op = "is"       // equals one of the values; not for numbers, amounts and instants
	OpNot      Op = "not"      // equals none of them, or is empty
	OpContains Op = "contains" // one value, found anywhere without regard to case and accents; FilterText and custom texts
	OpFrom     Op = "from"     // one value, and that or greater; numbers, amounts, days, instants
	OpTo       Op = "to"       // one value, and that or less
	OpEmpty    Op = "empty"    // no value
	OpFilled   Op = "filled"   // not empty
)

const (
	maxFilterValues = 200
	maxFilterText   = 200 // bytes of what OpContains looks for
)

// term is a filter that has been read.
type term struct {
	Filter
	kind   Kind
	column string       // of the current table
	custom *CustomField // instead of a column
	values []any        // in the form in which they are stored
	money  money        // the value of a filter on an amount
}

// money is an amount to compare with: in one currency, or as written in any.
type money struct{ decimal, currency string }

// parseFilter reads a filter, if it is one that the object offers.
func parseFilter(o *Object, custom []CustomField, f Filter, zone *time.Location) (term, error) {
	t := term{Filter: f}
	if i := o.Field(f.Field); i >= 0 {
		t.kind, t.column = o.Fields[i].Kind, o.Fields[i].Column()
	} else if t.custom = customNamed(custom, f.Field); t.custom != nil {
		t.kind = t.custom.Kind
	} else {
		switch f.Field {
		case FilterText:
			t.kind, t.column = Text, "folded"
		case FilterID:
			t.kind, t.column = Reference, "id"
		case FilterCreated:
			t.kind, t.column = Instant, "created_at"
		case FilterChanged:
			t.kind, t.column = Instant, "valid_from"
		default:
			return t, fault.InvalidField(f.Field, "is not a field of %s", o.Name)
		}
	}
	if !t.offered() {
		return t, fault.InvalidField(f.Field, "is a %s, which cannot be filtered by %q", t.kind, f.Op)
	}
	return t, t.parse(zone)
}

// offered reports whether the field can be filtered in this way.
func (t *term) offered() bool {
	if t.custom == nil && t.column == "folded" {
		return t.Op == OpContains
	}
	switch t.Op {
	case OpIs, OpNot:
		return slices.Contains([]Kind{Text, Choice, Reference, Bool, Day, Integer}, t.kind)
	case OpContains:
		return t.kind == Text && t.custom != nil
	case OpFrom, OpTo:
		return slices.Contains([]Kind{Number, Integer, Seconds, Money, Day, Instant}, t.kind)
	case OpEmpty, OpFilled:
		return true
	}
	return false
}

// parse reads the values.
func (t *term) parse(zone *time.Location) error {
	least, most := 1, 1
	switch t.Op {
	case OpEmpty, OpFilled:
		least, most = 0, 0
	case OpIs, OpNot:
		most = maxFilterValues
	}
	if n := len(t.Values); n < least || n > most {
		return fault.InvalidField(t.Field, "has %d values to be filtered by; it must have from %d to %d", n, least, most)
	}
	for _, text := range t.Values {
		v, err := t.parseValue(text, zone)
		if err != nil {
			return fault.InvalidField(t.Field, "cannot be filtered by %q: %v", text, err)
		}
		t.values = append(t.values, v)
	}
	return nil
}

func (t *term) parseValue(text string, zone *time.Location) (any, error) {
	if problem := textProblem(text); problem != "" {
		return nil, fmt.Errorf("it %s", problem)
	}
	switch t.kind {
	case Bool:
		return strconv.ParseBool(text)
	case Day:
		day, err := value.ParseDay(text)
		return int64(day), err
	case Integer, Seconds:
		return strconv.ParseInt(text, 10, 64)
	case Number:
		n, err := strconv.ParseFloat(text, 64)
		if err == nil && (Field{Kind: Number}).problem(n) != "" {
			err = fmt.Errorf("it is not a number")
		}
		return n, err
	case Reference:
		return value.ParseID(text)
	case Instant:
		return t.parseInstant(text, zone)
	case Money:
		return nil, t.parseMoney(text)
	}
	if t.Op == OpContains {
		folded := value.Fold(text)
		if folded == "" || len(folded) > maxFilterText {
			return nil, fmt.Errorf("it must have from 1 to %d bytes", maxFilterText)
		}
		return folded, nil
	}
	if t.custom != nil {
		return indexedText(text), nil
	}
	return text, nil
}

// parseInstant takes a day as its start or its end, so that "from" and "to" both include it.
func (t *term) parseInstant(text string, zone *time.Location) (any, error) {
	if day, err := value.ParseDay(text); err == nil && t.Op == OpFrom {
		return int64(day.Start(zone)), nil
	}
	at, err := value.ParseInstant(text, zone)
	return int64(at), err
}

func (t *term) parseMoney(text string) error {
	t.money.decimal, t.money.currency, _ = strings.Cut(text, " ")
	if code := t.money.currency; code != "" && !value.IsCurrency(code) {
		return fmt.Errorf("%q is not a currency code of ISO 4217 such as EUR", code)
	}
	for digits := range unusualCurrencies() {
		if _, err := value.ParseMinor(t.money.decimal, unusualCurrencies()[digits][0]); err != nil {
			return err
		}
	}
	return nil
}

// unusualCurrencies lists the currencies whose minor unit is not a hundredth, by its digits.
var unusualCurrencies = sync.OnceValue(func() map[int][]string {
	codes := map[int][]string{}
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			for c := 'A'; c <= 'Z'; c++ {
				code := string([]rune{a, b, c})
				if digits := value.MinorDigits(code); digits != 2 {
					codes[digits] = append(codes[digits], code)
				}
			}
		}
	}
	return codes
})
