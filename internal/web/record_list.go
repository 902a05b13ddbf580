package web

import (
	"net/http"
	"slices"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/ui"
)

// recordList is one page of a list of records, ready to be drawn.
type recordList struct {
	listQuestion
	answers *answers
	v       visit
	title   string
	page    crm.Page
	choices filterChoices
	views   []savedView
}

// showRecords is the list of the records of a kind.
func (s *Site) showRecords(kind recordKind) page {
	return func(w http.ResponseWriter, r *http.Request, v visit) error {
		l := recordList{answers: s.answers, v: v, title: v.T("record." + kind.object.Plural)}
		format := r.URL.Query().Get("format")
		err := s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
			if l.listQuestion, err = readListQuestion(r.Context(), tx, kind, r.URL.Query()); err != nil || format != "" {
				return err
			}
			return l.load(r, tx)
		})
		if err != nil {
			return err
		}
		if format != "" {
			return s.exportRecords(w, r, v, l.listQuestion, format)
		}
		return s.render(w, r, v, ui.Page{Title: l.title, Live: true, Actions: l.actions(),
			Crumbs: []ui.Crumb{{Label: v.T("nav.home"), Href: "/"}, {Label: l.title}},
			Body: g.Group{l.viewBar(), l.controls(), live("records", v.view.Path,
				ui.Card{Flush: true}.Node(l.table(), l.pager()))}})
	}
}

// load reads the page.
func (l *recordList) load(r *http.Request, tx *db.Tx) error {
	q, err := l.crm(r.Context(), tx, l.v)
	if err != nil {
		return err
	}
	if l.page, err = crm.ListRecords(r.Context(), tx, l.v.access.Scope, q); err != nil {
		return err
	}
	if l.choices, err = loadFilterChoices(r.Context(), tx, l.answers, l.v, l.listQuestion); err != nil {
		return err
	}
	l.views, err = listViews(r.Context(), tx, l.v.access.Person, l.kind.list)
	return err
}

// actions stand beside the title.
func (l recordList) actions() []g.Node {
	actions := []g.Node{l.columnMenu()}
	if l.v.access.May(identity.Export) {
		actions = append(actions, ui.Menu(ui.MenuProps{Label: l.v.T("record.export"), Face: buttonFace("download", l.v.T("record.export")), End: true},
			menuLink(l.address(l.kind.list, "format", "csv"), "table", "CSV"),
			g.If(!l.query.Has(paramAsOf), menuLink(l.address(l.kind.list, "format", "xlsx"), "table", "Excel (XLSX)"))))
	}
	if l.kind.mayEdit(l.v.access) {
		actions = append(actions, h.A(h.Class("btn btn-primary"), h.Href("/"+l.kind.object.Plural+"/new"), ui.Icon("plus"), g.Text(l.v.T("record.new."+l.kind.object.Name))))
	}
	return actions
}

// buttonFace makes the closed menu look like a button.
func buttonFace(icon, label string) g.Node {
	return h.Span(h.Class("btn"), ui.Icon(icon), h.Span(g.Text(label)))
}

func menuLink(href, icon, label string) g.Node {
	return h.A(h.Class("z-menu-item"), h.Href(href), ui.Icon(icon), g.Text(label))
}

// columnMenu chooses the columns.
func (l recordList) columnMenu() g.Node {
	v := l.v
	return ui.Menu(ui.MenuProps{Label: v.T("record.columns"), Face: buttonFace("table", v.T("record.columns")), End: true},
		h.Form(h.Method("get"), h.Action(l.kind.list), h.Class("z-column-form"),
			hiddenInputs(l.without(paramCols)),
			h.Div(h.Class("z-checks"), g.Map(l.fields, func(f recordField) g.Node {
				if l.isName(f) {
					return nil
				}
				chosen := slices.ContainsFunc(l.columns, func(c recordField) bool { return c.key == f.key })
				return h.Label(h.Class("z-check"), h.Input(h.Type("checkbox"), h.Name(paramCols), h.Value(f.key), g.If(chosen, h.Checked())), g.Text(labelIn(v.view.Lang, f.Label)))
			})),
			h.Div(h.Class("z-form-actions"), h.Button(h.Type("submit"), h.Class("btn btn-primary btn-sm"), v.view.Text("ui.filter.apply")),
				h.A(h.Class("btn btn-sm"), h.Href(l.address(l.kind.list, paramCols, "")), v.view.Text("record.columns_default")))))
}

// isName reports whether a field is part of the name, which every list shows first.
func (q listQuestion) isName(f recordField) bool {
	return f.isStandard() && slices.Contains([]string{"name", "first_name", "last_name", "subject"}, f.Name)
}

func hiddenInputs(values map[string]string) g.Node {
	var inputs g.Group
	for name, text := range values {
		inputs = append(inputs, h.Input(h.Type("hidden"), h.Name(name), h.Value(text)))
	}
	return inputs
}

// table draws the records.
func (l recordList) table() g.Node {
	sort, _, _ := l.sorting()
	return ui.Table[crm.Record]{Caption: l.title, Rows: l.page.Records, Leads: true, Sort: sort, Columns: recordColumns(l.v, l.kind.object, l.columns, l.page.Names),
		SortHref: func(sort string) string { return l.address(l.kind.list, paramSort, sort) }, Empty: l.empty()}.Node(l.v.view)
}

// recordColumns are the name of a record, which leads to it, and other fields.
func recordColumns(v visit, object *crm.Object, fields []recordField, names map[value.ID]string) []ui.Column[crm.Record] {
	draw := shown{v: v, names: names}
	kind, hasPages := kindOf(object.Name)
	columns := []ui.Column[crm.Record]{{Key: nameSort(object), Label: labelIn(v.view.Lang, object.Label), Cell: func(r crm.Record) g.Node {
		if !hasPages {
			return g.Text(recordName(v, r))
		}
		return h.A(h.Href(kind.address(r.ID)), g.Text(recordName(v, r)))
	}}}
	said := false // on phones there is room for one field, and for amounts
	for _, f := range fields {
		key, narrow := f.key, f.Kind == crm.Money
		if f.Kind == crm.Reference {
			key = ""
		}
		if !said && (f.Kind != crm.Reference || f.Ref == "stage") {
			said, narrow = true, true
		}
		columns = append(columns, ui.Column[crm.Record]{Key: key, Label: labelIn(v.view.Lang, f.Label), Numeric: f.isFigure(), Wide: !narrow,
			Cell: func(r crm.Record) g.Node { return draw.node(f, r) }})
	}
	return columns
}

// nameSort is what lists are sorted by to be sorted by name.
func nameSort(o *crm.Object) string {
	if slices.ContainsFunc(o.Fields, func(f crm.Field) bool { return f.Search }) {
		return crm.SortName
	}
	return ""
}

// recordName is how a record is called, also one without a name.
func recordName(v visit, r crm.Record) string {
	if r.Object == "activity" && r.Values["subject"] == nil {
		kind, _ := r.Values["kind"].(string)
		return choiceLabel(v.view.Lang, crm.Field{Kind: crm.Choice}, false, kind)
	}
	if name := r.Name(); name != "" {
		return name
	}
	return v.T("record.unnamed")
}

// empty stands where no record is found.
func (l recordList) empty() g.Node {
	v := l.v
	state := ui.State{Icon: l.kind.icon, Title: v.T("record.none." + l.kind.object.Name), Text: v.T("record.none.text")}
	if l.isFiltered() {
		state = ui.State{Icon: "filter", Title: v.T("record.none.filtered"), Text: v.T("record.none.filtered_text"),
			Actions: []g.Node{ui.LinkButton(l.kind.list, v.T("ui.filter.clear"), "x")}}
	}
	return state.Node()
}

// pager leads to the other pages.
func (l recordList) pager() g.Node {
	if len(l.page.Records) == 0 {
		return nil
	}
	p := ui.Pager{Count: l.v.T("record.count", "n", l.page.Total)}
	if l.page.More {
		p.Count = l.v.T("record.count_more", "n", l.page.Total)
	}
	if l.page.Previous != "" {
		p.Prev = l.address(l.kind.list, paramCursor, l.page.Previous)
	}
	if l.page.Next != "" {
		p.Next = l.address(l.kind.list, paramCursor, l.page.Next)
	}
	return p.Node(l.v.view)
}
