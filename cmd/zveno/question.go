package main

import (
	"context"
	"time"

	"zveno.dev/zveno/internal/crm/projection"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/metric"
	"zveno.dev/zveno/internal/value"
)

// question is what the metric and waterfall commands ask: of the running server where there is one, since it has the
// analytical tables open, or else of the tables themselves.
type question struct {
	Metric    string   `json:"metric,omitempty"` // "" = waterfall
	Version   int      `json:"version,omitempty"`
	By        []string `json:"by,omitempty"`
	Where     string   `json:"where,omitempty"`
	From      string   `json:"from,omitempty"` // days of a metric, instants of a waterfall
	To        string   `json:"to,omitempty"`
	Period    string   `json:"period,omitempty"`
	AsOf      string   `json:"as_of,omitempty"`
	Hierarchy string   `json:"hierarchy,omitempty"`
	Gross     bool     `json:"gross,omitempty"`
	Rows      bool     `json:"rows,omitempty"`
	Line      string   `json:"line,omitempty"` // of a waterfall whose rows are asked for
}

// answer is the answer to a question; one field is set.
type answer struct {
	Result    *metric.Result    `json:"result,omitempty"`
	Waterfall *metric.Waterfall `json:"waterfall,omitempty"`
	Rows      []metric.Row      `json:"rows,omitempty"`
	Listed    bool              `json:"listed,omitempty"` // Rows is the answer, even when there are none
}

// ask answers a question from up-to-date tables. The command line sees all rows: who may run it has the files anyway.
func ask(ctx context.Context, d *db.DB, p *projection.Projection, in question) (answer, error) {
	if err := p.Refresh(ctx); err != nil {
		return answer{}, err
	}
	catalog, err := p.Catalog()
	if err != nil {
		return answer{}, err
	}
	q, err := in.query(p.Settings())
	if err != nil {
		return answer{}, err
	}
	if in.Metric == "" {
		return askWaterfall(ctx, catalog, p, in, q)
	}
	if in.Rows {
		rows, err := catalog.Rows(ctx, p.Store(), in.Metric, in.Version, q)
		return answer{Rows: rows, Listed: true}, err
	}
	result, err := catalog.Compute(ctx, p.Store(), in.Metric, in.Version, q)
	return answer{Result: &result}, err
}

func askWaterfall(ctx context.Context, catalog *metric.Catalog, p *projection.Projection, in question, q metric.Query) (answer, error) {
	wq := metric.WaterfallQuery{Query: q, Gross: in.Gross}
	zone := p.Settings().Zone
	var err error
	if wq.From, err = value.ParseInstant(in.From, zone); err != nil {
		return answer{}, fault.InvalidField("from", "%v", err)
	}
	wq.To = q.Now
	if in.To != "" {
		if wq.To, err = value.ParseInstant(in.To, zone); err != nil {
			return answer{}, fault.InvalidField("to", "%v", err)
		}
		wq.To = min(wq.To, q.Now)
	}
	if in.Rows {
		rows, err := catalog.WaterfallRows(ctx, p.Store(), projection.Flow, wq, in.Line)
		return answer{Rows: rows, Listed: true}, err
	}
	w, err := catalog.Waterfall(ctx, p.Store(), projection.Flow, wq)
	return answer{Waterfall: &w}, err
}

// query reads the texts of the question by the company's settings.
func (in question) query(s identity.Settings) (metric.Query, error) {
	q := metric.Query{By: in.By, Where: in.Where, Hierarchy: metric.Hierarchy(in.Hierarchy), Scope: metric.Scope{All: true},
		Calendar: s.Calendar(), Currency: s.Currency, Now: value.InstantOf(time.Now())}
	var err error
	if in.AsOf != "" {
		if q.AsOf, err = value.ParseInstant(in.AsOf, s.Zone); err != nil {
			return q, fault.InvalidField("as-of", "%v", err)
		}
	}
	if in.Period != "" {
		if in.Metric != "" && in.To != "" {
			return q, fault.InvalidField("to", "cannot be used together with a period")
		}
		period, err := q.Calendar.ParsePeriod(in.Period)
		if err != nil {
			return q, fault.InvalidField("period", "%v", err)
		}
		q.First, q.Last = period.First, period.Last
		return q, nil
	}
	if in.Metric == "" || in.From == "" && in.To == "" {
		return q, nil
	}
	q.First, q.Last = firstDay, value.DayOf(q.Now.Time().In(s.Zone))
	if in.From != "" {
		if q.First, err = value.ParseDay(in.From); err != nil {
			return q, fault.InvalidField("from", "%v", err)
		}
	}
	if in.To != "" {
		if q.Last, err = value.ParseDay(in.To); err != nil {
			return q, fault.InvalidField("to", "%v", err)
		}
	}
	if q.First > q.Last {
		return q, fault.InvalidField("to", "%s is before %s", q.Last, q.First)
	}
	return q, nil
}

// firstDay opens a period whose beginning is not given.
var firstDay = value.NewDay(1900, time.January, 1)
