package web

import (
	"context"
	"fmt"
	"net/http"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/connect"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/i18n"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/ui"
)

// applyImport begins the import that a dry run has shown.
func (s *Site) applyImport(w http.ResponseWriter, r *http.Request, v visit) error {
	d, err := s.loadDraft(v, r.PathValue("draft"))
	if err != nil {
		return err
	}
	if d.Checked == nil || d.Checked.Mapping == nil {
		http.Redirect(w, r, draftAddress(d.ID, ""), http.StatusSeeOther)
		return nil
	}
	from := device(r).Address
	err = s.jobs.start(d.ID, jobApply, func(ctx context.Context, work *job) (string, error) {
		report, err := connect.Import(ctx, s.DB, s.filePaths(d), connect.ImportOptions{Mapping: d.Checked.Mapping, Source: d.Wish.Source, Currency: d.Wish.Currency,
			Actor: v.access.Actor(), Progress: work.report})
		if report.ID != (value.ID{}) {
			auditErr := s.auditImport(identity.WithAddress(ctx, from), v, report, draftTitle(d), err)
			if err == nil {
				err = auditErr
			}
		}
		if err != nil {
			return "", err
		}
		return "/imports/" + report.ID.String(), nil
	})
	if err != nil {
		return err
	}
	if work := s.jobs.find(d.ID); work != nil { // nil: somebody discarded the draft at the same moment
		go s.removeWhenDone(d.ID, work)
	}
	http.Redirect(w, r, draftAddress(d.ID, "/check"), http.StatusSeeOther)
	return nil
}

// removeWhenDone removes the files of a draft when they are imported, whether somebody waits for that or not.
func (s *Site) removeWhenDone(id value.ID, work *job) {
	<-work.done
	if _, _, err := work.state(); err == nil {
		s.removeFolder(id)
	}
}

// auditImport notes an import in the audit log, also one that was broken off.
func (s *Site) auditImport(ctx context.Context, v visit, report connect.Report, files string, failed error) error {
	sum := report.Totals()
	entry := identity.AuditEntry{Action: "import", Object: "import", Record: report.ID, Detail: map[string]any{"files": files, "source": report.Source,
		"read": sum.Read, "created": sum.Created, "updated": sum.Updated, "rejected": sum.Rejected}}
	if failed != nil {
		entry.Action = "import.stop"
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return s.DB.Write(ctx, s.txInfo(v), func(tx *db.Tx) error { return identity.AppendAudit(ctx, tx, entry) })
}

// showProgress is the part of a page that says how far work is. When it is done, it leads on.
func (s *Site) showProgress(w http.ResponseWriter, r *http.Request, v visit) error {
	if next := s.finished(r); next != "" {
		return leadTo(w, next)
	}
	d, err := s.loadDraft(v, r.PathValue("draft"))
	if err != nil {
		return err
	}
	work := s.jobs.find(d.ID)
	if work != nil && !work.isDone() {
		return write(w, http.StatusOK, progressPart(v, draftAddress(d.ID, "/progress"), work))
	}
	if work == nil || work.kind == jobExamine {
		return leadTo(w, draftAddress(d.ID, ""))
	}
	return leadTo(w, draftAddress(d.ID, "/check"))
}

// leadTo makes the page, of which only a part was asked for, go on to another one.
func leadTo(w http.ResponseWriter, address string) error {
	w.Header().Set("HX-Redirect", address)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// finished is the report of the import that a draft has become; "" while it has not.
func (s *Site) finished(r *http.Request) string {
	id, err := value.ParseID(r.PathValue("draft"))
	if err != nil {
		return ""
	}
	work := s.jobs.find(id)
	if work == nil || work.kind != jobApply || !work.isDone() {
		return ""
	}
	_, next, _ := work.state()
	return next
}

// drawProgress is the page while work goes on.
func (s *Site) drawProgress(w http.ResponseWriter, r *http.Request, v visit, id value.ID, title string, work *job) error {
	step := map[jobKind]int{jobExamine: 1, jobCheck: 3, jobApply: 4}[work.kind]
	actions := []g.Node{h.Form(h.Method("post"), h.Action(draftAddress(id, "/stop")), h.Button(h.Type("submit"), h.Class("btn"), v.view.Text("import.stop")))}
	return s.render(w, r, v, ui.Page{Title: v.T("import.doing." + string(work.kind)), Lead: title, Crumbs: importCrumbs(v, title), Actions: actions,
		Body: g.Group{importSteps(v, step), ui.Card{}.Node(progressPart(v, draftAddress(id, "/progress"), work))}})
}

// progressPart says how far work is, and fetches itself again.
func progressPart(v visit, address string, work *job) g.Node {
	p, _, _ := work.state()
	share := -1.0
	if p.BytesAll > 0 {
		share = float64(p.Bytes) / float64(p.BytesAll)
	}
	var facts g.Group
	fact := func(key string, args ...any) { facts = append(facts, h.Span(v.view.Text(key, args...))) }
	if p.Rows > 0 {
		fact("import.progress.rows", "n", p.Rows)
		if seconds := p.Elapsed.Seconds(); seconds > 0.5 {
			fact("import.progress.rate", "rate", v.view.Number(int64(float64(p.Rows)/seconds)))
		}
	}
	if p.Table != "" {
		facts = append(facts, h.Span(g.Text(shownPath(p.Table))))
	}
	if p.Finishing {
		share = -1
		fact("import.progress.finishing")
	} else if share > 0.02 && share < 1 {
		left := time.Duration(float64(p.Elapsed) * (1 - share) / share)
		fact("import.progress.left", "time", durationText(v.view.Lang, left))
	}
	label := v.T("import.doing." + string(work.kind))
	return h.Div(h.ID("progress"), g.Attr("hx-get", address), g.Attr("hx-trigger", "every 1s"), g.Attr("hx-swap", "outerHTML"), h.Class("z-working"),
		h.Aria("live", "polite"), ui.ProgressBar(label, share), h.P(h.Class("z-progress-facts"), facts),
		h.P(h.Class("z-hint"), v.view.Text("import.progress.leave")))
}

// durationText writes a short length of time: 1:05, or seconds.
func durationText(lang i18n.Lang, d time.Duration) string {
	if d < time.Minute {
		return i18n.T(lang, "import.progress.seconds", "n", max(1, int(d.Seconds())))
	}
	return fmt.Sprintf("%d:%02d", int(d.Minutes()), int(d.Seconds())%60)
}

// stopImport breaks off what is being done. An import that was broken off goes on when it is applied again.
func (s *Site) stopImport(w http.ResponseWriter, r *http.Request, v visit) error {
	d, err := s.loadDraft(v, r.PathValue("draft"))
	if err != nil {
		return err
	}
	next := draftAddress(d.ID, "/check")
	if work := s.jobs.find(d.ID); work != nil && !work.isDone() {
		work.cancel()
		select {
		case <-work.done:
		case <-r.Context().Done():
		}
		if work.kind == jobExamine {
			s.removeDraft(d.ID)
			next = "/imports"
		}
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}
