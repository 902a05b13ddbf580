package connect

import (
	"context"
	"maps"
	"slices"
	"strings"

	"zveno.dev/zveno/internal/connect/tabular"
	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/value"
)

// want is a reference to be resolved: a record of an object by what a cell calls it.
type want struct{ object, named string }

// answer is what a reference resolved to.
type answer struct {
	id        value.ID // zero = nothing
	ambiguous int      // how many records go by the name; 0 unless several
}

// memory remembers resolved references, the recent ones of as many as there may be: two generations, of which the older
// is forgotten when the younger is full.
type memory struct{ young, old map[want]value.ID }

// maxMemory bounds one generation.
const maxMemory = 50_000

func newMemory() *memory { return &memory{young: map[want]value.ID{}, old: map[want]value.ID{}} }

func (m *memory) get(w want) (value.ID, bool) {
	if id, ok := m.young[w]; ok {
		return id, true
	}
	id, ok := m.old[w]
	if ok {
		m.put(w, id)
	}
	return id, ok
}

func (m *memory) put(w want, id value.ID) {
	if len(m.young) >= maxMemory {
		m.young, m.old = map[want]value.ID{}, m.young
	}
	w.named = strings.Clone(w.named) // it may be a piece of a whole row
	m.young[w] = id
}

// resolve finds what references mean: by ID of the source, then by name, code or e-mail address if only one record goes by
// it.
func (im *importer) resolve(ctx context.Context, tx *db.Tx, wants map[want]answer) error {
	open := map[string][]string{} // by object
	for w := range wants {
		if id, known := im.memory.get(w); known {
			wants[w] = answer{id: id}
		} else {
			open[w.object] = append(open[w.object], w.named)
		}
	}
	for _, object := range slices.Sorted(maps.Keys(open)) {
		slices.Sort(open[object])
		if err := im.resolveObject(ctx, tx, object, open[object], wants); err != nil {
			return err
		}
	}
	return nil
}

func (im *importer) resolveObject(ctx context.Context, tx *db.Tx, object string, named []string, wants map[want]answer) error {
	links, err := loadLinks(ctx, tx, im.run.source, object, named)
	if err != nil {
		return err
	}
	names := map[string][]string{} // folded → as written
	for _, text := range named {
		w := want{object, text}
		if l, ok := links[text]; ok {
			wants[w] = answer{id: l.record}
			im.memory.put(w, l.record)
		} else {
			names[keyOf(text)] = append(names[keyOf(text)], text)
		}
	}
	found, err := im.names.lookUp(ctx, tx, crm.ObjectNamed(object), slices.Sorted(maps.Keys(names)))
	if err != nil {
		return err
	}
	for name, ids := range found {
		for _, text := range names[name] {
			if w := (want{object, text}); len(ids) == 1 {
				wants[w] = answer{id: ids[0]}
				im.memory.put(w, ids[0])
			} else {
				wants[w] = answer{ambiguous: len(ids)}
			}
		}
	}
	return nil
}

// makable says whether a record may be made of what a cell calls it: a number or a long code is an ID of the source, and
// no name.
func makable(named string) bool {
	switch tabular.Classify(named) {
	case tabular.KindInteger, tabular.KindDecimal:
		return false
	case tabular.KindID:
		return len(named) < shortestID
	}
	return true
}

// shortestID is from how many letters and digits on a word is taken for an ID: "3M" and "F5" are companies.
const shortestID = 10

// makeNamed makes records of which nothing is known but what rows call them, and gives each wish its answer.
func (im *importer) makeNamed(ctx context.Context, tx *db.Tx, y *tally, object string, named []string, wants map[want]answer) error {
	o := crm.ObjectNamed(object)
	links := map[string]link{}
	var changes []crm.Change
	var records []namedRecord
	byName := map[string]value.ID{}
	slices.Sort(named)
	for _, text := range named {
		name := keyOf(text)
		id, made := byName[name]
		if !made {
			id = value.NewID()
			byName[name] = id
			changes = append(changes, crm.Change{ID: id, New: true, At: value.Always, Set: namedFields(object, text)})
			links[madeKey+name] = link{record: id}
			records = append(records, namedRecord{id: id, names: []string{name}})
		}
		wants[want{object, text}] = answer{id: id}
		im.memory.put(want{object, text}, id)
	}
	if len(changes) == 0 {
		return nil
	}
	if im.fresh == object {
		im.fresh = ""
	}
	y.made[object] += int64(len(changes))
	if _, err := crm.Apply(ctx, tx, o, changes); err != nil {
		return err
	}
	if err := addKeys(ctx, tx, object, records); err != nil {
		return err
	}
	return saveLinks(ctx, tx, im.run.source, object, links)
}

// namedFields are the fields of a record that a cell names.
func namedFields(object, named string) map[string]any {
	name, _, isEmail := strings.Cut(named, "@")
	if object == "person" && isEmail {
		return map[string]any{"name": name, "email": named}
	}
	return map[string]any{"name": named}
}
