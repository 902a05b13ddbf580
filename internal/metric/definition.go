package metric

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"zveno.dev/zveno/internal/fault"
)

// Words is a text in both languages.
type Words struct {
	En string `json:"en"`
	Ru string `json:"ru"`
}

// Unit says what a value counts in.
type Unit string

// The units.
const (
	UnitCount       Unit = "count"
	UnitMoney       Unit = "money"         // of the reporting currency
	UnitRatio       Unit = "ratio"         // 0–1 unless stated otherwise
	UnitDays        Unit = "days"          // of 24 hours
	UnitMoneyPerDay Unit = "money_per_day" // of the reporting currency
)

// Kind says how rows become a value.
type Kind string

// The kinds.
const (
	KindCount     Kind = "count"     // how many rows count
	KindSum       Kind = "sum"       // Value added up
	KindDeviation Kind = "deviation" // square root of Value added up
	KindRatio     Kind = "ratio"     // rows (or Value) for which Numerator holds / those for which Denominator holds
	KindMean      Kind = "mean"      // Value added up / how many rows have one
	KindMedian    Kind = "median"    // 50th percentile of Value, with the 80th beside it
	KindSurvival  Kind = "survival"  // median of Value by Kaplan and Meier, where rows without Event are censored
	KindVelocity  Kind = "velocity"  // N × average value × win rate / cycle, from the metrics in Parts
)

// Definition is one version of a metric.
type Definition struct {
	ID          string            `json:"id"`
	Version     int               `json:"version"`
	Name        Words             `json:"name"`
	Description Words             `json:"description"`
	Formula     string            `json:"formula"`
	Unit        Unit              `json:"unit"`
	Direction   string            `json:"direction"` // "up": more is good; "down": less is good; "": neither
	MinSample   int64             `json:"min_sample,omitempty"`
	Kind        Kind              `json:"kind"`
	Source      string            `json:"source,omitempty"`
	Filter      string            `json:"filter,omitempty"` // which rows of the source count, in the language of Query.Where
	Value       string            `json:"value,omitempty"`  // a field of the source
	Numerator   string            `json:"numerator,omitempty"`
	Denominator string            `json:"denominator,omitempty"`
	Event       string            `json:"event,omitempty"`
	Also        map[string]string `json:"also,omitempty"`  // further counts, shown apart: name → condition
	Parts       map[string]string `json:"parts,omitempty"` // of a velocity: "value", "win_rate", "cycle" → metric
	By          []string          `json:"by,omitempty"`    // dimensions when the query names none
}

// Catalog holds definitions and the sources that they refer to.
type Catalog struct {
	Sources     map[string]Source
	Definitions []Definition
}

// maxDefinitions bounds what ReadDefinitions takes, in bytes.
const maxDefinitions = 4 << 20

// ReadDefinitions reads a JSON list of definitions.
func ReadDefinitions(r io.Reader) ([]Definition, error) {
	decoder := json.NewDecoder(io.LimitReader(r, maxDefinitions))
	decoder.DisallowUnknownFields()
	var definitions []Definition
	if err := decoder.Decode(&definitions); err != nil {
		return nil, fault.New(fault.Invalid, "metric: read definitions: %w", err)
	}
	return definitions, nil
}

// Find gives a definition; version 0 is the newest. NotFound lists what there is.
func (c *Catalog) Find(id string, version int) (Definition, error) {
	var found *Definition
	var ids []string
	for i, d := range c.Definitions {
		if d.ID == id && (version == d.Version || version == 0 && (found == nil || d.Version > found.Version)) {
			found = &c.Definitions[i]
		}
		if !slices.Contains(ids, d.ID) {
			ids = append(ids, d.ID)
		}
	}
	if found == nil && version != 0 && slices.Contains(ids, id) {
		return Definition{}, fault.New(fault.NotFound, "metric %s has no version %d", id, version)
	}
	if found == nil {
		return Definition{}, fault.New(fault.NotFound, "there is no metric %q; there are %v", id, ids)
	}
	return *found, nil
}

// Check compiles every definition once, so that a wrong one is found before it is asked for.
func (c *Catalog) Check() error {
	for _, d := range c.Definitions {
		if d.ID == "" || d.Version < 1 || d.Name.En == "" || d.Name.Ru == "" || d.Description.En == "" || d.Description.Ru == "" {
			return fault.New(fault.Invalid, "metric %q version %d: ID, version, and name and description in both languages are required", d.ID, d.Version)
		}
		if d.Kind == KindVelocity {
			parts, err := c.velocityParts(d)
			if err != nil {
				return err
			}
			q := Query{Scope: Scope{All: true}}
			if _, err := c.compileVelocity(d, parts, q, q); err != nil {
				return fmt.Errorf("metric %s version %d: %w", d.ID, d.Version, err)
			}
			continue
		}
		if _, err := c.compile(d, Query{Scope: Scope{All: true}}); err != nil {
			return fmt.Errorf("metric %s version %d: %w", d.ID, d.Version, err)
		}
	}
	return nil
}
