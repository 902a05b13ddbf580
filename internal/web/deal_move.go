package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	h "maragu.dev/gomponents/html"

	g "maragu.dev/gomponents"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/ui"
)

// moveForm is what was filled in to move a deal.
type moveForm struct {
	deal, stage   value.ID
	version       int64  // that was seen; 0 = any
	close, reason string // as typed
	back          string // the page to return to; "" = the deal's
}

// readMoveForm reads the form, from the address or from what was posted.
func readMoveForm(r *http.Request, values url.Values) (moveForm, error) {
	deal, err := value.ParseID(r.PathValue("id"))
	if err != nil {
		return moveForm{}, fault.New(fault.NotFound, "no such deal")
	}
	in := moveForm{deal: deal, close: strings.TrimSpace(values.Get("close")), reason: strings.TrimSpace(values.Get("lost_reason")), back: values.Get("back")}
	if in.stage, err = value.ParseID(values.Get("stage")); err != nil {
		return moveForm{}, fault.InvalidField("stage", "is missing: say where the deal goes")
	}
	in.version, _ = strconv.ParseInt(values.Get("version"), 10, 64) // 0 = whatever it is
	return in, nil
}

// returnTo is where one goes after the move.
func (in moveForm) returnTo() string {
	if in.back != "" {
		return localAddress(in.back)
	}
	return "/deals/" + in.deal.String()
}

// showMove asks what is to be said of a deal that moves: why it was lost, and when.
func (s *Site) showMove(w http.ResponseWriter, r *http.Request, v visit) error {
	in, err := readMoveForm(r, r.URL.Query())
	if err != nil {
		return err
	}
	return s.renderMove(w, r, v, http.StatusOK, in, nil)
}

func (s *Site) renderMove(w http.ResponseWriter, r *http.Request, v visit, status int, in moveForm, wrong error) error {
	var deal crm.Record
	var names map[value.ID]string
	err := s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		if deal, err = crm.LoadVisible(r.Context(), tx, v.access.EditScope, crm.ObjectNamed("deal"), in.deal); err != nil {
			return err
		}
		names, err = crm.LoadNames(r.Context(), tx, map[*crm.Object][]value.ID{crm.ObjectNamed("stage"): {in.stage}})
		return err
	})
	if err != nil {
		return err
	}
	errors := map[string]string{}
	for _, f := range fault.FieldsOf(wrong) {
		errors[f.Name] = f.Message
	}
	form := ui.Form{Action: "/deals/" + in.deal.String() + "/move", Submit: v.T("deal.move_do", "stage", names[in.stage]), Cancel: in.returnTo(),
		Hidden: map[string]string{"stage": in.stage.String(), "version": strconv.FormatInt(deal.Version, 10), "back": in.back},
		Fields: []ui.Field{
			{Name: "lost_reason", Label: labelOf(v, "deal", "lost_reason"), Value: in.reason, Error: errors["lost_reason"], Focus: wrong == nil},
			{Name: "close", Label: labelOf(v, "deal", "close"), Type: "date", Value: in.close, Error: errors["close"], Hint: v.T("deal.close_hint")},
		}}
	if wrong != nil && len(errors) == 0 {
		form.Problem = wrong.Error()
	}
	title := v.T("deal.move_title", "deal", deal.Name(), "stage", names[in.stage])
	page := ui.Page{Title: title, Nav: navigation(v, "/pipeline"), Body: ui.Card{Class: "z-narrow"}.Node(form.Node(v.view)),
		Crumbs: []ui.Crumb{{Label: v.T("nav.home"), Href: "/"}, {Label: v.T("record.deals"), Href: "/pipeline"}, {Label: deal.Name(), Href: "/deals/" + in.deal.String()}, {Label: names[in.stage]}}}
	return write(w, status, ui.Document(v.view, page))
}

// labelOf is the label of a standard field.
func labelOf(v visit, object, field string) string {
	o := crm.ObjectNamed(object)
	return labelIn(v.view.Lang, o.Fields[o.Field(field)].Label)
}

// moveDeal moves a deal to another stage. From a board, a refusal draws the board again and says why.
func (s *Site) moveDeal(w http.ResponseWriter, r *http.Request, v visit) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return fault.New(fault.Invalid, "the form is broken: %v", err)
	}
	if err := v.access.Require(identity.DealsEdit); err != nil {
		return err
	}
	in, err := readMoveForm(r, r.PostForm)
	if err != nil {
		return err
	}
	move := crm.DealMove{Deal: in.deal, Stage: in.stage, LostReason: in.reason, Expect: in.version}
	if in.close != "" {
		day, err := value.ParseDay(in.close)
		if err != nil {
			return s.renderMove(w, r, v, http.StatusUnprocessableEntity, in, fault.InvalidField("close", "%s", v.T("record.wrong.day")))
		}
		move.Close = &day
	}
	err = s.DB.Write(r.Context(), s.txInfo(v), func(tx *db.Tx) error { return moveInScope(r.Context(), tx, v, move) })
	switch {
	case err == nil:
	case fault.KindOf(err) == fault.Conflict:
		return s.showMoveConflict(w, r, v, in)
	case fault.KindOf(err) == fault.Invalid:
		return s.renderMove(w, r, v, http.StatusUnprocessableEntity, in, err)
	default:
		return err
	}
	if r.Header.Get("HX-Request") == "" {
		setFlash(w, r, "flash.moved") // a board shows by itself what happened
	}
	http.Redirect(w, r, in.returnTo(), http.StatusSeeOther)
	return nil
}

func moveInScope(ctx context.Context, tx *db.Tx, v visit, move crm.DealMove) error {
	if err := crm.CheckVisible(ctx, tx, v.access.EditScope, crm.ObjectNamed("deal"), move.Deal); err != nil {
		return err
	}
	if _, err := crm.MoveDeal(ctx, tx, move); err != nil {
		return err
	}
	return identity.AppendAudit(ctx, tx, identity.AuditEntry{Action: "deal.move", Object: "deal", Record: move.Deal, Detail: map[string]any{"stage": move.Stage.String()}})
}

// showMoveConflict says who was faster and what they did, and leads on from how the deal is now.
func (s *Site) showMoveConflict(w http.ResponseWriter, r *http.Request, v visit, in moveForm) error {
	kind, _ := kindOf("deal")
	p, err := s.loadRecordPage(r, v, kind)
	if err != nil {
		return err
	}
	body := g.Group{ui.Notice(ui.ToneWarn, "refresh", h.Strong(v.view.Text("deal.conflict.title")), h.P(v.view.Text("deal.conflict.text")))}
	if len(p.history) > 0 {
		body = append(body, ui.Card{Title: v.T("record.latest")}.Node(h.Ol(h.Class("z-history"), p.revision(p.history[0]))))
	}
	body = append(body, p.pathCard(), h.P(ui.LinkButton(in.returnTo(), v.T("deal.conflict.back"), "")))
	status := http.StatusConflict
	if r.Header.Get("HX-Request") != "" { // on a board: above the columns
		status = http.StatusUnprocessableEntity
		w.Header().Set("HX-Retarget", "#board-notice")
		w.Header().Set("HX-Reselect", "#conflict")
		w.Header().Set("HX-Reswap", "innerHTML")
	}
	page := ui.Page{Title: recordName(v, p.record), Nav: navigation(v, kind.list), Body: h.Div(h.ID("conflict"), body),
		Crumbs: []ui.Crumb{{Label: v.T("nav.home"), Href: "/"}, {Label: v.T("record.deals"), Href: kind.list}, {Label: recordName(v, p.record), Href: kind.address(p.id)}}}
	return write(w, status, ui.Document(v.view, page))
}
