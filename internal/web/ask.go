package web

import (
	"context"
	"fmt"
	"strings"
	"time"

	"zveno.dev/zveno/internal/crm/projection"
	"zveno.dev/zveno/internal/metric"
	"zveno.dev/zveno/internal/value"
)

// asker puts questions about numbers, within the rows that a visitor may see.
type asker struct {
	site    *Site
	catalog *metric.Catalog
	base    metric.Query // calendar, currency, scope and the present
	at      int64        // how far the analytical tables are
	scope   string       // tells scopes apart
}

// asker prepares for the questions of a visit. Its present is the end of the running minute, so that answers can be given
// to several visitors and still hold everything that was recorded. The error is Unavailable while there are no tables yet.
func (s *Site) asker(ctx context.Context, v visit) (asker, error) {
	at, err := s.position(ctx)
	if err != nil {
		return asker{}, err
	}
	catalog, err := s.Projection.Catalog()
	if err != nil {
		return asker{}, err
	}
	scope, err := s.Projection.Scope(ctx, v.access.Scope)
	if err != nil {
		return asker{}, err
	}
	minute := value.InstantOf(v.now.Time().Truncate(time.Minute).Add(time.Minute))
	return asker{site: s, catalog: catalog, at: at, scope: fmt.Sprint(scope), base: metric.Query{Scope: scope, Calendar: v.settings.Calendar(),
		Currency: v.settings.Currency, Now: minute, Hierarchy: metric.HierarchyThen}}, nil
}

// within is q with what every question has.
func (a asker) within(q metric.Query) metric.Query {
	q.Scope, q.Calendar, q.Currency, q.Now = a.base.Scope, a.base.Calendar, a.base.Currency, a.base.Now
	if q.Hierarchy == "" {
		q.Hierarchy = a.base.Hierarchy
	}
	return q
}

// key tells questions apart. The present makes no difference to a question about the past.
func (a asker) key(kind string, q metric.Query) string {
	if q.AsOf != 0 && q.AsOf < q.Now {
		q.Now = 0
	}
	return fmt.Sprintf("%s|%d|%s|%q|%d|%d|%d|%d|%s|%s|%s|%d|%d", kind, a.at, strings.Join(q.By, ","), q.Where, q.First, q.Last, q.AsOf, q.Now,
		q.Hierarchy, a.scope, q.Currency, q.Calendar.StartMonth, q.Limit) + q.Calendar.Zone.String()
}

// compute answers a question for a metric; version 0 is its newest definition.
func (a asker) compute(ctx context.Context, id string, version int, q metric.Query) (metric.Result, error) {
	q = a.within(q)
	return remember(ctx, a.site.answers, a.key(fmt.Sprintf("%s@%d", id, version), q), func(ctx context.Context) (metric.Result, error) {
		return a.catalog.Compute(ctx, a.site.Projection.Store(), id, version, q)
	})
}

// rows lists what a number is made of.
func (a asker) rows(ctx context.Context, id string, version int, q metric.Query) ([]metric.Row, error) {
	return a.catalog.Rows(ctx, a.site.Projection.Store(), id, version, a.within(q))
}

// waterfall answers what changed in the open pipeline.
func (a asker) waterfall(ctx context.Context, q metric.WaterfallQuery) (metric.Waterfall, error) {
	q.Query = a.within(q.Query)
	key := a.key(fmt.Sprintf("waterfall %d %d %t", q.From, q.To, q.Gross), q.Query)
	return remember(ctx, a.site.answers, key, func(ctx context.Context) (metric.Waterfall, error) {
		return a.catalog.Waterfall(ctx, a.site.Projection.Store(), projection.Flow, q)
	})
}

// waterfallRows lists the deals of one line of a waterfall.
func (a asker) waterfallRows(ctx context.Context, q metric.WaterfallQuery, line string) ([]metric.Row, error) {
	q.Query = a.within(q.Query)
	return a.catalog.WaterfallRows(ctx, a.site.Projection.Store(), projection.Flow, q, line)
}
