package connect

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// work is a row on its way to its record.
type work struct {
	*row
	id       value.ID
	linked   bool          // the record exists
	begun    bool          // linked: it was made by an interrupted run of this import
	repeated bool          // the file has several rows for the record
	since    value.Instant // linked: from when on the record exists
	latest   value.Instant // linked: from when on its last version holds
	closed   bool          // linked deals: it is in a closed stage
	pipeline value.ID      // of stages
	author   value.ID
	waiting  []pending     // references that must wait for other tables
	derived  bool          // begun: its first version is derived
	at       value.Instant // from when on the row holds, once that is decided
	same     bool          // the row said nothing new
	missing  bool          // some reference was left empty
	initial  bool          // of the past: what held before the first change of a field
	rejected bool
}

// applyRecords brings the records that rows are about into the state that the rows state.
func (im *importer) applyRecords(ctx context.Context, tx *db.Tx, y *tally, rows []*row, seen *seen) error {
	if len(rows) == 0 {
		return nil
	}
	todo, aside, err := im.classify(ctx, tx, y, rows, seen)
	if err != nil {
		return err
	}
	if err := im.setAside(ctx, tx, repeatedLot(y.t), aside); err != nil {
		return err
	}
	return im.applyWork(ctx, tx, y, todo)
}

// classify sorts rows: those that say nothing new are counted and done with, those of records that had several rows are
// set aside until all of them are read, the others are work.
func (im *importer) classify(ctx context.Context, tx *db.Tx, y *tally, rows []*row, seen *seen) (todo []*work, aside []asideRow, err error) {
	last := make(map[string]int, len(rows))
	keys := make([]string, 0, len(rows))
	again := make([]bool, len(rows))
	for i, r := range rows {
		again[i] = seen.add(r.key)
		if _, double := last[r.key]; !double && (again[i] || im.fresh != y.t.object.Name) {
			keys = append(keys, r.key)
		}
		last[r.key] = i
	}
	links, err := loadLinks(ctx, tx, im.run.source, y.t.object.Name, keys)
	if err != nil {
		return nil, nil, err
	}
	todo = make([]*work, 0, len(keys))
	doubles := map[string]bool{}
	for i, r := range rows {
		l, linked := links[r.key]
		switch {
		case linked && l.repeated:
			a := asideRow{key: r.key, line: r.line, cells: r.raw}
			if again[i] {
				a.at = notFirst
			}
			aside = append(aside, a)
		case i != last[r.key]:
			y.unchanged++
			y.note("repeated")
			doubles[r.key] = true
		case linked && l.hash == r.hash && !doubles[r.key]:
			y.unchanged++
		default:
			w := &work{row: r, id: l.record, linked: linked, repeated: doubles[r.key] || linked && again[i]}
			if linked && again[i] {
				y.note("repeated")
			}
			todo = append(todo, w)
		}
	}
	return todo, aside, nil
}

// applyWork resolves what rows refer to, turns them into changes and applies these.
func (im *importer) applyWork(ctx context.Context, tx *db.Tx, y *tally, todo []*work) error {
	if len(todo) == 0 {
		return nil
	}
	steps := []func(context.Context, *db.Tx, *tally, []*work) error{
		im.defineFields, im.adopt, im.loadPresent, im.loadBegun, im.joinReferences, im.rejectIncomplete, im.applyChanges, im.saveWork, im.joinTeams,
	}
	for _, step := range steps {
		if err := step(ctx, tx, y, todo); err != nil {
			return err
		}
		todo = slices.DeleteFunc(todo, func(w *work) bool { return w.rejected })
	}
	return nil
}

// loadPresent reads what of the existing records the new rows must be fitted to, and mints IDs for the others.
func (im *importer) loadPresent(ctx context.Context, tx *db.Tx, y *tally, todo []*work) error {
	byID := map[value.ID][]*work{}
	var ids []value.ID
	for _, w := range todo {
		if !w.linked {
			w.id = value.NewID()
			continue
		}
		if byID[w.id] == nil {
			ids = append(ids, w.id)
		}
		byID[w.id] = append(byID[w.id], w)
	}
	stage := `NULL`
	if y.t.object.Name == "deal" {
		stage = `stage_id`
	}
	for group := range slices.Chunk(ids, nameGroup) {
		args := make([]any, len(group))
		for i, id := range group {
			args[i] = id
		}
		rows, err := tx.Query(ctx, `SELECT id, created_at, valid_from, `+stage+` FROM `+y.t.object.Table.Current+
			` WHERE id IN (`+placeholders(1, len(group))+`)`, args...)
		if err != nil {
			return fmt.Errorf("connect: load %s: %w", y.t.object.Plural, err)
		}
		for rows.Next() {
			var id, stageID value.ID
			var since, latest value.Instant
			if err := rows.Scan(&id, &since, &latest, &stageID); err != nil {
				rows.Close()
				return fmt.Errorf("connect: load %s: %w", y.t.object.Plural, err)
			}
			for _, w := range byID[id] {
				w.since, w.latest, w.closed = since, latest, im.isClosed(stageID)
			}
		}
		if err := rows.Err(); err != nil {
			return fmt.Errorf("connect: load %s: %w", y.t.object.Plural, err)
		}
	}
	return nil
}

// loadBegun finds the records that an interrupted run of this import made. Their references that waited still hold from
// their beginning on.
func (im *importer) loadBegun(ctx context.Context, tx *db.Tx, y *tally, todo []*work) error {
	byID := map[value.ID]*work{}
	for _, w := range todo {
		if w.linked && im.run.resumed {
			byID[w.id] = w
		}
	}
	table := y.t.object.Table
	for group := range slices.Chunk(slices.Collect(maps.Keys(byID)), nameGroup) {
		args := []any{value.Forever, im.run.startedAt}
		for _, id := range group {
			args = append(args, id)
		}
		rows, err := tx.Query(ctx, `SELECT v.id, v.derived FROM `+table.Versions+` v JOIN `+table.Current+` c ON c.id = v.id AND c.created_at = v.valid_from
			WHERE v.recorded_to = $1 AND NOT EXISTS (SELECT 1 FROM `+table.Versions+` o WHERE o.id = v.id AND o.recorded_from < $2)
			AND v.id IN (`+placeholders(3, len(group))+`)`, args...)
		if err != nil {
			return fmt.Errorf("connect: load %s: %w", y.t.object.Plural, err)
		}
		for rows.Next() {
			var id value.ID
			var derived bool
			if err := rows.Scan(&id, &derived); err != nil {
				rows.Close()
				return fmt.Errorf("connect: load %s: %w", y.t.object.Plural, err)
			}
			byID[id].begun, byID[id].derived = true, derived
		}
		if err := rows.Err(); err != nil {
			return fmt.Errorf("connect: load %s: %w", y.t.object.Plural, err)
		}
	}
	return nil
}

// rejectIncomplete rejects rows whose record cannot be without what they lack.
func (im *importer) rejectIncomplete(_ context.Context, _ *db.Tx, y *tally, todo []*work) error {
	for _, w := range todo {
		for _, f := range y.t.object.Fields {
			if !f.Required {
				continue
			}
			if v, mentioned := w.set[f.Name]; v != nil || w.linked && !mentioned {
				continue
			}
			p := problem{reason: fmt.Sprintf("the row has no %s, which every %s needs", f.Name, y.t.object.Name)}
			for _, c := range y.t.columns {
				if c.target == f.Name {
					p.column = c
				}
			}
			if named := w.named(f.Name); named != "" {
				p.cell, p.reason = named, fmt.Sprintf("no %s is called so or has this ID: import it before, or together with this file", f.Ref)
			}
			y.reject(w.line, p)
			w.rejected = true
			break
		}
	}
	return nil
}

// applyChanges applies what the rows say. The second time, after a rule was broken, the rows that break one are rejected
// beforehand, so that they do not spoil their neighbours.
func (im *importer) applyChanges(ctx context.Context, tx *db.Tx, y *tally, todo []*work) error {
	changes := make([]crm.Change, 0, 2*len(todo))
	for _, w := range todo {
		changes = append(changes, im.changesOf(y, w)...)
	}
	if im.careful {
		wrong := im.rejectInvalid(y, todo, changes)
		changes = slices.DeleteFunc(changes, func(c crm.Change) bool { return wrong[c.ID] != nil })
	}
	if len(changes) == 0 {
		return nil
	}
	outcomes, err := crm.ApplyKnowing(ctx, tx, y.t.object, changes, im.known)
	if err != nil {
		return err
	}
	byID := make(map[value.ID]history.Outcome, len(outcomes))
	for _, o := range outcomes {
		byID[o.ID] = o
	}
	for _, w := range todo {
		switch o := byID[w.id]; {
		case w.rejected:
		case o.Created:
			y.created++
		case o.Updated:
			y.updated++
		default:
			y.unchanged++
			w.same = true
		}
		delete(byID, w.id) // a second row for the record only counts as read
	}
	return nil
}

// rejectInvalid rejects the rows whose changes break a rule that needs no other record, and gives the errors by record.
func (im *importer) rejectInvalid(y *tally, todo []*work, changes []crm.Change) map[value.ID]error {
	wrong := map[value.ID]error{}
	for _, c := range changes {
		err := crm.Check(y.t.object, c)
		if err == nil && len(c.Custom) > 0 {
			err = crm.CheckCustom(im.fields[y.t.object.Name], c)
		}
		if err != nil {
			wrong[c.ID] = err
		}
	}
	for _, w := range todo {
		err := wrong[w.id]
		if err == nil {
			continue
		}
		w.rejected = true
		p := problem{reason: err.Error()}
		if fields := fault.FieldsOf(err); len(fields) > 0 {
			p.reason = fields[0].Name + " " + fields[0].Message
			for _, c := range y.t.columns {
				if c.target == fields[0].Name || c.custom == fields[0].Name {
					p.column = c
				}
			}
		}
		y.reject(w.line, p)
	}
	return wrong
}

// saveWork remembers which rows were applied to which records, and the references that wait.
func (im *importer) saveWork(ctx context.Context, tx *db.Tx, y *tally, todo []*work) error {
	fresh, old := make(map[string]link, len(todo)), map[string]link{}
	var waiting []pending
	for _, w := range todo {
		l := link{record: w.id, hash: w.hash, repeated: w.repeated}
		if w.missing || len(w.waiting) > 0 {
			l.hash = 0
		}
		if w.linked {
			old[w.key] = l
		} else {
			fresh[w.key] = l
		}
		waiting = append(waiting, w.waiting...)
	}
	if err := addLinks(ctx, tx, im.run.source, y.t.object.Name, fresh); err != nil {
		return err
	}
	if err := saveLinks(ctx, tx, im.run.source, y.t.object.Name, old); err != nil {
		return err
	}
	return im.savePending(ctx, tx, waiting)
}
