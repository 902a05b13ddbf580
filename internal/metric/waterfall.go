package metric

import (
	"context"
	"database/sql"
	"fmt"

	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// Flow names what a waterfall needs of its source: bool fields that say whether a row is open, won or lost, the day on
// which it is due, and its amount. Open and Due must need no join.
type Flow struct{ Source, Open, Won, Lost, Due, Amount string }

// WaterfallQuery asks how the open pipeline changed between two instants. The embedded query gives dimensions, filter,
// period (deals due in it; none = all) and scope; its AsOf is not used. Amounts are converted at the rates of To on both
// ends, so that no line is a change of rates.
type WaterfallQuery struct {
	Query
	From, To value.Instant
	Gross    bool // judge each change by itself, instead of each deal by its versions at From and To
}

// Lines of a waterfall, in the order in which they are shown. What leaves counts negative in the balance:
//
//	start + created + pulled_in + increased + reopened + transferred_in
//	  − decreased − pushed_out − lost − won − deleted − transferred_out = end
var Lines = []string{"start", "created", "pulled_in", "increased", "reopened", "transferred_in",
	"decreased", "pushed_out", "lost", "won", "deleted", "transferred_out", "end"}

// Waterfall is the answer: for each combination of dimensions the amount and number of deals of each line.
type Waterfall struct {
	From     value.Instant   `json:"from"`
	To       value.Instant   `json:"to"`
	DueFrom  *value.Day      `json:"due_from,omitempty"`
	DueTo    *value.Day      `json:"due_to,omitempty"`
	Gross    bool            `json:"gross"`
	Currency string          `json:"currency"`
	By       []string        `json:"by"`
	Groups   []WaterfallPart `json:"groups"`
	SQL      string          `json:"sql,omitempty"`
}

// WaterfallPart is one group of a waterfall.
type WaterfallPart struct {
	By    []Key                    `json:"by,omitempty"`
	Lines map[string]WaterfallLine `json:"lines"`
}

// WaterfallLine is one line. Amounts are not negative, whichever way they count.
type WaterfallLine struct {
	Amount *Number `json:"amount"`
	Deals  int64   `json:"deals"`
}

// Balance is start and what came, minus what left and end, in minor units: 0 unless something is broken.
func (p WaterfallPart) Balance() int64 {
	var balance int64
	for i, name := range Lines {
		line, ok := p.Lines[name]
		if !ok {
			continue
		}
		if i < 6 {
			balance += line.Amount.Int
		} else {
			balance -= line.Amount.Int
		}
	}
	return balance
}

// Waterfall computes how the open pipeline changed.
func (c *Catalog) Waterfall(ctx context.Context, e Engine, flow Flow, q WaterfallQuery) (Waterfall, error) {
	if q.From >= q.To {
		return Waterfall{}, fault.InvalidField("to", "%s is not after %s", q.To, q.From)
	}
	s, err := c.compileWaterfall(flow, q)
	if err != nil {
		return Waterfall{}, err
	}
	w := Waterfall{From: q.From, To: q.To, Gross: q.Gross, Currency: q.Currency, By: []string{}, Groups: []WaterfallPart{}, SQL: s.SQL}
	if q.hasPeriod() {
		w.DueFrom, w.DueTo = &q.First, &q.Last
	}
	for _, d := range s.by {
		w.By = append(w.By, d.name)
	}
	rows, err := e.Query(ctx, s.SQL, s.Args...)
	if err != nil {
		return Waterfall{}, fmt.Errorf("metric: waterfall: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		part, err := s.scanWaterfall(rows, q.Query)
		if err != nil {
			return Waterfall{}, fmt.Errorf("metric: waterfall: %w", err)
		}
		if len(w.Groups) == MaxCells {
			return Waterfall{}, fault.InvalidField("by", "gives more than %d groups: cut by fewer dimensions, or filter", MaxCells)
		}
		w.Groups = append(w.Groups, part)
	}
	if err := rows.Err(); err != nil {
		return Waterfall{}, fmt.Errorf("metric: waterfall: %w", err)
	}
	return w, nil
}

// scanWaterfall reads a row: text and ID of each dimension, amount and number of deals of each line.
func (s Statement) scanWaterfall(rows *sql.Rows, q Query) (WaterfallPart, error) {
	part := WaterfallPart{By: make([]Key, len(s.by)), Lines: map[string]WaterfallLine{}}
	amounts, deals := make([]int64, len(Lines)), make([]int64, len(Lines))
	into := keyTargets(part.By)
	for i := range Lines {
		into = append(into, &amounts[i], &deals[i])
	}
	if err := rows.Scan(into...); err != nil {
		return WaterfallPart{}, err
	}
	s.namePeriods(part.By, q)
	digits := value.MinorDigits(q.Currency)
	for i, name := range Lines {
		part.Lines[name] = WaterfallLine{Amount: minor(amounts[i], digits), Deals: deals[i]}
	}
	return part, nil
}
