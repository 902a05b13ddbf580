package web

import (
	"context"
	"net/http"
	"strconv"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/ui"
)

// historyMost is how many changes a page shows where not all are asked for.
const historyMost = 12

// historyCard tells what changed in the record, latest first.
func (p recordPage) historyCard() g.Node {
	v := p.v
	revisions, more := p.history, 0
	if !p.whole && len(revisions) > historyMost {
		revisions, more = revisions[:historyMost], len(revisions)-historyMost
	}
	if len(revisions) == 0 {
		return nil
	}
	return ui.Card{ID: "history", Title: v.T("record.history"), Lead: v.T("record.history_lead"), Actions: []g.Node{ui.Badge(ui.ToneQuiet, v.view.Number(int64(len(p.history))))}}.Node(
		h.Ol(h.Class("z-history"), g.Map(revisions, p.revision)),
		g.If(more > 0, h.P(h.A(h.Class("btn btn-sm"), h.Href(p.address("history", "all")+"#history"), v.view.Text("record.history_all", "n", len(p.history))))))
}

// revision draws one change.
func (p recordPage) revision(r crm.Revision) g.Node {
	v := p.v
	class := "z-revision"
	if r.Retracted != value.Forever {
		class += " z-revision-past"
	}
	return h.Li(h.Class(class),
		h.Div(h.Class("z-revision-head"), ui.Avatar(r.Actor), h.Strong(g.Text(r.Actor)),
			h.Time(h.DateTime(r.From.String()), h.Title(v.T("record.recorded", "time", v.view.Time(r.Recorded))), g.Text(p.when(r))),
			ui.Badge(ui.ToneQuiet, sourceLabel(v, r.Source)), p.marks(r), p.undoButton(r)),
		p.notes(r),
		p.changes(r))
}

// when says since when a change holds.
func (p recordPage) when(r crm.Revision) string {
	if r.From == value.Always {
		return p.v.T("record.always")
	}
	return p.v.view.Time(r.From)
}

func sourceLabel(v visit, source string) string {
	if label := v.T("source." + source); label != "source."+source {
		return label
	}
	return source
}

func (p recordPage) marks(r crm.Revision) g.Node {
	v := p.v
	var marks g.Group
	add := func(is bool, tone ui.Tone, key string) {
		if is {
			marks = append(marks, ui.Badge(tone, v.T(key)))
		}
	}
	add(r.Created, ui.ToneGood, "record.mark.created")
	add(r.Deleted, ui.ToneBad, "record.mark.deleted")
	add(r.Restored, ui.ToneGood, "record.mark.restored")
	add(r.Derived, ui.ToneQuiet, "record.mark.derived")
	add(r.Retracted != value.Forever, ui.ToneWarn, "record.mark.retracted")
	return marks
}

// lateness is how much later than a change holds it may be recorded without a word about it, in microseconds.
const lateness = 60_000_000

// notes say why a change was made, by whom in the business, and that it was learned later than it happened.
func (p recordPage) notes(r crm.Revision) g.Node {
	v := p.v
	var notes g.Group
	if r.Reason != "" {
		notes = append(notes, h.P(h.Class("z-revision-note"), g.Text(r.Reason)))
	}
	if r.AuthorName != "" && r.AuthorName != r.Actor {
		notes = append(notes, h.P(h.Class("z-revision-note"), v.view.Text("record.author", "name", r.AuthorName)))
	}
	if r.Recorded > r.From+lateness {
		notes = append(notes, h.P(h.Class("z-revision-note"), v.view.Text("record.recorded", "time", v.view.Time(r.Recorded))))
	}
	return notes
}

// changes draws the fields of a change, from what to what. Those of a new record are told on demand.
func (p recordPage) changes(r crm.Revision) g.Node {
	rows := g.Map(r.Fields, func(c crm.FieldChange) g.Node {
		f := recordField{Field: c.Field, custom: c.Custom}
		was, is := p.side(f, c.Old, c.OldName, r), p.side(f, c.New, c.NewName, r)
		return h.Div(h.Class("z-diff"), h.Dt(g.Text(labelIn(p.v.view.Lang, c.Label))),
			h.Dd(g.If(!r.Created, g.Group{h.Del(g.Text(was)), ui.Icon("arrow-right")}), h.Ins(g.Text(is))))
	})
	if len(r.Fields) == 0 {
		return nil
	}
	if r.Created {
		return h.Details(h.Class("z-facts-more"), h.Summary(ui.Icon("chevron-right"), p.v.view.Text("record.created_with", "n", len(r.Fields))), h.Dl(rows))
	}
	return h.Dl(rows)
}

// side is one side of a change. Amounts are written in the currency that the record has now.
func (p recordPage) side(f recordField, x any, name string, r crm.Revision) string {
	currency := currencyOf(p.record)
	for _, c := range r.Fields {
		if code, ok := c.New.(string); ok && c.Name == "currency" && !c.Custom {
			currency = code
		}
	}
	if text := valueText(p.v.view, f, x, currency, name); text != "" {
		return text
	}
	return p.v.T("record.empty")
}

// undoButton takes a change back, where the visitor may do so.
func (p recordPage) undoButton(r crm.Revision) g.Node {
	if !p.mayUndo(r) {
		return nil
	}
	return h.Form(h.Method("post"), h.Action(p.kind.address(p.id)+"/undo"), h.Class("z-undo"),
		hiddenInputs(map[string]string{"no": strconv.FormatInt(r.No, 10), "version": strconv.FormatInt(p.record.Version, 10)}),
		h.Button(h.Type("submit"), h.Class("btn btn-sm"), ui.Icon("arrow-back-up"), p.v.view.Text("record.undo")))
}

func (p recordPage) mayUndo(r crm.Revision) bool {
	changed := len(r.Fields) > 0 || r.Deleted || r.Restored
	own := r.Actor == p.v.access.Name
	return p.editors && !p.isPast() && changed && !r.Created && r.Retracted == value.Forever && (own || p.v.access.May(identity.ChangesUndo))
}

// undoRecord takes a change of a record back by a new one.
func (s *Site) undoRecord(kind recordKind) page {
	return func(w http.ResponseWriter, r *http.Request, v visit) error {
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		id, err := value.ParseID(r.PathValue("id"))
		no, errNo := strconv.ParseInt(r.PostFormValue("no"), 10, 64)
		version, errVersion := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
		if err != nil || errNo != nil || errVersion != nil {
			return fault.New(fault.NotFound, "no such change")
		}
		if err := kind.requireEdit(v.access); err != nil {
			return err
		}
		err = s.DB.Write(r.Context(), s.txInfo(v), func(tx *db.Tx) error {
			if err := requireUndo(r.Context(), tx, v, kind, id, no); err != nil {
				return err
			}
			tx.Info.Reason = v.T("record.undo_reason", "no", no)
			if _, err = crm.UndoChange(r.Context(), tx, kind.object, id, no, version); err != nil {
				return err
			}
			return identity.AppendAudit(r.Context(), tx, identity.AuditEntry{Action: kind.object.Name + ".undo", Object: kind.object.Name, Record: id, Detail: map[string]any{"version": no}})
		})
		if err != nil {
			return err
		}
		setFlash(w, r, "flash.undone")
		http.Redirect(w, r, kind.address(id), http.StatusSeeOther)
		return nil
	}
}

// requireUndo is NotFound for a record that the visitor may not change, and Forbidden for a change of somebody else's by
// who may only take back their own.
func requireUndo(ctx context.Context, tx *db.Tx, v visit, kind recordKind, id value.ID, no int64) error {
	if err := crm.CheckVisible(ctx, tx, v.access.EditScope, kind.object, id); err != nil {
		return err
	}
	revisions, err := crm.History(ctx, tx, kind.object, id)
	if err != nil {
		return err
	}
	for _, r := range revisions {
		if r.No == no && r.Actor != v.access.Name {
			return v.access.Require(identity.ChangesUndo)
		}
	}
	return nil
}
