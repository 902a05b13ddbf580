package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	g "maragu.dev/gomponents"

	"zveno.dev/zveno/internal/connect/mapping"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/ui"
)

// importSteps shows how far an import is on its way from files to records.
func importSteps(v visit, at int) g.Node {
	return ui.Steps(v.view, at, v.T("import.step.files"), v.T("import.step.map"), v.T("import.step.check"), v.T("import.step.apply"))
}

// startExamination looks at the files while the visitor sees how far that is.
func (s *Site) startExamination(d *importDraft) error {
	return s.jobs.start(d.ID, jobExamine, func(ctx context.Context, _ *job) (string, error) {
		x, err := s.examine(ctx, d)
		if err != nil {
			return "", err
		}
		s.jobs.keep(d.ID, x)
		return draftAddress(d.ID, ""), nil
	})
}

// loadExamined gives a draft and what was found in its files; the examination is nil while they are still looked at.
func (s *Site) loadExamined(v visit, r *http.Request) (*importDraft, *examination, error) {
	d, err := s.loadDraft(v, r.PathValue("draft"))
	if err != nil {
		return nil, nil, err
	}
	if s.jobs.running(d.ID) {
		return d, nil, nil
	}
	return d, s.jobs.examination(d.ID), nil
}

// saveMapping takes the decisions of the form, and goes on to the dry run if they are whole.
func (s *Site) saveMapping(w http.ResponseWriter, r *http.Request, v visit) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxMappingForm)
	d, x, err := s.loadExamined(v, r)
	if err != nil {
		return err
	}
	if x == nil {
		http.Redirect(w, r, draftAddress(d.ID, ""), http.StatusSeeOther)
		return nil
	}
	if err := r.ParseForm(); err != nil {
		return fault.New(fault.Invalid, "the form could not be read: %w", err)
	}
	now, err := d.decide(x)
	if err != nil {
		return err
	}
	currency := strings.ToUpper(strings.TrimSpace(r.PostFormValue("currency")))
	if currency != "" && !value.IsCurrency(currency) {
		wrong := map[string]string{"currency": v.T("settings.wrong.currency")}
		return s.drawMapping(w, r, v, http.StatusUnprocessableEntity, mapPage{v: v, d: d, x: x, now: now, problem: wrong["currency"], wrong: wrong})
	}
	d.readChoices(x, now, r.PostFormValue)
	d.Checked = nil
	if err := s.saveDraft(d); err != nil {
		return err
	}
	if r.PostFormValue("then") != "check" {
		http.Redirect(w, r, draftAddress(d.ID, ""), http.StatusSeeOther)
		return nil
	}
	if now, err = d.decide(x); err != nil {
		return err
	}
	p := mapPage{v: v, d: d, x: x, now: now}
	if p.findFaults(); p.problem != "" {
		return s.drawMapping(w, r, v, http.StatusUnprocessableEntity, p)
	}
	if err := s.startCheck(v, d, now.mapping); err != nil {
		return err
	}
	http.Redirect(w, r, draftAddress(d.ID, "/check"), http.StatusSeeOther)
	return nil
}

// findFaults finds what keeps the decisions from being carried out.
func (p *mapPage) findFaults() {
	p.wrong = map[string]string{}
	for i, q := range p.now.questions {
		p.wrong["answer-"+strconv.Itoa(i)] = p.v.T("import.map.answer", "table", q.Table)
	}
	any := false
	for i, t := range p.now.mapping.Tables {
		any = any || t.Object != ""
		if t.Object != "" {
			p.findDoubles(i, t)
		}
	}
	switch {
	case len(p.wrong) > 0:
		p.problem = p.v.T("import.map.wrong", "n", len(p.wrong))
	case !any:
		p.problem = p.v.T("import.map.nothing")
	default:
		if err := mapping.Check(p.now.mapping); err != nil {
			p.problem = err.Error()
		}
	}
}

// findDoubles finds columns that give what another one gives.
func (p *mapPage) findDoubles(i int, t mapping.Table) {
	several := []string{mapping.TargetClosedAt, mapping.TargetRelated}
	first := map[string]string{}
	for j, c := range t.Columns {
		if c.Target == "" || slices.Contains(several, c.Target) {
			continue
		}
		if other, double := first[c.Target]; double {
			p.wrong[columnField(i, j)] = p.v.T("import.map.double", "column", c.Header, "other", other, "target", targetLabel(p.v, p.x, t.Object, c))
			continue
		}
		first[c.Target] = c.Header
	}
}

// chooseBase takes the mapping of an earlier import, or goes back to what the files suggest.
func (s *Site) chooseBase(w http.ResponseWriter, r *http.Request, v visit) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	d, x, err := s.loadExamined(v, r)
	if err != nil {
		return err
	}
	if x != nil {
		d.Base, d.Checked = nil, nil
		clear(d.Choices)
		d.Wish = mapping.Wish{Currency: d.Wish.Currency}
		for _, e := range x.earlier {
			if e.id.String() == r.PostFormValue("import") {
				d.Base = &e.mapping
			}
		}
		if err := s.saveDraft(d); err != nil {
			return err
		}
	}
	http.Redirect(w, r, draftAddress(d.ID, ""), http.StatusSeeOther)
	return nil
}

// discardDraft throws a draft and its files away.
func (s *Site) discardDraft(w http.ResponseWriter, r *http.Request, v visit) error {
	d, err := s.loadDraft(v, r.PathValue("draft"))
	if err != nil {
		return err
	}
	s.removeDraft(d.ID)
	setFlash(w, r, "flash.import_discarded")
	http.Redirect(w, r, "/imports", http.StatusSeeOther)
	return nil
}
