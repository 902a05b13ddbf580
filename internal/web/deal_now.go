package web

import (
	"context"
	"fmt"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/metric"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/ui"
)

// dealNow is how a deal is today, to stand beside what a number of whatever day says of it.
type dealNow struct {
	stage, owner string
	close        value.Day // 0 = none
}

// dealsNow reads the deals of rows as they are today, by ID. Those that are deleted, or out of scope by now, are absent;
// nobody sees any who may not see records.
func (s *Site) dealsNow(ctx context.Context, v visit, rows []metric.Row) (map[string]dealNow, error) {
	if len(rows) == 0 || !v.access.May(identity.RecordsView) {
		return nil, nil
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	found := map[string]dealNow{}
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		page, err := crm.ListRecords(ctx, tx, v.access.Scope, crm.ListQuery{Object: crm.ObjectNamed("deal"), Limit: len(ids),
			Where: []crm.Filter{{Field: crm.FilterID, Op: crm.OpIs, Values: ids}}})
		for _, r := range page.Records {
			found[r.ID.String()] = newDealNow(r, page.Names)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("web: read deals of a list: %w", err)
	}
	return found, nil
}

func newDealNow(r crm.Record, names map[value.ID]string) dealNow {
	name := func(field string) string {
		id, _ := r.Values[field].(value.ID)
		return names[id]
	}
	day, _ := r.Values["close"].(value.Day)
	return dealNow{stage: name("stage"), owner: name("owner"), close: day}
}

// about is stage and owner in a line.
func (d dealNow) about() string {
	var parts []string
	for _, part := range []string{d.stage, d.owner} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, " · ")
}

// dealColumns are the columns of deals as they are today.
func dealColumns(v visit, now map[string]dealNow) []ui.Column[metric.Row] {
	if len(now) == 0 {
		return nil
	}
	return []ui.Column[metric.Row]{
		{Label: v.T("column.stage_now"), Cell: func(r metric.Row) g.Node { return g.Text(now[r.ID].stage) }},
		{Label: v.T("column.owner_now"), Wide: true, Cell: func(r metric.Row) g.Node { return ui.Person(now[r.ID].owner) }},
		{Label: v.T("column.close_now"), Wide: true, Cell: func(r metric.Row) g.Node {
			if day := now[r.ID].close; day != 0 {
				return h.Span(h.Class("z-nowrap"), g.Text(v.view.Date(day)))
			}
			return nil
		}},
	}
}
