package web

import (
	"context"
	"net/http"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/connect"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/ui"
)

// loadImport gives the import that an address names.
func (s *Site) loadImport(r *http.Request) (info connect.ImportInfo, err error) {
	id, err := value.ParseID(r.PathValue("import"))
	if err != nil {
		return info, fault.New(fault.NotFound, "there is no such import")
	}
	err = s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		info, err = connect.LoadImport(r.Context(), tx, id)
		return err
	})
	return info, err
}

// showImport is the report of an import, with the button that takes it back.
func (s *Site) showImport(w http.ResponseWriter, r *http.Request, v visit) error {
	info, err := s.loadImport(r)
	if err != nil {
		return err
	}
	title := orDefault(info.Files, info.Source)
	page := ui.Page{Title: v.T("import.done.title"), Lead: title, Crumbs: importCrumbs(v, title)}
	var undoing g.Node
	work := s.jobs.find(info.ID)
	switch {
	case work != nil && !work.isDone():
		undoing = ui.Card{}.Node(undoPart(v, info.ID, work))
	case work != nil:
		if _, _, err := work.state(); err != nil {
			undoing = s.jobProblem(v, r, err)
		} else if info.State == connect.Undone {
			undoing = undoneNotice(v, work)
		}
	}
	if info.State != connect.Undone && (work == nil || work.isDone()) {
		page.Actions = []g.Node{h.Button(h.Type("button"), h.Class("btn"), h.Data("dialog", "undo"), ui.Icon("arrow-back-up"), v.view.Text("import.undo.open"))}
	}
	facts := ui.Card{}.Node(h.Dl(h.Class("z-facts"),
		h.Dt(v.view.Text("import.past.state")), h.Dd(stateBadge(v, info.State)),
		h.Dt(v.view.Text("import.done.who")), h.Dd(ui.Person(info.Actor.Name)),
		h.Dt(v.view.Text("import.done.when")), h.Dd(g.Text(v.view.Time(info.StartedAt))),
		h.Dt(v.view.Text("import.source.name")), h.Dd(h.Code(g.Text(info.Source)))))
	report := info.Report
	if report == nil {
		report = &connect.Report{Tables: []connect.TableReport{info.Rows}}
	}
	drawn := reportPage{v: v, r: report}
	page.Body = g.Group{undoing, drawn.headline(), facts, undoDialog(v, info)}
	if info.Report != nil {
		page.Body = g.Group{undoing, drawn.headline(), facts, drawn.body(), undoDialog(v, info)}
	}
	return s.render(w, r, v, page)
}

// undoneNotice says what undoing did.
func undoneNotice(v visit, work *job) g.Node {
	work.mu.Lock()
	defer work.mu.Unlock()
	u := work.undone
	lines := g.Group{h.P(v.view.Text("import.undo.did", "deleted", u.Deleted, "restored", u.Restored))}
	if u.Kept > 0 {
		lines = append(lines, h.P(v.view.Text("import.undo.kept", "n", u.Kept)))
	}
	return ui.Notice(ui.ToneGood, "check", lines)
}

// undoDialog asks before an import is taken back.
func undoDialog(v visit, info connect.ImportInfo) g.Node {
	return ui.Dialog(v.view, "undo", v.T("import.undo.title"), h.P(v.view.Text("import.undo.text")),
		h.Form(h.Method("post"), h.Action("/imports/"+info.ID.String()+"/undo"), h.Class("z-form-actions"),
			h.Button(h.Type("submit"), h.Class("btn btn-primary"), v.view.Text("import.undo.confirm")),
			h.Button(h.Type("button"), h.Class("btn"), h.Data("close", ""), v.view.Text("ui.cancel"))))
}

// undoImport takes an import back.
func (s *Site) undoImport(w http.ResponseWriter, r *http.Request, v visit) error {
	info, err := s.loadImport(r)
	if err != nil {
		return err
	}
	address := "/imports/" + info.ID.String()
	if info.State == connect.Undone {
		return fault.New(fault.Invalid, "%s", v.T("import.undo.already"))
	}
	from := device(r).Address
	err = s.jobs.start(info.ID, jobUndo, func(ctx context.Context, work *job) (string, error) {
		report, err := connect.Undo(ctx, s.DB, info.ID, v.access.Actor())
		if err != nil {
			return "", err
		}
		work.noteUndone(report)
		ctx = identity.WithAddress(ctx, from)
		return address, s.DB.Write(ctx, s.txInfo(v), func(tx *db.Tx) error {
			return identity.AppendAudit(ctx, tx, identity.AuditEntry{Action: "import.undo", Object: "import", Record: info.ID, Detail: map[string]any{"files": info.Files,
				"deleted": report.Deleted, "restored": report.Restored, "kept": report.Kept}})
		})
	})
	if err != nil {
		return err
	}
	http.Redirect(w, r, address, http.StatusSeeOther)
	return nil
}

// showUndoing is the part of the page that says that an import is being taken back.
func (s *Site) showUndoing(w http.ResponseWriter, r *http.Request, v visit) error {
	info, err := s.loadImport(r)
	if err != nil {
		return err
	}
	if work := s.jobs.find(info.ID); work != nil && !work.isDone() {
		return write(w, http.StatusOK, undoPart(v, info.ID, work))
	}
	w.Header().Set("HX-Redirect", "/imports/"+info.ID.String())
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func undoPart(v visit, id value.ID, work *job) g.Node {
	return progressPart(v, "/imports/undoing/"+id.String(), work)
}
