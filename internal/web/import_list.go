package web

import (
	"net/http"
	"strconv"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/connect"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/web/ui"
)

// showImports is where files are brought in, with everything that was imported before.
func (s *Site) showImports(w http.ResponseWriter, r *http.Request, v visit) error {
	return s.drawImports(w, r, v, http.StatusOK, "")
}

func (s *Site) drawImports(w http.ResponseWriter, r *http.Request, v visit, status int, problem string) error {
	var past []connect.ImportInfo
	err := s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		past, err = connect.Imports(r.Context(), tx)
		return err
	})
	if err != nil {
		return err
	}
	mine, err := s.drafts(r.Context(), v.access.Person, v.now)
	if err != nil {
		return err
	}
	page := ui.Page{Title: v.T("import.title"), Lead: v.T("import.lead"), Scripts: []string{"import.js"}, Nav: navigation(v, r.URL.Path),
		Body: g.Group{importSteps(v, 1), s.uploadForm(v, problem), s.draftList(v, mine), pastImports(v, past)}}
	return write(w, status, ui.Document(v.view, page))
}

// uploadForm takes files by choosing or dropping them.
func (s *Site) uploadForm(v visit, problem string) g.Node {
	var wrong g.Node
	if problem != "" {
		wrong = h.Div(h.Class("z-alert z-tone-bad"), h.ID("form-errors"), h.Role("alert"), h.TabIndex("-1"), ui.Icon("alert-triangle"), h.Div(h.Strong(g.Text(problem))))
	}
	if s.Uploads == "" {
		return ui.Card{}.Node(ui.State{Icon: "file-import", Title: v.T("import.upload.closed"), Text: v.T("import.upload.closed_text")}.Node())
	}
	return ui.Card{}.Node(h.Form(h.Method("post"), h.Action("/imports"), h.EncType("multipart/form-data"), h.ID("upload"), h.Class("z-upload"),
		h.Data("max", strconv.FormatInt(s.maxUpload(), 10)), h.Data("too-large", v.T("import.upload.too_large", "mib", s.maxUpload()>>20)), h.Data("broken", v.T("import.upload.broken_off")),
		wrong,
		h.Div(h.Class("z-drop"),
			ui.Icon("upload"),
			h.Label(h.For("files"), v.view.Text("import.upload.label")),
			h.Input(h.Type("file"), h.ID("files"), h.Name("files"), h.Class("form-control"), h.Multiple(), h.Required(), h.Accept(".csv,.tsv,.txt,.zip,.xlsx,.gz"), h.Aria("describedby", "upload-hint")),
			h.P(h.ID("upload-hint"), h.Class("z-hint"), v.view.Text("import.upload.hint", "mib", s.maxUpload()>>20)),
			h.Ul(h.ID("chosen"), h.Class("z-chosen"), h.Aria("live", "polite"))),
		h.Div(h.Class("z-upload-progress"), h.Hidden("hidden"), g.El("progress", h.Class("z-progress"), g.Attr("max", "100"), g.Attr("value", "0"), h.Aria("label", v.T("import.upload.sending")))),
		h.Button(h.Type("submit"), h.Class("btn btn-primary"), ui.Icon("arrow-right"), v.view.Text("import.upload.submit")),
	))
}

// draftList lists imports that the visitor has begun and not finished.
func (s *Site) draftList(v visit, mine []*importDraft) g.Node {
	if len(mine) == 0 {
		return nil
	}
	return ui.Card{Title: v.T("import.drafts.title"), Lead: v.T("import.drafts.lead"), Flush: true}.Node(h.Ul(h.Class("z-list"), g.Map(mine, func(d *importDraft) g.Node {
		step, badge := "", ui.Badge(ui.ToneQuiet, v.T("import.state.draft"))
		if d.Checked != nil {
			step = "/check"
		}
		if work := s.jobs.find(d.ID); work != nil && !work.isDone() {
			badge = ui.Badge(ui.ToneAccent, v.T("import.doing."+string(work.kind)))
		}
		return h.Li(h.Div(h.A(h.Href(draftAddress(d.ID, step)), g.Text(draftTitle(d))), h.P(h.Class("z-hint"), g.Text(v.view.Ago(d.Begun)))),
			h.Div(h.Class("z-actions"), badge, discardButton(v, d.ID, v.T("import.discard"), "btn btn-sm")))
	})))
}

var stateTones = map[connect.State]ui.Tone{connect.Running: ui.ToneAccent, connect.Stopped: ui.ToneWarn, connect.Done: ui.ToneGood, connect.Undoing: ui.ToneAccent, connect.Undone: ui.ToneQuiet}

// pastImports lists what was imported before, the latest first.
func pastImports(v visit, past []connect.ImportInfo) g.Node {
	card := ui.Card{Title: v.T("import.past.title"), Flush: true}
	if len(past) == 0 {
		return card.Node(ui.State{Icon: "file-import", Title: v.T("import.past.none"), Text: v.T("import.past.none_text")}.Node())
	}
	count := func(key string, of func(connect.ImportInfo) int64, wide bool) ui.Column[connect.ImportInfo] {
		return ui.Column[connect.ImportInfo]{Label: v.T(key), Numeric: true, Wide: wide, Cell: func(i connect.ImportInfo) g.Node { return g.Text(v.view.Number(of(i))) }}
	}
	return card.Node(ui.Table[connect.ImportInfo]{Caption: v.T("import.past.title"), Rows: past, Leads: true, Columns: []ui.Column[connect.ImportInfo]{
		{Label: v.T("import.past.files"), Cell: func(i connect.ImportInfo) g.Node {
			return g.Group{h.A(h.Href("/imports/"+i.ID.String()), g.Text(orDefault(i.Files, i.Source))), h.P(h.Class("z-hint"), g.Text(v.view.Time(i.StartedAt)+" · "+i.Actor.Name))}
		}},
		{Label: v.T("import.past.state"), Cell: func(i connect.ImportInfo) g.Node { return stateBadge(v, i.State) }},
		count("import.count.created", func(i connect.ImportInfo) int64 { return i.Rows.Created }, false),
		count("import.count.updated", func(i connect.ImportInfo) int64 { return i.Rows.Updated }, true),
		count("import.count.rejected", func(i connect.ImportInfo) int64 { return i.Rows.Rejected }, true),
	}}.Node(v.view))
}

func stateBadge(v visit, state connect.State) g.Node {
	return ui.Badge(stateTones[state], v.T("import.state."+string(state)))
}
