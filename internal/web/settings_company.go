package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/i18n"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/ui"
)

func (s *Site) companyRoutes(add register) {
	add("GET /settings/company", s.showCompany, identity.SettingsEdit)
	add("POST /settings/company", s.saveCompany, identity.SettingsEdit)
}

// companyForm is what was typed.
type companyForm struct{ company, currency, zone, fiscalStart, locale string }

func (s *Site) showCompany(w http.ResponseWriter, r *http.Request, v visit) error {
	in := companyForm{v.settings.Company, v.settings.Currency, v.settings.Zone.String(), strconv.Itoa(int(v.settings.FiscalStartMonth)), v.settings.Locale}
	return s.drawCompany(w, r, v, http.StatusOK, in, complaint{})
}

func (s *Site) drawCompany(w http.ResponseWriter, r *http.Request, v visit, status int, in companyForm, wrong complaint) error {
	var months, langs []ui.Option
	for m := time.January; m <= time.December; m++ {
		months = append(months, ui.Option{Value: strconv.Itoa(int(m)), Label: i18n.Month(v.view.Lang, m)})
	}
	for _, lang := range i18n.Langs {
		langs = append(langs, ui.Option{Value: string(lang), Label: lang.Name()})
	}
	form := wrong.under(ui.Form{Action: "/settings/company", Submit: v.T("settings.save"), Fields: []ui.Field{
		{Name: "company", Label: v.T("settings.company.name"), Value: in.company, Hint: v.T("settings.company.name_hint"), Autocomplete: "organization"},
		{Name: "currency", Label: v.T("settings.company.currency"), Value: in.currency, Hint: v.T("settings.company.currency_hint"), Required: true},
		{Name: "zone", Label: v.T("settings.company.zone"), Value: in.zone, Hint: v.T("settings.company.zone_hint"), Required: true},
		{Name: "fiscal_start_month", Label: v.T("settings.company.fiscal_start"), Type: "select", Value: in.fiscalStart, Options: months, Required: true},
		{Name: "locale", Label: v.T("settings.company.locale"), Type: "select", Value: in.locale, Options: langs, Hint: v.T("settings.company.locale_hint"), Required: true},
	}})
	return s.drawSettings(w, r, v, status, settingsPage{title: v.T("settings.company.title"), lead: v.T("settings.company.lead"),
		body: g.Group{ui.Card{}.Node(form.Node(v.view)), fiscalCalendar(v)}})
}

// fiscalCalendar shows the quarters that the saved settings give.
func fiscalCalendar(v visit) g.Node {
	calendar := v.settings.Calendar()
	year := calendar.PeriodOf(v.view.Today(), value.GrainYear)
	var quarters []value.Period
	for first := year.First; first <= year.Last; {
		q := calendar.PeriodOf(first, value.GrainQuarter)
		quarters = append(quarters, q)
		first = q.Last + 1
	}
	title := v.T("settings.company.calendar", "year", year.Name)
	return ui.Card{Title: title, Lead: v.T("settings.company.calendar_lead"), Flush: true}.Node(ui.Table[value.Period]{Caption: title, Rows: quarters, Columns: []ui.Column[value.Period]{
		{Label: v.T("settings.company.quarter"), Cell: func(q value.Period) g.Node {
			if q.First <= v.view.Today() && v.view.Today() <= q.Last {
				return g.Group{g.Text(periodLabel(v.view.Lang, v, q) + " "), ui.Badge(ui.ToneAccent, v.T("settings.company.current"))}
			}
			return g.Text(periodLabel(v.view.Lang, v, q))
		}},
		{Label: v.T("settings.company.first"), Cell: func(q value.Period) g.Node { return h.Span(g.Text(v.view.Date(q.First))) }},
		{Label: v.T("settings.company.last"), Cell: func(q value.Period) g.Node { return h.Span(g.Text(v.view.Date(q.Last))) }},
	}}.Node(v.view))
}

func (s *Site) saveCompany(w http.ResponseWriter, r *http.Request, v visit) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	in := companyForm{strings.TrimSpace(r.PostFormValue("company")), strings.ToUpper(strings.TrimSpace(r.PostFormValue("currency"))), strings.TrimSpace(r.PostFormValue("zone")),
		r.PostFormValue("fiscal_start_month"), r.PostFormValue("locale")}
	err := s.change(r, v, func(ctx context.Context, tx *db.Tx) error {
		_, err := identity.ChangeSettings(ctx, tx, in.apply)
		return err
	})
	if wrong, mendable := complain(v, "settings", err); mendable {
		return s.drawCompany(w, r, v, http.StatusUnprocessableEntity, in, wrong)
	}
	if err != nil {
		return err
	}
	return saved(w, r, "flash.saved", "/settings/company")
}

// apply puts what was typed into the settings.
func (in companyForm) apply(to *identity.Settings) error {
	zone, err := identity.LoadZone(in.zone)
	if err != nil {
		return fault.InvalidField("zone", "%v", err)
	}
	month, err := strconv.Atoi(in.fiscalStart)
	if err != nil {
		return fault.InvalidField("fiscal_start_month", "is no month")
	}
	if zone.String() != to.Zone.String() {
		to.Zone = zone
	}
	to.Company, to.Currency, to.FiscalStartMonth, to.Locale = in.company, in.currency, time.Month(month), in.locale
	return nil
}
