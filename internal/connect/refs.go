package connect

import (
	"context"
	"maps"
	"slices"

	"zveno.dev/zveno/internal/connect/mapping"
	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/value"
)

// relatedObjects are what an activity may be about, where one column names it whatever it is.
var relatedObjects = []string{"deal", "contact", "lead", "account"}

// joinReferences puts records in the place of what rows call them.
func (im *importer) joinReferences(ctx context.Context, tx *db.Tx, y *tally, todo []*work) error {
	wants := wants{im.memory, map[want]answer{}}
	for _, w := range todo {
		for _, ref := range w.refs {
			for _, object := range ref.objects() {
				wants.add(want{object, ref.named})
			}
		}
		if w.facts.author != "" {
			wants.add(want{"person", w.facts.author})
		}
	}
	if err := im.resolve(ctx, tx, wants.open); err != nil {
		return err
	}
	if err := im.makeMissing(ctx, tx, y, todo, wants); err != nil {
		return err
	}
	for _, w := range todo {
		if w.linked {
			w.blank(y.t.object)
		}
		if w.facts.author != "" {
			w.author = wants.get(want{"person", w.facts.author}).id
		}
		for _, ref := range w.refs {
			im.join(y, w, ref, wants)
		}
		if y.t.object.Name == "deal" {
			im.joinStage(w, y.t)
		}
		if y.t.object.Name == "stage" {
			w.set["pipeline"] = nilIf(w.pipeline)
		}
	}
	return nil
}

// wants are the references of some rows: most are remembered, the others are open until they are resolved.
type wants struct {
	memory *memory
	open   map[want]answer
}

func (w wants) add(wanted want) {
	if _, known := w.memory.get(wanted); !known {
		w.open[wanted] = answer{}
	}
}

func (w wants) get(wanted want) answer {
	if len(w.open) > 0 {
		if a, open := w.open[wanted]; open {
			return a
		}
	}
	id, _ := w.memory.get(wanted)
	return answer{id: id}
}

// objects are what the reference may name.
func (ref reference) objects() []string {
	if ref.column.target == mapping.TargetRelated {
		return relatedObjects
	}
	return []string{ref.column.ref}
}

// blank mentions the cells without a value, which clear fields of a record that exists.
func (w *work) blank(o *crm.Object) {
	for _, c := range w.cells {
		if c.value == nil {
			w.set[o.Fields[c.field].Name] = nil
		}
	}
}

// join puts one reference into the row's fields, or notes that it must wait or cannot be resolved.
func (im *importer) join(y *tally, w *work, ref reference, wants wants) {
	c := ref.column
	ambiguous := 0
	for _, object := range ref.objects() {
		a := wants.get(want{object, ref.named})
		if a.id.IsZero() {
			ambiguous = max(ambiguous, a.ambiguous)
			continue
		}
		field := c.target
		if c.target == mapping.TargetRelated {
			field = object
		}
		if w.set[field] == nil {
			w.set[field] = a.id
		}
		return
	}
	if ambiguous == 0 && y.t.waits[c.ref] {
		w.waiting = append(w.waiting, pending{
			object: y.t.object.Name, record: w.id, field: c.target, named: ref.named, key: w.key, hash: w.hash, tableNo: y.t.no, columnNo: c.no,
		})
		return
	}
	w.missing = true
	y.unresolved[miss{column: c, t: y.t, object: c.refName(), named: ref.named, ambiguous: ambiguous}]++
}

// refName is what the column refers to, for messages.
func (c *column) refName() string {
	if c.ref == "" {
		return "record"
	}
	return c.ref
}

// makeMissing makes the records that columns with Create name and that are not there.
func (im *importer) makeMissing(ctx context.Context, tx *db.Tx, y *tally, todo []*work, wants wants) error {
	missing := map[string]map[string]bool{} // object → named
	if len(wants.open) == 0 {
		return nil
	}
	for _, w := range todo {
		for _, ref := range w.refs {
			c := ref.column
			a := wants.get(want{c.ref, ref.named})
			if !c.create || c.ref == "" || !a.id.IsZero() || a.ambiguous > 0 || y.t.waits[c.ref] || !makable(ref.named) {
				continue
			}
			if missing[c.ref] == nil {
				missing[c.ref] = map[string]bool{}
			}
			missing[c.ref][ref.named] = true
		}
	}
	for _, object := range slices.Sorted(maps.Keys(missing)) {
		if err := im.makeNamed(ctx, tx, y, object, slices.Collect(maps.Keys(missing[object])), wants.open); err != nil {
			return err
		}
	}
	return nil
}

// isClosed says whether a stage is one of deals that were won or lost.
func (im *importer) isClosed(stage value.ID) bool {
	if im.stages == nil || stage.IsZero() {
		return false
	}
	i := slices.IndexFunc(im.stages.stages, func(s crm.Stage) bool { return s.ID == stage })
	return i >= 0 && im.stages.stages[i].Outcome != crm.OutcomeOpen
}

// nilIf is nil for no record, as fields without a value have it.
func nilIf(id value.ID) any {
	if id.IsZero() {
		return nil
	}
	return id
}
