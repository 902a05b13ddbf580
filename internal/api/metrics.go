package api

import (
	"context"
	"slices"

	"zveno.dev/zveno/internal/crm/projection"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/metric"
	"zveno.dev/zveno/internal/value"
)

// The most rows that a list of what a number is made of can have.
const maxRows = 10_000

type metricsOutput struct {
	Body struct {
		Data []metric.Definition `json:"data"`
	}
}

func (s *server) listMetrics(_ context.Context, _ visit, _ *struct{}) (*metricsOutput, error) {
	output := &metricsOutput{}
	if s.Projection == nil {
		return nil, errNoTables
	}
	catalog, err := s.Projection.Catalog()
	if err != nil {
		return nil, err
	}
	output.Body.Data = catalog.Definitions
	return output, nil
}

var errNoTables = fault.New(fault.Unavailable, "the analytical tables are being made: try again in a moment")

// CutInput says how numbers are cut and filtered.
type CutInput struct {
	By        []string `query:"by" example:"[\"stage\"]" doc:"Dimensions; none = those of the definition."`
	Where     string   `query:"where" maxLength:"4000" example:"amount >= 1000" doc:"Which rows count: CEL over the fields, like region == \"West\" && amount >= 1000."`
	Period    string   `query:"period" maxLength:"20" example:"2026-Q1" doc:"Fiscal year, quarter or month: 2026, 2026-Q1 or 2026-03."`
	Hierarchy string   `query:"hierarchy" enum:"then,current" default:"then" doc:"Whose teams apply: of the day that a row is about, or of today."`
}

// MetricInput asks for a metric.
type MetricInput struct {
	ID string `path:"id" maxLength:"100" example:"open_pipeline" doc:"The metric."`
	CutInput
	From    string `query:"from" format:"date" example:"2026-01-01" doc:"First day, instead of a period."`
	To      string `query:"to" format:"date" example:"2026-03-31" doc:"Last day; today unless given."`
	AsOf    string `query:"as_of" maxLength:"40" example:"2026-03-31" doc:"Moment to answer for: a day (its end) or an instant. Empty = now."`
	Version int    `query:"version" minimum:"0" maximum:"1000000" doc:"Version of the definition; 0 = the newest."`
}

type metricOutput struct{ Body metric.Result }

func (s *server) showMetric(ctx context.Context, v visit, in *MetricInput) (*metricOutput, error) {
	a, q, err := s.metricQuery(ctx, v, in)
	if err != nil {
		return nil, inQuestion(err)
	}
	result, err := a.Compute(ctx, s.Projection.Store(), in.ID, in.Version, q)
	if err != nil {
		return nil, inQuestion(err)
	}
	result.SQL = nil
	return &metricOutput{result}, nil
}

type metricRowsInput struct {
	MetricInput
	Limit int `query:"limit" minimum:"1" maximum:"10000" default:"1000" doc:"The most rows."`
}

type rowsOutput struct {
	Body struct {
		Data []metric.Row `json:"data"`
		Cut  bool         `json:"cut" doc:"There are more than the limit."`
	}
}

func rowsOf(rows []metric.Row, limit int) *rowsOutput {
	output := &rowsOutput{}
	limit = min(limit, maxRows)
	output.Body.Cut = len(rows) > limit
	output.Body.Data = rows[:min(len(rows), limit)]
	if output.Body.Data == nil {
		output.Body.Data = []metric.Row{}
	}
	return output
}

func (s *server) listMetricRows(ctx context.Context, v visit, in *metricRowsInput) (*rowsOutput, error) {
	a, q, err := s.metricQuery(ctx, v, &in.MetricInput)
	if err != nil {
		return nil, inQuestion(err)
	}
	rows, err := a.Rows(ctx, s.Projection.Store(), in.ID, in.Version, q)
	if err != nil {
		return nil, inQuestion(err)
	}
	return rowsOf(rows, in.Limit), nil
}

// inQuestion places what is wrong with a question.
func inQuestion(err error) error {
	return at(err, func(field string) string {
		if slices.Contains([]string{"metric", "id"}, field) {
			return "path.id"
		}
		return "query." + field
	})
}

// metricQuery reads a question, to be asked within the rows that somebody sees.
func (s *server) metricQuery(ctx context.Context, v visit, in *MetricInput) (*metric.Catalog, metric.Query, error) {
	catalog, q, err := s.cutQuery(ctx, v, in.CutInput)
	if err != nil {
		return nil, q, err
	}
	if in.AsOf != "" {
		if q.AsOf, err = value.ParseInstant(in.AsOf, v.settings.Zone); err != nil {
			return nil, q, fault.InvalidField("as_of", "%v", err)
		}
	}
	if in.From == "" && in.To == "" {
		return catalog, q, nil
	}
	if in.Period != "" {
		return nil, q, fault.InvalidField("period", "cannot be used together with from and to")
	}
	q.First, q.Last = firstDay, v.settings.Today(q.Now)
	if in.From != "" {
		if q.First, err = value.ParseDay(in.From); err != nil {
			return nil, q, fault.InvalidField("from", "%v", err)
		}
	}
	if in.To != "" {
		if q.Last, err = value.ParseDay(in.To); err != nil {
			return nil, q, fault.InvalidField("to", "%v", err)
		}
	}
	if q.First > q.Last {
		return nil, q, fault.InvalidField("to", "%s is before %s", q.Last, q.First)
	}
	return catalog, q, nil
}

// firstDay opens a period whose beginning is not given.
var firstDay = value.NewDay(1900, 1, 1)

// cutQuery is what all questions have in common. The error is Unavailable while there are no analytical tables.
func (s *server) cutQuery(ctx context.Context, v visit, in CutInput) (*metric.Catalog, metric.Query, error) {
	q := metric.Query{By: in.By, Where: in.Where, Hierarchy: metric.Hierarchy(in.Hierarchy), Calendar: v.settings.Calendar(),
		Currency: v.settings.Currency, Now: value.InstantOf(s.Now())}
	if s.Projection == nil {
		return nil, q, errNoTables
	}
	if _, built, err := s.Projection.Store().Position(ctx); err != nil || !built {
		return nil, q, errNoTables
	}
	if in.Period != "" {
		period, err := q.Calendar.ParsePeriod(in.Period)
		if err != nil {
			return nil, q, fault.InvalidField("period", "%v", err)
		}
		q.First, q.Last = period.First, period.Last
	}
	var err error
	if q.Scope, err = s.Projection.Scope(ctx, v.access.Scope); err != nil {
		return nil, q, err
	}
	catalog, err := s.Projection.Catalog()
	return catalog, q, err
}

// WaterfallInput asks for a waterfall.
type WaterfallInput struct {
	CutInput
	From  string `query:"from" required:"true" maxLength:"40" example:"2026-01-01" doc:"From when: an instant, or a day (its end)."`
	To    string `query:"to" maxLength:"40" example:"2026-03-31" doc:"Until when; empty = now."`
	Gross bool   `query:"gross" doc:"Judge each change by itself, instead of each deal by how it was at both ends."`
}

type waterfallOutput struct{ Body metric.Waterfall }

func (s *server) showWaterfall(ctx context.Context, v visit, in *WaterfallInput) (*waterfallOutput, error) {
	catalog, q, err := s.waterfallQuery(ctx, v, in)
	if err != nil {
		return nil, inQuestion(err)
	}
	w, err := catalog.Waterfall(ctx, s.Projection.Store(), projection.Flow, q)
	if err != nil {
		return nil, inQuestion(err)
	}
	w.SQL = ""
	return &waterfallOutput{w}, nil
}

type waterfallRowsInput struct {
	WaterfallInput
	Line  string `query:"line" required:"true" enum:"start,created,pulled_in,increased,reopened,transferred_in,decreased,pushed_out,lost,won,deleted,transferred_out,end" example:"won" doc:"The line."`
	Limit int    `query:"limit" minimum:"1" maximum:"10000" default:"1000" doc:"The most rows."`
}

func (s *server) listWaterfallRows(ctx context.Context, v visit, in *waterfallRowsInput) (*rowsOutput, error) {
	catalog, q, err := s.waterfallQuery(ctx, v, &in.WaterfallInput)
	if err != nil {
		return nil, inQuestion(err)
	}
	rows, err := catalog.WaterfallRows(ctx, s.Projection.Store(), projection.Flow, q, in.Line)
	if err != nil {
		return nil, inQuestion(err)
	}
	return rowsOf(rows, in.Limit), nil
}

func (s *server) waterfallQuery(ctx context.Context, v visit, in *WaterfallInput) (*metric.Catalog, metric.WaterfallQuery, error) {
	catalog, q, err := s.cutQuery(ctx, v, in.CutInput)
	wq := metric.WaterfallQuery{Query: q, Gross: in.Gross, To: q.Now}
	if err != nil {
		return nil, wq, err
	}
	if wq.From, err = value.ParseInstant(in.From, v.settings.Zone); err != nil {
		return nil, wq, fault.InvalidField("from", "%v", err)
	}
	if in.To != "" {
		if wq.To, err = value.ParseInstant(in.To, v.settings.Zone); err != nil {
			return nil, wq, fault.InvalidField("to", "%v", err)
		}
		wq.To = min(wq.To, q.Now)
	}
	return catalog, wq, nil
}
