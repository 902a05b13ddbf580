package web

import (
	"context"
	"net/http"
	"slices"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/ui"
)

// recordPage is a record with everything that stands around it, ready to be drawn.
type recordPage struct {
	shown
	kind    recordKind
	fields  []recordField
	id      value.ID
	record  crm.Record
	absent  bool      // there was no such record on the day that the page is about, or it was deleted
	day     value.Day // on which the page is; today = now
	editors bool      // the visitor may change it
	form    *recordForm
	related []relatedList
	history []crm.Revision
	whole   bool     // show all the history
	path    dealPath // of a deal
}

// showRecord is the page of a record.
func (s *Site) showRecord(kind recordKind) page {
	return func(w http.ResponseWriter, r *http.Request, v visit) error {
		p, err := s.loadRecordPage(r, v, kind)
		if err != nil {
			return err
		}
		if r.URL.Query().Has("edit") && p.editors && !p.isPast() && !p.absent {
			err = s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
				p.form, err = editForm(r.Context(), tx, v, kind, p.fields, p.record)
				return err
			})
			if err != nil {
				return err
			}
		}
		return s.renderRecord(w, r, http.StatusOK, p)
	}
}

// loadRecordPage reads a record that the visitor may see, as of the day of the address.
func (s *Site) loadRecordPage(r *http.Request, v visit, kind recordKind) (recordPage, error) {
	id, err := value.ParseID(r.PathValue("id"))
	if err != nil {
		return recordPage{}, fault.New(fault.NotFound, "no such %s", kind.object.Name)
	}
	p := recordPage{shown: shown{v: v}, kind: kind, id: id, whole: r.URL.Query().Get("history") == "all"}
	if p.day, err = dayParam(v, paramAsOf, r.URL.Query().Get(paramAsOf)); err != nil {
		return recordPage{}, err
	}
	err = s.DB.Read(r.Context(), func(tx *db.Tx) error { return p.load(r.Context(), tx) })
	return p, err
}

// asOf is when the page is.
func (p recordPage) asOf() history.AsOf {
	if !p.isPast() {
		return history.Now()
	}
	return history.At(p.until())
}

// until is the last instant that the page knows of.
func (p recordPage) until() value.Instant {
	if !p.isPast() {
		return value.Forever - 1
	}
	return p.day.End(p.v.settings.Zone) - 1
}

func (p recordPage) isPast() bool { return pastDay(p.v, p.day) != 0 }

func (p *recordPage) load(ctx context.Context, tx *db.Tx) (err error) {
	if err := crm.CheckVisible(ctx, tx, p.v.access.Scope, p.kind.object, p.id); err != nil {
		return err
	}
	if p.fields, err = recordFields(ctx, tx, p.kind.object); err != nil {
		return err
	}
	p.record, err = crm.LoadRecord(ctx, tx, p.kind.object, p.id, p.asOf())
	if p.absent = fault.KindOf(err) == fault.NotFound && err != nil; err != nil && !p.absent {
		return err
	}
	p.editors = p.kind.mayEdit(p.v.access) && crm.CheckVisible(ctx, tx, p.v.access.EditScope, p.kind.object, p.id) == nil
	if p.history, err = crm.History(ctx, tx, p.kind.object, p.id); err != nil {
		return err
	}
	p.history = slices.DeleteFunc(p.history, func(r crm.Revision) bool { return r.From > p.until() })
	if p.absent {
		return nil
	}
	if p.names, err = loadNames(ctx, tx, p.fields, p.record); err != nil {
		return err
	}
	for _, relation := range p.kind.related {
		list, err := p.loadRelated(ctx, tx, relation)
		if err != nil {
			return err
		}
		p.related = append(p.related, list)
	}
	if p.kind.object.Name == "deal" {
		p.path, err = p.loadPath(ctx, tx)
	}
	return err
}

// loadNames gives the names of what records refer to.
func loadNames(ctx context.Context, tx *db.Tx, fields []recordField, records ...crm.Record) (map[value.ID]string, error) {
	ids := map[*crm.Object][]value.ID{}
	for _, f := range fields {
		if f.Kind != crm.Reference {
			continue
		}
		target := crm.ObjectNamed(f.Ref)
		for _, r := range records {
			if id := idOf(f.of(r)); !id.IsZero() {
				ids[target] = append(ids[target], id)
			}
		}
	}
	return crm.LoadNames(ctx, tx, ids)
}

// address is that of the page, with pairs added; it stays on the page's day.
func (p recordPage) address(pairs ...string) string {
	day := ""
	if p.isPast() {
		day = p.day.String()
	}
	return address(p.kind.address(p.id), append([]string{paramAsOf, day}, pairs...)...)
}

// renderRecord draws the page.
func (s *Site) renderRecord(w http.ResponseWriter, r *http.Request, status int, p recordPage) error {
	v := p.v
	name := v.T("record.gone")
	if !p.absent {
		name = recordName(v, p.record)
	}
	page := ui.Page{Title: name, Nav: navigation(v, p.kind.list), Actions: p.actions(), Live: p.form == nil,
		Crumbs: []ui.Crumb{{Label: v.T("nav.home"), Href: "/"}, {Label: v.T("record." + p.kind.object.Plural), Href: p.kind.list}, {Label: name}},
		Body:   g.Group{ui.AsOf(v.view, pastDay(v, p.day), p.kind.address(p.id)), p.body()}}
	return write(w, status, ui.Document(v.view, page))
}

// body draws what there is of the record. Its form does not change under the hands of who fills it in.
func (p recordPage) body() g.Node {
	if p.absent {
		state := ui.State{Icon: "history", Title: p.v.T("record.absent.title"), Text: p.v.T("record.absent.text"),
			Actions: []g.Node{ui.LinkButton(p.kind.address(p.id), p.v.T("ui.asof.now"), "")}}
		return g.Group{ui.Card{}.Node(state.Node()), p.historyCard()}
	}
	if p.form != nil {
		return h.Div(h.Class("z-record"), h.Div(ui.Card{ID: "fields", Title: p.v.T("record.edit")}.Node(p.form.node())), h.Div(p.pathCard(), p.relatedCards(), p.historyCard()))
	}
	return live("record", p.v.view.Path, h.Div(h.Class("z-record"), h.Div(p.factsCard()), h.Div(p.pathCard(), p.relatedCards(), p.historyCard())))
}

// actions stand beside the title: the day of the page, and the way to change the record.
func (p recordPage) actions() []g.Node {
	day := ""
	if p.isPast() {
		day = p.day.String()
	}
	actions := []g.Node{ui.Filters{Action: p.kind.address(p.id), Items: []ui.Filter{{Name: paramAsOf, Label: p.v.T("ui.asof.label"), Type: "date", Value: day}}}.Node(p.v.view)}
	if p.editors && !p.isPast() && !p.absent && p.form == nil {
		actions = append(actions, h.A(h.Class("btn btn-primary"), h.Href(p.address("edit", "1")), ui.Icon("pencil"), g.Text(p.v.T("record.edit"))))
	}
	return actions
}

// factsCard draws the fields.
func (p recordPage) factsCard() g.Node {
	var main, others g.Group
	for _, key := range p.kind.facts {
		if f, ok := fieldOf(p.fields, key); ok {
			main = append(main, p.fact(f))
		}
	}
	for _, f := range p.fields {
		switch {
		case slices.Contains(p.kind.facts, f.key) || p.isTitle(f):
		case f.custom:
			main = append(main, p.fact(f))
		case f.of(p.record) != nil:
			others = append(others, p.fact(f))
		}
	}
	others = append(others, h.Dt(g.Text("ID")), h.Dd(h.Code(g.Text(p.id.String()))))
	return ui.Card{ID: "fields", Title: p.v.T("record.fields")}.Node(h.Dl(h.Class("z-facts"), main),
		h.Details(h.Class("z-facts-more"), h.Summary(ui.Icon("chevron-right"), p.v.view.Text("record.more_fields")), h.Dl(h.Class("z-facts"), others)))
}

func (p recordPage) isTitle(f recordField) bool { return listQuestion{}.isName(f) }

func (p recordPage) fact(f recordField) g.Node {
	return g.Group{h.Dt(g.Text(labelIn(p.v.view.Lang, f.Label))), h.Dd(p.node(f, p.record))}
}
