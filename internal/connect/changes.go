package connect

import (
	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/value"
)

// changesOf says, in changes, what a row states of its record.
func (im *importer) changesOf(y *tally, w *work) []crm.Change {
	base := crm.Change{ID: w.id, New: !w.linked, Author: w.author, Set: w.set, Custom: w.custom}
	var changes []crm.Change
	switch {
	case y.t.object.Name == "deal":
		changes = im.dealChanges(y, w, base)
	case w.linked:
		base.At = im.restatedAt(w)
		changes = []crm.Change{base}
	default:
		base.At = im.beginning(y, w)
		changes = []crm.Change{base}
	}
	w.at = changes[0].At
	for i := range w.waiting {
		w.waiting[i].at, w.waiting[i].derived = w.at, changes[0].Derived
		if w.begun {
			w.waiting[i].at, w.waiting[i].derived = w.since, w.derived
		}
	}
	return im.markDeleted(y, w, append(w.regained(), changes...))
}

// regained says that references which an interrupted run of this import could not resolve hold since the record began, as
// they would without the interruption.
func (w *work) regained() []crm.Change {
	if !w.begun {
		return nil
	}
	set := map[string]any{}
	for _, ref := range w.refs {
		if id, resolved := w.set[ref.column.target].(value.ID); resolved {
			set[ref.column.target] = id
		}
	}
	if len(set) == 0 {
		return nil
	}
	return []crm.Change{{ID: w.id, At: w.since, Derived: w.derived, Set: set, Author: w.author}}
}

// restatedAt is from when on a new statement about an existing record holds: since the source changed it last or, where
// it does not tell, since the import.
func (im *importer) restatedAt(w *work) value.Instant {
	at := w.facts.modified
	if at == unset || at > im.info.At {
		return im.info.At
	}
	return max(at, w.since)
}

// beginning is from when on a new record exists. Records of which nothing tells have no known beginning, so that the
// deals of any time can refer to them.
func (im *importer) beginning(y *tally, w *work) value.Instant {
	at := w.facts.created
	if at == unset && y.t.object.Name == "activity" {
		if moment, ok := w.set["at"].(value.Instant); ok {
			at = moment
		}
	}
	if at > im.info.At {
		y.note("created_future")
		return im.info.At
	}
	return at // unset is value.Always
}

// markDeleted adds the deletion or restoration that the source tells of.
func (im *importer) markDeleted(y *tally, w *work, changes []crm.Change) []crm.Change {
	deleted := w.facts.deleted
	switch {
	case !deleted && (!w.linked || !y.t.has("@deleted")):
		return changes
	case !deleted:
		changes[len(changes)-1].Deleted = &deleted
		return changes
	}
	y.note("deleted")
	gone := crm.Change{ID: w.id, At: im.info.At, Deleted: &deleted, Author: w.author}
	if m := w.facts.modified; m != unset && m <= im.info.At {
		gone.At = max(m, changes[len(changes)-1].At)
	}
	return append(changes, gone)
}
