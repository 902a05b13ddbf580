package web

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/connect"
	"zveno.dev/zveno/internal/connect/mapping"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/web/ui"
)

// startCheck begins the dry run of a draft: everything that the import would do, without keeping any of it.
func (s *Site) startCheck(v visit, d *importDraft, m mapping.Mapping) error {
	return s.jobs.start(d.ID, jobCheck, func(ctx context.Context, work *job) (string, error) {
		var rejects bytes.Buffer
		report, err := connect.Import(ctx, s.DB, s.filePaths(d), connect.ImportOptions{Mapping: &m, Source: d.Wish.Source, Currency: d.Wish.Currency, DryRun: true,
			Actor: v.access.Actor(), Rejects: &bounded{&rejects, maxRejects}, Progress: work.report})
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(s.draftFolder(d.ID), draftRejects), rejects.Bytes(), 0o600); err != nil {
			return "", fmt.Errorf("web: keep the list of rejected rows: %w", err)
		}
		d.Checked = &report
		return draftAddress(d.ID, "/check"), s.saveDraft(d)
	})
}

// maxRejects bounds the list of rejected rows that can be downloaded, in bytes.
const maxRejects = 32 << 20

// bounded takes everything and keeps the beginning.
type bounded struct {
	to   *bytes.Buffer
	left int
}

// Write keeps p, or as much of it as there is room for.
func (b *bounded) Write(p []byte) (int, error) {
	n := min(len(p), b.left)
	b.to.Write(p[:n])
	b.left -= n
	return len(p), nil
}

// showCheck is what the dry run found, and the button that makes it real.
func (s *Site) showCheck(w http.ResponseWriter, r *http.Request, v visit) error {
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
	var problem g.Node
	if work != nil && work.kind != jobExamine {
		if _, _, err := work.state(); err != nil {
			problem = s.jobProblem(v, r, err)
		}
	}
	if d.Checked == nil && problem == nil {
		http.Redirect(w, r, draftAddress(d.ID, ""), http.StatusSeeOther)
		return nil
	}
	back := ui.LinkButton(draftAddress(d.ID, ""), v.T("import.check.back"), "arrow-back-up")
	page := ui.Page{Title: v.T("import.check.title"), Lead: draftTitle(d), Crumbs: importCrumbs(v, draftTitle(d)), Actions: []g.Node{back}}
	if d.Checked == nil {
		page.Body = g.Group{importSteps(v, 3), problem}
		return s.render(w, r, v, page)
	}
	report := reportPage{v: v, r: d.Checked, join: draftAddress(d.ID, "/join")}
	if d.Checked.Totals().Rejected > 0 {
		report.rejects = draftAddress(d.ID, "/rejected.csv")
	}
	page.Body = g.Group{importSteps(v, 3), problem, report.headline(), applyForm(v, d), report.body()}
	return s.render(w, r, v, page)
}

// jobProblem says why work on an import failed. What went wrong inside is for the log.
func (s *Site) jobProblem(v visit, r *http.Request, err error) g.Node {
	text := hidePaths(err.Error())
	switch {
	case errors.Is(err, context.Canceled):
		text = v.T("import.broken_off")
	case fault.KindOf(err) == fault.Internal:
		s.Log.Error("import failed", "request", requestID(r), "error", err)
		text = v.T("error.internal.title") + " " + requestID(r)
	}
	return ui.Notice(ui.ToneBad, "alert-triangle", h.Strong(v.view.Text("import.failed")), h.P(g.Text(text)))
}

// applyForm is the button that begins the import.
func applyForm(v visit, d *importDraft) g.Node {
	sum := d.Checked.Totals()
	if sum.Created+sum.Updated == 0 {
		return ui.Notice(ui.ToneWarn, "info-circle", v.view.Text("import.check.nothing_new"))
	}
	return h.Form(h.Method("post"), h.Action(draftAddress(d.ID, "/apply")), h.Class("z-apply"),
		h.Button(h.Type("submit"), h.Class("btn btn-primary"), ui.Icon("file-import"), v.view.Text("import.check.apply", "n", sum.Read-sum.Rejected)),
		h.P(h.Class("z-hint"), v.view.Text("import.check.undo_hint")))
}

// joinValues takes names that differ from those known, and says what is meant by them; the dry run is done again.
func (s *Site) joinValues(w http.ResponseWriter, r *http.Request, v visit) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxMappingForm)
	d, x, err := s.loadExamined(v, r)
	if err != nil {
		return err
	}
	if x == nil || d.Checked == nil {
		http.Redirect(w, r, draftAddress(d.ID, ""), http.StatusSeeOther)
		return nil
	}
	now, err := d.decide(x)
	if err != nil {
		return err
	}
	for i, u := range d.Checked.Unresolved {
		meant := r.PostFormValue("join-" + strconv.Itoa(i))
		if meant == "" {
			continue
		}
		d.join(now.mapping, x, u, meant)
	}
	d.Checked = nil
	if err := s.saveDraft(d); err != nil {
		return err
	}
	if now, err = d.decide(x); err != nil {
		return err
	}
	if err := s.startCheck(v, d, now.mapping); err != nil {
		return err
	}
	http.Redirect(w, r, draftAddress(d.ID, "/check"), http.StatusSeeOther)
	return nil
}

// join notes that a value of a column means something else.
func (d *importDraft) join(m mapping.Mapping, x *examination, u connect.Unresolved, meant string) {
	for i, t := range m.Tables {
		if x.tables[i].path != u.File {
			continue
		}
		for _, c := range t.Columns {
			if c.Header != u.Column {
				continue
			}
			choice, made := d.Choices[t.Name][c.Header]
			if !made {
				choice = columnChoice{Target: c.Target, Format: c.Format, Kind: string(c.Kind)}
			}
			if choice.Values == nil {
				choice.Values = map[string]string{}
			}
			choice.Values[u.Value] = meant
			if d.Choices[t.Name] == nil {
				d.Choices[t.Name] = map[string]columnChoice{}
			}
			d.Choices[t.Name][c.Header] = choice
		}
	}
}

// sendRejects sends the list of rows that the dry run rejected.
func (s *Site) sendRejects(w http.ResponseWriter, r *http.Request, v visit) error {
	d, err := s.loadDraft(v, r.PathValue("draft"))
	if err != nil {
		return err
	}
	file, err := os.Open(filepath.Join(s.draftFolder(d.ID), draftRejects))
	if errors.Is(err, fs.ErrNotExist) {
		return fault.New(fault.NotFound, "no row was rejected")
	}
	if err != nil {
		return fmt.Errorf("web: read the list of rejected rows: %w", err)
	}
	defer file.Close()
	return s.copyRejects(w, r, v, file)
}

// copyRejects sends a list of rejected rows as other exports are sent: without formulas, and with the visitor's headings.
func (s *Site) copyRejects(w http.ResponseWriter, r *http.Request, v visit, from io.Reader) error {
	header := []string{v.T("import.rejected.file"), v.T("import.rejected.line"), v.T("import.rejected.column"), v.T("import.rejected.value"), v.T("import.rejected.reason")}
	return writeCSV(w, r, v, "rejected", header, func(row func(...string) error) error {
		in := csv.NewReader(from)
		in.FieldsPerRecord = -1
		for first := true; ; first = false {
			cells, err := in.Read()
			if err != nil {
				return nil // the end, or where the list was cut off
			}
			if first || len(cells) < 5 {
				continue
			}
			cells[0], cells[4] = shownPath(cells[0]), rejectionText(v, cells[4])
			if err := row(cells...); err != nil {
				return err
			}
		}
	})
}
