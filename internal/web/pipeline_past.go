package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	g "maragu.dev/gomponents"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/metric"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/ui"
)

// pastDeals are the deals that were open at the end of a day, as metrics count them: owned then by somebody whose rows the
// visitor sees, amounts converted by the rates of that day.
type pastDeals struct {
	day            value.Day
	rows           []metric.Row
	from           int          // of the page, among rows
	records        []crm.Record // of the page, as they were
	names          map[value.ID]string
	open, weighted metric.Cell
}

// loadPast reads the deals of a past day.
func (s *Site) loadPast(r *http.Request, v visit, q listQuestion, day value.Day) (*pastDeals, error) {
	a, err := s.asker(r.Context(), v)
	if err != nil {
		return nil, err
	}
	p := &pastDeals{day: day}
	ask := metric.Query{AsOf: day.End(v.settings.Zone) - 1}
	err = s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		ask.Where, err = q.condition(r.Context(), tx, v, a.catalog)
		return err
	})
	if err != nil {
		return nil, err
	}
	if p.rows, err = a.rows(r.Context(), "open_pipeline", 0, ask); err != nil {
		return nil, err
	}
	if p.open, err = a.one(r.Context(), "open_pipeline", ask); err != nil {
		return nil, err
	}
	if p.weighted, err = a.one(r.Context(), "weighted_pipeline", ask); err != nil {
		return nil, err
	}
	p.sort(q.query.Get(paramSort))
	p.from, _ = strconv.Atoi(r.URL.Query().Get("row")) // anything else is the beginning
	p.from = min(max(p.from, 0), max(len(p.rows)-1, 0)) / listPage * listPage
	return p, s.DB.Read(r.Context(), func(tx *db.Tx) error { return p.load(r.Context(), tx, v, q) })
}

// sort brings the rows into the order of the address: by name or by amount, the largest first without one.
func (p *pastDeals) sort(by string) {
	switch by {
	case "name":
		slices.SortStableFunc(p.rows, func(a, b metric.Row) int { return cmp.Compare(value.Fold(a.Name), value.Fold(b.Name)) })
	case "-name":
		slices.SortStableFunc(p.rows, func(a, b metric.Row) int { return cmp.Compare(value.Fold(b.Name), value.Fold(a.Name)) })
	case "amount":
		slices.Reverse(p.rows)
	}
}

// load reads the records of the page as they were.
func (p *pastDeals) load(ctx context.Context, tx *db.Tx, v visit, q listQuestion) error {
	records, err := p.recordsAt(ctx, tx, v, p.rows[p.from:min(p.from+listPage, len(p.rows))])
	if err != nil {
		return err
	}
	p.records = records
	p.names, err = loadNames(ctx, tx, q.fields, records...)
	return err
}

func (p *pastDeals) recordsAt(ctx context.Context, tx *db.Tx, v visit, rows []metric.Row) ([]crm.Record, error) {
	var records []crm.Record
	for _, row := range rows {
		id, err := value.ParseID(row.ID)
		if err != nil {
			return nil, fmt.Errorf("web: past deal: %w", err)
		}
		record, err := crm.LoadRecord(ctx, tx, crm.ObjectNamed("deal"), id, history.At(p.day.End(v.settings.Zone)-1))
		if fault.KindOf(err) == fault.NotFound && err != nil {
			continue // the analytical tables are a moment behind
		}
		if err != nil {
			return nil, err
		}
		records = append(records, record)
	}
	return records, nil
}

// condition is the filters of the address as metrics understand them.
func (q listQuestion) condition(ctx context.Context, tx *db.Tx, v visit, catalog *metric.Catalog) (string, error) {
	var parts []string
	is := func(dimension, text string) { parts = append(parts, equals(dimension, text)) }
	for _, f := range slices.Concat(q.filters, q.links) {
		text := q.query.Get(f.key)
		switch {
		case text == "":
		case text == filterNone:
			return "", fault.InvalidField(f.key, "%s", v.T("pipeline.not_past"))
		case f.Kind == crm.Reference:
			id, err := value.ParseID(text)
			if err != nil {
				return "", fault.InvalidField(f.key, "%s", v.T("record.wrong.reference"))
			}
			names, err := crm.LoadNames(ctx, tx, map[*crm.Object][]value.ID{crm.ObjectNamed(f.Ref): {id}})
			if err != nil {
				return "", err
			}
			is(f.Name, names[id])
		case f.Name == "kind" && !f.custom:
			is("type", text)
		default:
			is(f.Name, text)
		}
		bounds, err := q.bounds(v, f)
		if err != nil {
			return "", err
		}
		parts = append(parts, bounds...)
	}
	if text := q.query.Get(paramText); text != "" {
		parts = append(parts, "deal.contains("+strconv.Quote(text)+")")
	}
	if text := q.query.Get(paramArea); text != "" {
		is("region", text)
	}
	if text := q.query.Get(paramTeam); text != "" {
		part, err := teamCondition(ctx, tx, text, catalog)
		if err != nil {
			return "", err
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, " && "), nil
}

// bounds are the conditions on the least and the greatest value of a field.
func (q listQuestion) bounds(v visit, f recordField) ([]string, error) {
	var parts []string
	for _, end := range []struct{ suffix, relation string }{{"_from", ">="}, {"_to", "<="}} {
		text := q.query.Get(f.key + end.suffix)
		if text == "" {
			continue
		}
		if f.isFigure() {
			text = plainFigure(v.view.Lang, text, f.Kind)
			if _, err := strconv.ParseFloat(text, 64); err != nil {
				return nil, fault.InvalidField(f.key+end.suffix, "%s", v.T("record.wrong.number"))
			}
		} else {
			text = strconv.Quote(text)
		}
		parts = append(parts, f.Name+" "+end.relation+" "+text)
	}
	return parts, nil
}

// teamCondition is that the deal belonged to a team, or to one below it.
func teamCondition(ctx context.Context, tx *db.Tx, team string, catalog *metric.Catalog) (string, error) {
	id, err := value.ParseID(team)
	if err != nil {
		return "", fault.InvalidField(paramTeam, "is not the ID of a team")
	}
	names, err := crm.LoadNames(ctx, tx, map[*crm.Object][]value.ID{crm.ObjectNamed("team"): {id}})
	if err != nil {
		return "", err
	}
	var either []string
	for level := 1; ; level++ {
		dimension := fmt.Sprintf("team_%d", level)
		if _, there := catalog.Sources["open_deals"].Fields[dimension]; !there {
			break
		}
		either = append(either, equals(dimension, names[id]))
	}
	return "(" + strings.Join(either, " || ") + ")", nil
}

// totals are what the deals added up to, in the reporting currency.
func (p pastDeals) totals(v visit) g.Node {
	return totalsStrip(total{v.T("pipeline.deals"), []string{v.view.Number(int64(len(p.rows)))}},
		total{v.T("pipeline.amount"), []string{exactFigure(v.view, p.open.Value, metric.UnitMoney)}},
		total{v.T("pipeline.weighted"), []string{exactFigure(v.view, p.weighted.Value, metric.UnitMoney)}})
}

// table draws the page as the list does. Only names and amounts can be sorted by.
func (p pastDeals) table(t pipelineTable) g.Node {
	columns := recordColumns(t.v, t.kind.object, t.columns, p.names)
	for i := range columns {
		if columns[i].Key != "name" && columns[i].Key != "amount" {
			columns[i].Key = ""
		}
	}
	sort := t.query.Get(paramSort)
	if sort == "" {
		sort = "-amount"
	}
	return ui.Table[crm.Record]{Caption: t.title, Rows: p.records, Leads: true, Sort: sort, Columns: columns,
		SortHref: func(sort string) string { return t.address(pipelinePath, paramSort, sort) }, Empty: t.empty()}.Node(t.v.view)
}

func (p pastDeals) pager(t pipelineTable) g.Node {
	until := min(p.from+listPage, len(p.rows))
	if until == 0 {
		return nil
	}
	v := t.v.view
	pager := ui.Pager{Count: v.T("ui.pager.range", "from", v.Number(int64(p.from+1)), "to", v.Number(int64(until)), "total", v.Number(int64(len(p.rows))))}
	if p.from > 0 {
		pager.Prev = t.address(pipelinePath, "row", strconv.Itoa(p.from-listPage))
	}
	if until < len(p.rows) {
		pager.Next = t.address(pipelinePath, "row", strconv.Itoa(until))
	}
	return pager.Node(v)
}

// exportPast sends the deals of a past day as CSV.
func (s *Site) exportPast(w http.ResponseWriter, r *http.Request, v visit, q listQuestion, p pastDeals) error {
	if err := v.access.Require(identity.Export); err != nil {
		return err
	}
	if err := s.auditExport(r.Context(), v, q, "csv"); err != nil {
		return err
	}
	e := recordExport{site: s, v: v, q: q, fields: exportFields(q)}
	return writeCSV(w, r, v, fmt.Sprintf("deals-%s", p.day), e.header(), func(row func(...string) error) error {
		for rows := range slices.Chunk(p.rows, exportPage) {
			part := pastDeals{day: p.day, rows: rows}
			err := s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
				if part.records, err = part.recordsAt(r.Context(), tx, v, rows); err != nil {
					return err
				}
				part.names, err = loadNames(r.Context(), tx, q.fields, part.records...)
				return err
			})
			if err != nil {
				return err
			}
			for _, record := range part.records {
				if err := row(e.cells(record, crm.Page{Names: part.names})...); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
