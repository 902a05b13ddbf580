package web

import (
	"strconv"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/connect"
	"zveno.dev/zveno/internal/web/ui"
)

// Bounds of the lists of a report on the page.
const (
	shownRejections = 100
	shownUnresolved = 100
)

// reportPage draws what an import did, or would do.
type reportPage struct {
	v       visit
	r       *connect.Report
	rejects string // address of all rejected rows; "" = there are none to download
	join    string // address that takes what unresolved names mean; "" = it is too late
}

// headline is the report in a few numbers.
func (p reportPage) headline() g.Node {
	sum := p.r.Totals()
	number := func(key string, n int64, tone ui.Tone) g.Node {
		class := "z-kpi-value"
		if n > 0 && tone == ui.ToneBad {
			class += " z-text-bad"
		}
		return h.Article(h.Class("z-card z-kpi"), h.H2(p.v.view.Text(key)), h.P(h.Class(class), g.Text(p.v.view.Number(n))))
	}
	return h.Div(h.Class("z-kpis z-kpis-5"), number("import.count.read", sum.Read, ""), number("import.count.created", sum.Created, ""), number("import.count.updated", sum.Updated, ""),
		number("import.count.unchanged", sum.Unchanged, ""), number("import.count.rejected", sum.Rejected, ui.ToneBad))
}

// body is all of the report but its headline.
func (p reportPage) body() g.Node {
	return g.Group{p.unresolved(), p.rejections(), p.tables(), p.notes()}
}

func (p reportPage) tables() g.Node {
	v := p.v
	count := func(key string, of func(connect.TableReport) int64) ui.Column[connect.TableReport] {
		return ui.Column[connect.TableReport]{Label: v.T(key), Numeric: true, Cell: func(t connect.TableReport) g.Node { return g.Text(v.view.Number(of(t))) }}
	}
	columns := []ui.Column[connect.TableReport]{
		{Label: v.T("import.report.table"), Cell: func(t connect.TableReport) g.Node { return g.Text(shownPath(t.Path)) }},
		{Label: v.T("import.report.object"), Cell: func(t connect.TableReport) g.Node { return g.Text(objectLabel(v, t.Object)) }},
		count("import.count.read", func(t connect.TableReport) int64 { return t.Read }),
		count("import.count.created", func(t connect.TableReport) int64 { return t.Created }),
		count("import.count.updated", func(t connect.TableReport) int64 { return t.Updated }),
		count("import.count.unchanged", func(t connect.TableReport) int64 { return t.Unchanged }),
		count("import.count.rejected", func(t connect.TableReport) int64 { return t.Rejected }),
	}
	return ui.Card{Title: v.T("import.report.by_table"), Flush: true}.Node(ui.Table[connect.TableReport]{Caption: v.T("import.report.by_table"), Columns: columns, Rows: p.r.Tables}.Node(v.view))
}

// unresolved lists names that refer to nothing. What they probably mean is offered, never assumed.
func (p reportPage) unresolved() g.Node {
	v := p.v
	if len(p.r.Unresolved) == 0 {
		return nil
	}
	type row struct {
		i int
		connect.Unresolved
	}
	var rows []row
	offered := false
	for i, u := range p.r.Unresolved[:min(len(p.r.Unresolved), shownUnresolved)] {
		rows = append(rows, row{i, u})
		offered = offered || len(u.Suggested) > 0
	}
	columns := []ui.Column[row]{
		{Label: v.T("import.unresolved.value"), Cell: func(u row) g.Node {
			like := g.Node(nil)
			if len(u.Suggested) > 0 {
				like = g.Group{g.Text(" "), ui.Badge(ui.ToneWarn, v.T("import.unresolved.like", "name", u.Suggested[0]))}
			}
			return g.Group{h.Strong(g.Text(u.Value)), like, h.P(h.Class("z-hint"), v.view.Text("import.unresolved.place", "column", u.Column, "file", shownPath(u.File)))}
		}},
		{Label: v.T("import.report.object"), Wide: true, Cell: func(u row) g.Node { return g.Text(objectLabel(v, u.Object)) }},
		{Label: v.T("import.unresolved.rows"), Numeric: true, Cell: func(u row) g.Node { return g.Text(v.view.Number(u.Rows)) }},
		{Label: v.T("import.unresolved.meant"), Cell: func(u row) g.Node { return p.meant(u.i, u.Unresolved) }},
	}
	table := ui.Table[row]{Caption: v.T("import.unresolved.title"), Columns: columns, Rows: rows}.Node(v.view)
	card := ui.Card{Title: v.T("import.unresolved.title"), Lead: v.T("import.unresolved.lead"), Flush: true}
	if p.join == "" || !offered {
		return card.Node(table)
	}
	return card.Node(h.Form(h.Method("post"), h.Action(p.join), table,
		h.Div(h.Class("z-card-foot"), h.Button(h.Type("submit"), h.Class("btn"), ui.Icon("git-merge"), v.view.Text("import.unresolved.join")))))
}

// meant offers the names that one is like.
func (p reportPage) meant(i int, u connect.Unresolved) g.Node {
	if len(u.Suggested) == 0 {
		return h.Span(h.Class("z-muted"), p.v.view.Text("import.unresolved.left"))
	}
	if p.join == "" {
		return h.Span(h.Class("z-muted"), p.v.view.Text("import.unresolved.left"))
	}
	options := []ui.Option{{Label: p.v.T("import.unresolved.empty")}}
	for _, name := range u.Suggested {
		options = append(options, ui.Option{Value: name, Label: p.v.T("import.unresolved.is", "name", name)})
	}
	return h.Select(h.Name("join-"+strconv.Itoa(i)), h.Class("form-select form-select-sm"), h.Aria("label", p.v.T("import.unresolved.choose", "name", u.Value)),
		selectOptions(options, ""))
}

// rejections lists rows that are not imported, with where and why.
func (p reportPage) rejections() g.Node {
	v := p.v
	if len(p.r.Rejections) == 0 {
		return nil
	}
	sum := p.r.Totals()
	columns := []ui.Column[connect.Rejection]{
		{Label: v.T("import.rejected.place"), Cell: func(r connect.Rejection) g.Node {
			return g.Text(v.T("import.rejected.at", "file", shownPath(r.File), "line", r.Line))
		}},
		{Label: v.T("import.rejected.column"), Cell: func(r connect.Rejection) g.Node { return g.Text(r.Column) }},
		{Label: v.T("import.rejected.value"), Wide: true, Cell: func(r connect.Rejection) g.Node { return g.Text(r.Value) }},
		{Label: v.T("import.rejected.reason"), Cell: func(r connect.Rejection) g.Node { return g.Text(rejectionText(v, r.Reason)) }},
	}
	card := ui.Card{Title: v.T("import.rejected.title", "n", sum.Rejected), Lead: v.T("import.rejected.lead"), Flush: true}
	if p.rejects != "" {
		card.Actions = []g.Node{h.A(h.Class("btn btn-sm"), h.Href(p.rejects), ui.Icon("download"), v.view.Text("import.rejected.download"))}
	}
	shown := p.r.Rejections[:min(len(p.r.Rejections), shownRejections)]
	table := ui.Table[connect.Rejection]{Caption: v.T("import.rejected.title", "n", sum.Rejected), Columns: columns, Rows: shown}.Node(v.view)
	if int64(len(shown)) < sum.Rejected {
		return card.Node(table, h.P(h.Class("z-card-foot z-hint"), v.view.Text("import.rejected.first", "n", len(shown))))
	}
	return card.Node(table)
}

// notes say what was decided, made besides and left out.
func (p reportPage) notes() g.Node {
	v := p.v
	var lines g.Group
	add := func(icon, text string) { lines = append(lines, h.Li(ui.Icon(icon), h.Span(g.Text(text)))) }
	made := make([]string, 0, len(p.r.Made))
	for _, m := range p.r.Made {
		made = append(made, objectLabel(v, m.Object)+": "+v.view.Number(m.Records))
	}
	if len(made) > 0 {
		add("plus", v.T("import.report.made", "list", strings.Join(made, ", ")))
	}
	for _, n := range p.r.Notes {
		text := noteText(v, n)
		if n.Rows > 0 {
			text = v.T("import.report.note_rows", "note", text, "n", n.Rows)
		}
		if n.File != "" {
			text = shownPath(n.File) + ": " + text
		}
		add("info-circle", text)
	}
	for _, l := range p.r.LeftOut {
		add("minus", v.T("import.report.left_out", "file", shownPath(l.Path)))
	}
	for _, f := range p.r.CustomFields {
		add("minus", v.T("import.report.column_left_out", "file", shownPath(f.File), "column", f.Column))
	}
	if len(lines) == 0 {
		return nil
	}
	return ui.Card{Title: v.T("import.report.notes"), Flush: true}.Node(h.Ul(h.Class("z-list z-notes"), lines))
}
