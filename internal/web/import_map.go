package web

import (
	"net/http"
	"strconv"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/connect/mapping"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/ui"
)

// Bounds of the mapping form.
const (
	maxMappingForm = 4 << 20 // bytes: files of hundreds of columns have large forms
	shownColumns   = 400     // columns of a table that can be decided here
	shownTables    = 40      // tables that can be decided here
)

// showDraft is the page of a draft: what is being done, or what was found in the files and what becomes of each column.
func (s *Site) showDraft(w http.ResponseWriter, r *http.Request, v visit) error {
	if next := s.finished(r); next != "" {
		http.Redirect(w, r, next, http.StatusSeeOther)
		return nil
	}
	d, err := s.loadDraft(v, r.PathValue("draft"))
	if err != nil {
		return err
	}
	work := s.jobs.find(d.ID)
	if work != nil && !work.isDone() {
		return s.drawProgress(w, r, v, d.ID, draftTitle(d), work)
	}
	if work != nil {
		if _, _, err := work.state(); err != nil && work.kind == jobExamine {
			return s.drawUnreadable(w, r, v, d, err)
		}
	}
	x := s.jobs.examination(d.ID)
	if x == nil {
		if err := s.startExamination(d); err != nil {
			return err
		}
		return s.drawProgress(w, r, v, d.ID, draftTitle(d), s.jobs.find(d.ID))
	}
	now, err := d.decide(x)
	if err != nil {
		return err
	}
	return s.drawMapping(w, r, v, http.StatusOK, mapPage{v: v, d: d, x: x, now: now})
}

// drawUnreadable says why files cannot be read, and offers to begin anew.
func (s *Site) drawUnreadable(w http.ResponseWriter, r *http.Request, v visit, d *importDraft, err error) error {
	if fault.KindOf(err) != fault.Invalid {
		return err
	}
	state := ui.State{Icon: "alert-triangle", Title: v.T("import.unreadable.title"), Text: v.T("import.unreadable.text"), Code: hidePaths(err.Error()),
		Actions: []g.Node{discardButton(v, d.ID, v.T("import.unreadable.again"), "btn btn-primary")}}
	return s.render(w, r, v, ui.Page{Title: draftTitle(d), Crumbs: importCrumbs(v, draftTitle(d)), Body: ui.Card{}.Node(state.Node())})
}

// draftTitle names a draft by its files.
func draftTitle(d *importDraft) string {
	names := make([]string, 0, 3)
	for i, f := range d.Files {
		if i == 3 {
			return strings.Join(names, ", ") + "…"
		}
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}

func importCrumbs(v visit, last string) []ui.Crumb {
	return []ui.Crumb{{Label: v.T("import.title"), Href: "/imports"}, {Label: last}}
}

// mapPage is the form on which one decides what becomes of each column.
type mapPage struct {
	v       visit
	d       *importDraft
	x       *examination
	now     decisions
	problem string
	wrong   map[string]string // by field of the form
}

func (s *Site) drawMapping(w http.ResponseWriter, r *http.Request, v visit, status int, p mapPage) error {
	page := ui.Page{Title: v.T("import.map.title"), Lead: v.T("import.map.lead"), Crumbs: importCrumbs(v, draftTitle(p.d)),
		Actions: []g.Node{discardButton(v, p.d.ID, v.T("import.discard"), "btn")}, Body: p.body()}
	page.Nav = navigation(v, r.URL.Path)
	return write(w, status, ui.Document(v.view, page))
}

func (p mapPage) body() g.Node {
	tables := g.Group{}
	for i := range p.x.tables[:min(len(p.x.tables), shownTables)] {
		tables = append(tables, p.table(i))
	}
	return g.Group{importSteps(p.v, 2), p.summary(), p.earlier(), p.skipped(),
		h.Form(h.Method("post"), h.Action(draftAddress(p.d.ID, "/mapping")), h.Class("z-map"),
			p.source(), tables,
			h.Div(h.Class("z-form-actions z-sticky-actions"),
				h.Button(h.Type("submit"), h.Name("then"), h.Value("check"), h.Class("btn btn-primary"), ui.Icon("list-check"), p.v.view.Text("import.map.check")),
				h.Button(h.Type("submit"), h.Name("then"), h.Value("stay"), h.Class("btn"), p.v.view.Text("import.map.save")))),
	}
}

// summary is what keeps the import from going on.
func (p mapPage) summary() g.Node {
	if p.problem == "" {
		return nil
	}
	return h.Div(h.Class("z-alert z-tone-bad"), h.ID("form-errors"), h.Role("alert"), h.TabIndex("-1"), ui.Icon("alert-triangle"),
		h.Div(h.Strong(g.Text(p.problem)), h.Ul(p.wrongItems())))
}

func (p mapPage) wrongItems() g.Node {
	var items g.Group
	for i := range p.now.questions {
		if name := "answer-" + strconv.Itoa(i); p.wrong[name] != "" {
			items = append(items, h.Li(h.A(h.Href("#field-"+name), g.Text(p.wrong[name]))))
		}
	}
	for i, t := range p.now.mapping.Tables {
		for j := range t.Columns {
			if name := columnField(i, j); p.wrong[name] != "" {
				items = append(items, h.Li(h.A(h.Href("#field-target-"+name), g.Text(p.wrong[name]))))
			}
		}
	}
	return items
}

func columnField(table, column int) string { return strconv.Itoa(table) + "-" + strconv.Itoa(column) }

// earlier offers the mappings of past imports of files like these.
func (p mapPage) earlier() g.Node {
	if len(p.x.earlier) == 0 {
		return nil
	}
	if p.d.Base != nil {
		return ui.Notice(ui.ToneGood, "check", p.v.view.Text("import.earlier.used"), g.Text(" "),
			h.Form(h.Method("post"), h.Action(draftAddress(p.d.ID, "/base")), h.Class("z-inline"),
				h.Button(h.Type("submit"), h.Class("z-link-button"), p.v.view.Text("import.earlier.drop"))))
	}
	var choices g.Group
	for _, e := range p.x.earlier {
		choices = append(choices, h.Form(h.Method("post"), h.Action(draftAddress(p.d.ID, "/base")), h.Input(h.Type("hidden"), h.Name("import"), h.Value(e.id.String())),
			h.Button(h.Type("submit"), h.Class("btn btn-sm"), p.v.view.Text("import.earlier.use", "when", p.v.view.Ago(e.at)))))
	}
	return ui.Notice(ui.ToneAccent, "history", h.P(p.v.view.Text("import.earlier.offer")), h.Div(h.Class("z-actions"), choices))
}

// skipped lists the files that are not read.
func (p mapPage) skipped() g.Node {
	if len(p.x.skipped) == 0 {
		return nil
	}
	var items g.Group
	for _, s := range p.x.skipped[:min(len(p.x.skipped), 10)] {
		items = append(items, h.Li(h.Strong(g.Text(shownPath(s.Path))), g.Text(": "+s.Reason)))
	}
	return ui.Notice(ui.ToneWarn, "info-circle", h.P(p.v.view.Text("import.map.skipped", "n", len(p.x.skipped))), h.Ul(items))
}

// source asks where the files come from and in which currency their amounts are.
func (p mapPage) source() g.Node {
	source := orDefault(p.d.Wish.Source, p.now.mapping.Source)
	return ui.Card{Title: p.v.T("import.source.title"), Lead: p.v.T("import.source.lead")}.Node(h.Div(h.Class("z-form-row"),
		ui.Field{Name: "source", Label: p.v.T("import.source.name"), Value: source, Hint: p.v.T("import.source.hint"), Required: true}.Node(p.v.view),
		ui.Field{Name: "currency", Label: p.v.T("import.source.currency"), Value: p.d.Wish.Currency, Hint: p.v.T("import.source.currency_hint", "currency", p.v.settings.Currency),
			Error: p.wrong["currency"]}.Node(p.v.view)))
}

// table is one table of the files: what was detected, and its columns.
func (p mapPage) table(i int) g.Node {
	x, t := p.x.tables[i], p.now.mapping.Tables[i]
	object := "object-" + strconv.Itoa(i)
	choice := h.Div(h.Class("z-map-object"), h.Label(h.For("field-"+object), p.v.view.Text("import.map.holds")),
		h.Select(h.ID("field-"+object), h.Name(object), h.Class("form-select"), g.Attr("hx-post", draftAddress(p.d.ID, "/mapping")), g.Attr("hx-trigger", "change"),
			g.Attr("hx-include", "closest form"), g.Attr("hx-vals", `{"then":"stay"}`), g.Attr("hx-target", "#main"), g.Attr("hx-select", "#main"), g.Attr("hx-swap", "outerHTML"),
			selectOptions(objectOptions(p.v), "="+t.Object)))
	head := g.Group{h.P(h.Class("z-detected"), g.Map(formatFacts(p.v, x), func(fact string) g.Node { return ui.Badge(ui.ToneQuiet, fact) })),
		choice, p.why(i), p.questions(t.Name)}
	if t.Object == "" {
		return ui.Card{Title: shownPath(x.path)}.Node(head)
	}
	return ui.Card{Title: shownPath(x.path), Flush: true}.Node(h.Div(h.Class("z-card-body"), head), p.columns(i))
}

// why says what a table was taken for, and what one should know of it.
func (p mapPage) why(i int) g.Node {
	t := p.now.proposal.Tables[i]
	lines := g.Group{h.P(h.Class("z-hint"), g.Text(reasonText(p.v, t.Reason)))}
	if p.d.Base != nil {
		return nil
	}
	for _, warning := range p.now.proposal.Warnings {
		if warning.Table == t.Name && p.now.mapping.Tables[i].Object != "" {
			text := reasonText(p.v, warning.Reason)
			if warning.Column != "" {
				text = warning.Column + ": " + text
			}
			lines = append(lines, h.P(h.Class("z-hint z-warned"), ui.Icon("info-circle"), g.Text(text)))
		}
	}
	return lines
}

// questions asks what the files leave open.
func (p mapPage) questions(table string) g.Node {
	var asked g.Group
	for i, q := range p.now.questions {
		if q.Table != table {
			continue
		}
		name := "answer-" + strconv.Itoa(i)
		asked = append(asked, h.Div(h.Class("z-question"), ui.Field{Name: name, Label: questionText(p.v, q), Type: "select", Options: questionOptions(p.v, q),
			Error: p.wrong[name], Required: true}.Node(p.v.view)))
	}
	return asked
}

// columns are the columns of a table with their first values and what becomes of them.
func (p mapPage) columns(i int) g.Node {
	x, t := p.x.tables[i], p.now.mapping.Tables[i]
	var rows g.Group
	for j := range t.Columns[:min(len(t.Columns), shownColumns)] {
		rows = append(rows, p.column(i, j))
	}
	more := g.Node(nil)
	if len(t.Columns) > shownColumns {
		more = h.P(h.Class("z-hint"), p.v.view.Text("import.map.more_columns", "n", len(t.Columns)-shownColumns))
	}
	return g.Group{h.Div(h.Class("z-table-scroll"), h.TabIndex("0"), h.Role("region"), h.Aria("label", shownPath(x.path)),
		h.Table(h.Class("z-table z-map-table"), h.Caption(h.Class("visually-hidden"), g.Text(shownPath(x.path))),
			h.THead(h.Tr(h.Th(h.Scope("col"), p.v.view.Text("import.map.column")), h.Th(h.Scope("col"), h.Class("z-wide"), p.v.view.Text("import.map.values")),
				h.Th(h.Scope("col"), p.v.view.Text("import.map.becomes")))),
			h.TBody(rows))), more}
}

func (p mapPage) column(i, j int) g.Node {
	x, t := p.x.tables[i], p.now.mapping.Tables[i]
	c, name := t.Columns[j], columnField(i, j)
	var offered mapping.Column
	var reason g.Node
	if decided := p.now.proposal.Tables[i]; decided.Object == t.Object && j < len(decided.Columns) {
		offered = decided.Columns[j].Column
		if c.Target == "" || offered.Target != c.Target || decided.Columns[j].Confidence < 0.8 {
			reason = h.P(h.Class("z-hint"), g.Text(columnReason(p.v, p.x, t.Object, decided.Columns[j], c)))
		}
	}
	return h.Tr(g.If(c.Target == "", h.Class("z-left-out")),
		h.Td(h.Strong(g.Text(c.Header)), h.P(h.Class("z-hint z-only-narrow"), g.Text(samples(x, j)))),
		h.Td(h.Class("z-wide z-samples"), g.Text(samples(x, j))),
		h.Td(h.Div(h.Class("z-map-choice"), targetChoice(p.v, p.x, t, c, offered, "target-"+name), formatChoice(p.v, t.Object, c, "format-"+name)), reason,
			g.If(p.wrong[name] != "", h.P(h.Class("z-field-error"), ui.Icon("alert-triangle"), g.Text(p.wrong[name])))))
}

// columnReason says why a column becomes what it does, where that is not plain.
func columnReason(v visit, x *examination, object string, decided mapping.ColumnDecision, c mapping.Column) string {
	if decided.Suggested != "" && c.Target == "" {
		return v.T("import.map.suggested", "target", targetLabel(v, x, object, mapping.Column{Target: decided.Suggested}))
	}
	if c.Target == "" && decided.Reason.Code == "column_custom" {
		return v.T("import.map.unknown")
	}
	if c.Target != decided.Target {
		return ""
	}
	return reasonText(v, decided.Reason)
}

// maxSample bounds one value of the preview, in characters.
const maxSample = 48

// samples are the first values of a column.
func samples(x examinedTable, j int) string {
	var texts []string
	for _, row := range x.rows {
		if j >= len(row) || strings.TrimSpace(row[j]) == "" {
			texts = append(texts, "∅")
			continue
		}
		text := []rune(strings.TrimSpace(row[j]))
		if len(text) > maxSample {
			text = append(text[:maxSample], '…')
		}
		texts = append(texts, string(text))
	}
	return strings.Join(texts, " · ")
}

func selectOptions(list []ui.Option, chosen string) g.Node {
	return g.Map(list, func(o ui.Option) g.Node {
		return h.Option(h.Value(o.Value), g.If(o.Value == chosen, h.Selected()), g.Text(o.Label))
	})
}

// discardButton throws a draft away.
func discardButton(v visit, id value.ID, label, class string) g.Node {
	return h.Form(h.Method("post"), h.Action(draftAddress(id, "/discard")), h.Button(h.Type("submit"), h.Class(class), g.Text(label)))
}
