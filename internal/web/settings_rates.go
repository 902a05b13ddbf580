package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/ui"
)

func (s *Site) rateRoutes(add register) {
	add("GET /settings/rates", s.showRates, identity.RatesEdit)
	add("POST /settings/rates", s.saveRate, identity.RatesEdit)
	add("POST /settings/rates/{rate}/delete", s.deleteRate, identity.RatesEdit)
}

// rateForm is what was typed of a rate.
type rateForm struct{ currency, day, rate string }

func (s *Site) showRates(w http.ResponseWriter, r *http.Request, v visit) error {
	return s.drawRates(w, r, v, http.StatusOK, rateForm{day: v.view.Today().String()}, complaint{})
}

func (s *Site) drawRates(w http.ResponseWriter, r *http.Request, v visit, status int, in rateForm, wrong complaint) error {
	asked := r.URL.Query()
	q := crm.ListQuery{Object: crm.ObjectNamed("rate"), Sort: "day", Descending: true, Limit: 50, Cursor: asked.Get("cursor")}
	if currency := asked.Get("currency"); currency != "" {
		q.Where = []crm.Filter{{Field: "currency", Op: crm.OpIs, Values: []string{strings.ToUpper(currency)}}}
	}
	var list crm.Page
	err := s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		list, err = crm.ListRecords(r.Context(), tx, unowned, q)
		return err
	})
	if err != nil {
		return err
	}
	form := wrong.under(ui.Form{Action: "/settings/rates", Submit: v.T("settings.rates.add"), Fields: []ui.Field{
		{Name: "currency", Label: v.T("settings.rates.currency"), Value: in.currency, Hint: v.T("settings.company.currency_hint"), Required: true},
		{Name: "day", Label: v.T("settings.rates.day"), Type: "date", Value: in.day, Hint: v.T("settings.rates.day_hint"), Required: true},
		{Name: "rate", Label: v.T("settings.rates.rate", "currency", v.settings.Currency), Value: in.rate, Hint: v.T("settings.rates.rate_hint", "currency", v.settings.Currency), Required: true},
	}})
	filters := ui.Filters{Action: "/settings/rates", Items: []ui.Filter{{Name: "currency", Label: v.T("settings.rates.currency"), Type: "search", Value: asked.Get("currency")}}}
	pager := ui.Pager{}
	if list.Next != "" {
		pager.Next = address("/settings/rates", "currency", asked.Get("currency"), "cursor", list.Next)
	}
	if list.Previous != "" {
		pager.Prev = address("/settings/rates", "currency", asked.Get("currency"), "cursor", list.Previous)
	}
	return s.drawSettings(w, r, v, status, settingsPage{title: v.T("settings.rates.title"), lead: v.T("settings.rates.lead", "currency", v.settings.Currency),
		body: g.Group{ui.Card{Title: v.T("settings.rates.new")}.Node(form.Node(v.view)), filters.Node(v.view),
			ui.Card{Flush: true}.Node(rateTable(v, list.Records), g.If(pager.Next != "" || pager.Prev != "", pager.Node(v.view)))}})
}

func rateTable(v visit, rates []crm.Record) g.Node {
	return ui.Table[crm.Record]{Caption: v.T("settings.rates.title"), Rows: rates, Columns: []ui.Column[crm.Record]{
		{Label: v.T("settings.rates.currency"), Cell: func(x crm.Record) g.Node { code, _ := x.Values["currency"].(string); return h.Strong(g.Text(code)) }},
		{Label: v.T("settings.rates.since"), Cell: func(x crm.Record) g.Node { day, _ := x.Values["day"].(value.Day); return g.Text(v.view.Date(day)) }},
		{Label: v.T("settings.rates.rate", "currency", v.settings.Currency), Numeric: true, Cell: func(x crm.Record) g.Node {
			rate, _ := x.Values["rate"].(float64)
			return g.Text(plainRate(v.view.Lang, rate))
		}},
		{Label: "", Numeric: true, Cell: func(x crm.Record) g.Node {
			return actionButton("/settings/rates/"+x.ID.String()+"/delete", v.T("settings.rates.delete"), "", "btn btn-sm", nil)
		}},
	}, Empty: ui.State{Icon: "coins", Title: v.T("settings.rates.none"), Text: v.T("settings.rates.none_text")}.Node()}.Node(v.view)
}

// parse reads what was typed.
func (in rateForm) parse(v visit) (set map[string]any, err error) {
	var wrong []fault.Field
	add := func(name, message string) { wrong = append(wrong, fault.Field{Name: name, Message: message}) }
	if !value.IsCurrency(in.currency) || in.currency == v.settings.Currency {
		add("currency", "must be another currency than that of reports, as three letters")
	}
	day, err := value.ParseDay(in.day)
	if err != nil {
		add("day", "is no day")
	}
	rate, err := strconv.ParseFloat(strings.ReplaceAll(in.rate, ",", "."), 64)
	if err != nil || !(rate > 0 && rate < 1e9) {
		add("rate", "must be a number above 0")
	}
	if len(wrong) > 0 {
		return nil, &fault.Error{Kind: fault.Invalid, Fields: wrong}
	}
	return map[string]any{"currency": in.currency, "day": day, "rate": rate}, nil
}

// saveRate adds a rate, or changes the one of that currency and day.
func (s *Site) saveRate(w http.ResponseWriter, r *http.Request, v visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	in := rateForm{strings.ToUpper(strings.TrimSpace(r.PostFormValue("currency"))), r.PostFormValue("day"), strings.TrimSpace(r.PostFormValue("rate"))}
	err := s.change(r, v, func(ctx context.Context, tx *db.Tx) error {
		set, err := in.parse(v)
		if err != nil {
			return err
		}
		same, err := crm.ListRecords(ctx, tx, unowned, crm.ListQuery{Object: crm.ObjectNamed("rate"), Limit: 1, Where: []crm.Filter{
			{Field: "currency", Op: crm.OpIs, Values: []string{in.currency}}, {Field: "day", Op: crm.OpIs, Values: []string{in.day}}}})
		if err != nil {
			return err
		}
		change := crm.RecordSave{Set: set}
		if len(same.Records) > 0 {
			change.ID, change.Expect = same.Records[0].ID, same.Records[0].Version
		}
		return saveNamed(ctx, tx, "rate", change)
	})
	if wrong, mendable := complain(v, "settings.rates", err); mendable {
		return s.drawRates(w, r, v, http.StatusUnprocessableEntity, in, wrong)
	}
	if err != nil {
		return err
	}
	return saved(w, r, "flash.saved", "/settings/rates")
}

func (s *Site) deleteRate(w http.ResponseWriter, r *http.Request, v visit) error {
	id, err := value.ParseID(r.PathValue("rate"))
	if err != nil {
		return fault.New(fault.NotFound, "there is no such rate")
	}
	err = s.change(r, v, func(ctx context.Context, tx *db.Tx) error {
		if err := crm.DeleteRecord(ctx, tx, crm.ObjectNamed("rate"), id, 0); err != nil {
			return err
		}
		return identity.AppendAudit(ctx, tx, identity.AuditEntry{Action: "rate.delete", Object: "rate", Record: id})
	})
	if err != nil {
		return err
	}
	return saved(w, r, "flash.saved", "/settings/rates")
}
