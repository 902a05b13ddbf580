package web

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/i18n"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/ui"
)

const (
	auditPage   = 50      // entries on a page
	auditExport = 100_000 // entries in a file
)

func (s *Site) auditRoutes(add register) {
	add("GET /settings/audit", s.showAudit, identity.AuditView)
	add("GET /settings/audit.csv", s.exportAudit, identity.AuditView)
	add("GET /settings/audit/chain", s.showChain, identity.AuditView)
}

// auditFilter is which entries an address asks for.
type auditFilter struct {
	identity.AuditQuery
	asked url.Values
}

func readAuditFilter(r *http.Request, v visit) (auditFilter, error) {
	f := auditFilter{asked: r.URL.Query()}
	f.Action, f.Limit = f.asked.Get("action"), auditPage+1
	var err error
	if f.Person, err = formID("person", f.asked.Get("person")); err != nil {
		return f, err
	}
	for name, to := range map[string]*value.Instant{"from": &f.From, "to": &f.To} {
		if f.asked.Get(name) == "" {
			continue
		}
		day, err := value.ParseDay(f.asked.Get(name))
		if err != nil {
			return f, fault.InvalidField(name, "%v", err)
		}
		*to = day.Start(v.settings.Zone)
		if name == "to" {
			*to = day.End(v.settings.Zone)
		}
	}
	if before := f.asked.Get("before"); before != "" {
		if f.Before, err = strconv.ParseInt(before, 10, 64); err != nil {
			return f, fault.InvalidField("before", "%q is no number of an entry", before)
		}
	}
	return f, nil
}

// address is the page with the same filters, from another entry on.
func (f auditFilter) address(path string, before int64) string {
	from := ""
	if before > 0 {
		from = strconv.FormatInt(before, 10)
	}
	return address(path, "person", f.asked.Get("person"), "action", f.asked.Get("action"), "from", f.asked.Get("from"), "to", f.asked.Get("to"), "before", from)
}

// showAudit lists what was done, the latest first.
func (s *Site) showAudit(w http.ResponseWriter, r *http.Request, v visit) error {
	f, err := readAuditFilter(r, v)
	if err != nil {
		return err
	}
	var records []identity.AuditRecord
	var people []identity.Person
	err = s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		if records, err = identity.ListAudit(r.Context(), tx, f.AuditQuery); err != nil {
			return err
		}
		people, err = identity.PeopleAt(r.Context(), tx, v.now)
		return err
	})
	if err != nil {
		return err
	}
	pager := ui.Pager{}
	if len(records) > auditPage {
		records = records[:auditPage]
		pager.Next = f.address("/settings/audit", records[auditPage-1].No)
	}
	if f.Before > 0 {
		pager.Prev = f.address("/settings/audit", 0)
	}
	page := settingsPage{title: v.T("audit.title"), lead: v.T("audit.lead"), body: g.Group{
		ui.Loading(v.view, "/settings/audit/chain", 1),
		f.filters(v, people).Node(v.view),
		ui.Card{Flush: true}.Node(auditTable(v, records), g.If(pager.Next != "" || pager.Prev != "", pager.Node(v.view)))}}
	if v.access.May(identity.Export) {
		page.actions = []g.Node{ui.LinkButton(f.address("/settings/audit.csv", 0), v.T("audit.export"), "download")}
	}
	return s.drawSettings(w, r, v, http.StatusOK, page)
}

func (f auditFilter) filters(v visit, people []identity.Person) ui.Filters {
	var signers []identity.Person
	for _, p := range people {
		if p.Role != "" {
			signers = append(signers, p)
		}
	}
	filters := ui.Filters{Action: "/settings/audit", Items: []ui.Filter{
		{Name: "person", Label: v.T("audit.who"), Value: f.asked.Get("person"),
			Options: idOptions(v.T("audit.anybody"), signers, func(p identity.Person) value.ID { return p.ID }, func(p identity.Person) string { return p.Name })},
		{Name: "action", Label: v.T("audit.action"), Value: f.Action, Options: actionOptions(v)},
		{Name: "from", Label: v.T("audit.from"), Type: "date", Value: f.asked.Get("from")},
		{Name: "to", Label: v.T("audit.to"), Type: "date", Value: f.asked.Get("to")},
	}}
	if f.Action != "" || !f.Person.IsZero() || f.From != 0 || f.To != 0 {
		filters.Clear = "/settings/audit"
	}
	return filters
}

// auditActions are the actions that one can filter by.
var auditActions = []string{"sign-in", "sign-in.failed", "session.revoke", "password.change", "password.set", "export", "import", "import.stop", "import.undo", "deal.move",
	"person.create", "person.edit", "person.deactivate", "person.reactivate", "login.add", "login.enable", "login.disable", "role.assign", "role.save", "role.delete",
	"team.create", "team.edit", "team.delete", "settings.save", "pipeline.save", "stage.save", "stage.delete", "rate.save", "rate.delete", "field.define", "token.create", "token.revoke"}

func actionOptions(v visit) []ui.Option {
	options := []ui.Option{{Label: v.T("audit.any_action")}}
	for _, action := range auditActions {
		options = append(options, ui.Option{Value: action, Label: actionLabel(v, action)})
	}
	return options
}

// actionLabel names an action; one without a name stands as it is.
func actionLabel(v visit, action string) string {
	key := "audit.actions." + strings.NewReplacer(".", "_", "-", "_").Replace(action)
	if i18n.Has(v.view.Lang, key) {
		return v.T(key)
	}
	return action
}

func auditTable(v visit, records []identity.AuditRecord) g.Node {
	return ui.Table[identity.AuditRecord]{Caption: v.T("audit.title"), Rows: records, Columns: []ui.Column[identity.AuditRecord]{
		{Label: v.T("audit.when"), Cell: func(r identity.AuditRecord) g.Node {
			return g.Group{g.Text(v.view.Time(r.At)), h.P(h.Class("z-hint"), g.Text("№ "+strconv.FormatInt(r.No, 10)))}
		}},
		{Label: v.T("audit.who"), Cell: func(r identity.AuditRecord) g.Node {
			return g.Group{g.Text(r.Actor), h.P(h.Class("z-hint"), g.Text(strings.Trim(r.Source+" · "+r.Address, " ·")))}
		}},
		{Label: v.T("audit.action"), Cell: func(r identity.AuditRecord) g.Node { return g.Text(actionLabel(v, r.Action)) }},
		{Label: v.T("audit.detail"), Wide: true, Cell: func(r identity.AuditRecord) g.Node { return h.Div(h.Class("z-detail"), g.Text(detailText(r.Detail))) }},
	}, Empty: ui.State{Icon: "history", Title: v.T("audit.none"), Text: v.T("audit.none_text")}.Node()}.Node(v.view)
}

// detailText writes the detail of an entry as names and values.
func detailText(detail json.RawMessage) string {
	var values map[string]any
	decoder := json.NewDecoder(bytes.NewReader(detail))
	decoder.UseNumber()
	if decoder.Decode(&values) != nil {
		return string(detail)
	}
	texts := map[string]string{}
	for name, v := range values {
		text, isText := v.(string)
		if !isText {
			encoded, _ := json.Marshal(v) // came from JSON
			text = string(encoded)
		}
		texts[name] = text
	}
	var parts []string
	for _, name := range sortedNames(texts) {
		parts = append(parts, name+": "+texts[name])
	}
	return strings.Join(parts, " · ")
}

// showChain says whether the log is as it was written: a part of the page that is fetched apart, since it reads all of it.
func (s *Site) showChain(w http.ResponseWriter, r *http.Request, v visit) error {
	var report identity.AuditReport
	err := s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		report, err = identity.VerifyAudit(r.Context(), tx)
		return err
	})
	if err != nil {
		return err
	}
	if report.Broken > 0 {
		return write(w, http.StatusOK, ui.Notice(ui.ToneBad, "alert-triangle", h.Strong(v.view.Text("audit.chain.broken", "no", report.Broken)), h.P(g.Text(report.Problem))))
	}
	return write(w, http.StatusOK, ui.Notice(ui.ToneGood, "shield", h.Strong(v.view.Text("audit.chain.whole", "n", report.Records)),
		h.P(v.view.Text("audit.chain.mark"), g.Text(" "), h.Code(g.Text(shortMark(report.Head))))))
}

// shortMark is a mark of the log in a form to compare by eye.
func shortMark(m identity.AuditMark) string {
	if m.No == 0 {
		return "—"
	}
	return strconv.FormatInt(m.No, 10) + ":" + m.Hash[:min(len(m.Hash), 16)] + "…"
}

// exportAudit sends the entries as a file, up to a bound.
func (s *Site) exportAudit(w http.ResponseWriter, r *http.Request, v visit) error {
	f, err := readAuditFilter(r, v)
	if err != nil {
		return err
	}
	if err := s.noteExport(r.Context(), v, "audit", map[string]any{"address": r.URL.RequestURI()}); err != nil {
		return err
	}
	f.Limit = 1000
	header := []string{"no", v.T("audit.when"), v.T("audit.who"), v.T("audit.source"), v.T("audit.address"), v.T("audit.action"), v.T("audit.object"), v.T("audit.record"), v.T("audit.detail"), "hash"}
	return writeCSV(w, r, v, "audit", header, func(row func(...string) error) error {
		for sent := 0; sent < auditExport; {
			records, err := s.listAudit(r.Context(), f.AuditQuery)
			if err != nil || len(records) == 0 {
				return err
			}
			for _, x := range records {
				err := row(strconv.FormatInt(x.No, 10), x.At.String(), x.Actor, x.Source, x.Address, x.Action, x.Object, idText(x.Record), string(x.Detail), x.Hash)
				if err != nil {
					return err
				}
			}
			sent += len(records)
			f.Before = records[len(records)-1].No
		}
		return nil
	})
}

func (s *Site) listAudit(ctx context.Context, q identity.AuditQuery) (records []identity.AuditRecord, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		records, err = identity.ListAudit(ctx, tx, q)
		return err
	})
	return records, err
}
