package history

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"zveno.dev/zveno/internal/value"
)

// Kind is how a column is stored; both engines have the same five.
type Kind uint8

// The kinds, with the Go type of a cell. A nil cell is NULL for every kind.
const (
	ID      Kind = iota // value.ID
	Text                // string; "" is stored as NULL
	Integer             // int64: whole numbers, minor units, days, instants
	Real                // float64
	Bool                // bool
)

// Column is one varying column of a record.
type Column struct {
	Name   string
	Kind   Kind
	Search bool // part of the folded text that search and sorting use
}

// Table is one kind of versioned record. Its current rows live in Current, all versions in Versions; the migrations
// define both with the same columns after the fixed ones (see currentFixed and versionFixed).
type Table struct {
	Object   string // in the change feed and in messages: "deal"
	Current  string // "crm_deals"
	Versions string // "crm_deal_versions"
	Columns  []Column
}

// Column is the position of the named column, or -1.
func (t *Table) Column(name string) int {
	for i := range t.Columns {
		if t.Columns[i].Name == name {
			return i
		}
	}
	return -1
}

// State is what one version says about a record. Values has one cell per column of the table. Custom holds the custom
// fields by name, with JSON-like values (string, float64, bool, nested maps).
type State struct {
	Deleted bool
	Values  []any
	Custom  map[string]any
}

// Version is one stored version. TxNo leads to who recorded it, from which source and why (db_txs); Author is who made
// the change in the business, where the source tells. Derived marks a version that the source did not state but that
// follows from what it stated, such as an opening version made of a creation date.
type Version struct {
	ID                       value.ID
	No                       int64
	ValidFrom, ValidTo       value.Instant
	RecordedFrom, RecordedTo value.Instant // RecordedTo is when it ceased to be believed; value.Forever = believed now
	TxNo                     int64
	Author                   value.ID
	Derived                  bool
	State
}

// AsOf names an instant on both clocks: how things were at Valid, as known at Known.
type AsOf struct{ Valid, Known value.Instant }

// At is how things were at t as known today.
func At(t value.Instant) AsOf { return AsOf{Valid: t, Known: value.Forever - 1} }

// Now is the present state as known today.
func Now() AsOf { return At(value.Forever - 1) }

// bounded is the instant to look up in valid time: knowledge does not reach past its own day.
func (a AsOf) bounded() value.Instant { return min(a.Valid, a.Known) }

// normal checks a cell against its column's kind and brings it into the stored form.
func (c Column) normal(cell any) (any, error) {
	switch v := cell.(type) {
	case nil:
		return nil, nil
	case value.ID:
		if c.Kind == ID {
			return nilIf(v, v.IsZero()), nil
		}
	case string:
		if c.Kind == Text {
			if !utf8.ValidString(v) || strings.IndexByte(v, 0) >= 0 {
				return nil, fmt.Errorf("history: column %s cannot hold text with broken characters: %q", c.Name, v)
			}
			return nilIf(v, v == ""), nil
		}
	case int64:
		if c.Kind == Integer {
			return v, nil
		}
	case float64:
		if c.Kind == Real {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, fmt.Errorf("history: column %s cannot hold %v", c.Name, v)
			}
			return v, nil
		}
	case bool:
		if c.Kind == Bool {
			return v, nil
		}
	}
	return nil, fmt.Errorf("history: column %s cannot hold a %T", c.Name, cell)
}

// stored brings a cell as a driver returned it into the normal form.
func (c Column) stored(cell any) (any, error) {
	switch v := cell.(type) {
	case []byte:
		if c.Kind == ID {
			var id value.ID
			err := id.Scan(v)
			return id, err
		}
		if c.Kind == Text {
			return string(v), nil
		}
	case string:
		if c.Kind == ID {
			var id value.ID
			err := id.Scan(v)
			return id, err
		}
	case int64:
		switch c.Kind {
		case Bool:
			return v != 0, nil
		case Real:
			return float64(v), nil
		}
	}
	return c.normal(cell)
}

func nilIf[T any](v T, none bool) any {
	if none {
		return nil
	}
	return v
}
