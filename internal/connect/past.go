package connect

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"zveno.dev/zveno/internal/connect/mapping"
	"zveno.dev/zveno/internal/connect/tabular"
	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// pastLot is the lot of the histories of an object's records, of whatever table: only all of a record's rows together
// tell its past.
func pastLot(o *crm.Object) string { return "past " + o.Name }

// setHistoryAside sorts rows about the past by the record that they are about.
func (im *importer) setHistoryAside(ctx context.Context, tx *db.Tx, y *tally, rows []*row) error {
	keys := make([]string, 0, len(rows))
	for _, r := range rows {
		keys = append(keys, r.key)
	}
	slices.Sort(keys)
	links, err := loadLinks(ctx, tx, im.run.source, y.t.object.Name, slices.Compact(keys))
	if err != nil {
		return err
	}
	var aside []asideRow
	for _, r := range rows {
		l, known := links[r.key]
		switch {
		case r.key == "":
			y.reject(r.line, problem{y.t.keyed, "", "the row does not say which " + y.t.object.Name + " it is about"})
		case !known:
			y.reject(r.line, problem{y.t.keyed, r.key, fmt.Sprintf("no %s has this ID: import %s before, or together with this file",
				y.t.object.Name, y.t.object.Plural)})
		case r.facts.at == unset:
			y.reject(r.line, problem{nil, "", "the row does not say when the change happened"})
		case r.facts.at > im.info.At:
			y.note("history_future")
			y.unchanged++
		case r.facts.deleted:
			y.note("history_erased")
			y.unchanged++
		case y.t.shape == mapping.Changes && y.t.fields[value.Fold(r.facts.changed)] == nil:
			y.unchanged++
		default:
			aside = append(aside, asideRow{key: l.record.String(), at: r.facts.at, tableNo: y.t.no, line: r.line, cells: r.raw})
		}
	}
	return im.setAside(ctx, tx, pastLot(y.t.object), aside)
}

// pastRow is a row about the past of a record on its way into it.
type pastRow struct {
	work
	plan *tablePlan
	at   value.Instant
}

// applyPasts joins all histories of an object's records with what is known of them.
func (im *importer) applyPasts(ctx context.Context, o *crm.Object) error {
	parsers := make([]*parser, len(im.plans))
	for i, t := range im.plans {
		parsers[i] = im.newParser(t)
	}
	return im.eachAside(ctx, nil, pastLot(o), func(tx *db.Tx, y *tally, rows []asideRow) error {
		currencies, err := loadCurrencies(ctx, tx, o, rows)
		if err != nil {
			return err
		}
		var all []*pastRow
		first := map[firstChange]bool{}
		for _, a := range rows {
			p := parsers[a.tableNo]
			p.currency = cmp.Or(currencies[a.key], im.currency)
			made, err := parsePast(p, a, first)
			if err != nil {
				return err
			}
			all = append(all, made...)
		}
		if err := im.joinPasts(ctx, tx, y, all); err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(r *pastRow) bool { return r.wrong != "" })
		return im.mergePasts(ctx, tx, y, o, all)
	})
}

// loadCurrencies gives the currencies of the records that rows about the past are about: amounts that do not name theirs
// are in the record's.
func loadCurrencies(ctx context.Context, tx *db.Tx, o *crm.Object, rows []asideRow) (map[string]string, error) {
	currencies := map[string]string{}
	if o.Field("currency") < 0 {
		return currencies, nil
	}
	var ids []any
	for i, a := range rows {
		if i > 0 && rows[i-1].key == a.key {
			continue
		}
		id, err := value.ParseID(a.key)
		if err != nil {
			return nil, fmt.Errorf("connect: take up line %d: %w", a.line, err)
		}
		ids = append(ids, id)
	}
	for group := range slices.Chunk(ids, nameGroup) {
		if err := loadCurrencyGroup(ctx, tx, o, group, currencies); err != nil {
			return nil, fmt.Errorf("connect: load currencies of %s: %w", o.Plural, err)
		}
	}
	return currencies, nil
}

func loadCurrencyGroup(ctx context.Context, tx *db.Tx, o *crm.Object, ids []any, into map[string]string) error {
	rows, err := tx.Query(ctx, `SELECT id, currency FROM `+o.Table.Current+` WHERE currency IS NOT NULL AND id IN (`+placeholders(1, len(ids))+`)`, ids...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id value.ID
		var currency string
		if err := rows.Scan(&id, &currency); err != nil {
			return err
		}
		into[id.String()] = currency
	}
	return rows.Err()
}

// firstChange names the first change of a field in the group of a record.
type firstChange struct {
	record string
	field  int
}

// parsePast reads a row that was set aside. A row of a table of changes gives one value and, for the first change of a
// field, the value before it.
func parsePast(p *parser, a asideRow, first map[firstChange]bool) ([]*pastRow, error) {
	r, wrong := p.parse(tabular.Row{Line: a.line, Cells: a.cells})
	if wrong != nil {
		return nil, fmt.Errorf("connect: take up line %d of %s: %s", a.line, p.t.table.Path, wrong.reason)
	}
	id, err := value.ParseID(a.key)
	if err != nil {
		return nil, fmt.Errorf("connect: take up line %d of %s: %w", a.line, p.t.table.Path, err)
	}
	base := pastRow{work: work{row: r, id: id, linked: true}, plan: p.t, at: a.at}
	if p.t.shape == mapping.Snapshots {
		return []*pastRow{&base}, nil
	}
	c := p.t.fields[value.Fold(r.facts.changed)]
	var made []*pastRow
	key := firstChange{a.key, c.field}
	if !first[key] && p.t.has(mapping.TargetOldValue) {
		before := base
		before.row, before.initial = p.oneValue(r, c, r.facts.oldValue), true
		made = append(made, &before)
	}
	first[key] = true
	base.row = p.oneValue(r, c, r.facts.newValue)
	return append(made, &base), nil
}

// oneValue is a row that says one value of one field. A value that cannot be read leaves the row empty and rejected.
func (p *parser) oneValue(from *row, c *column, text string) *row {
	r := &row{line: from.line, key: from.key, facts: facts{author: from.facts.author, created: unset, modified: unset, at: from.facts.at, closedAt: unset}}
	if text = c.translate(text); tabular.IsEmpty(text) {
		r.clear(c)
		if c.kind != crm.Reference {
			r.cells = append(r.cells, cell{c.field, nil})
		}
		r.set = r.filled(p.t.object)
		return r
	}
	currency := ""
	r.wrong = p.take(r, c, text, &currency)
	if c.kind == crm.Money {
		r.setCell(p.t.object.Field("currency"), cmp.Or(currency, p.currency))
	}
	r.set = r.filled(p.t.object)
	return r
}

// joinPasts puts records in the place of what rows about the past call them.
func (im *importer) joinPasts(ctx context.Context, tx *db.Tx, y *tally, all []*pastRow) error {
	byPlan := map[*tablePlan][]*work{}
	for _, r := range all {
		byPlan[r.plan] = append(byPlan[r.plan], &r.work)
	}
	for _, t := range im.plans {
		if len(byPlan[t]) == 0 {
			continue
		}
		y.t = t
		if err := im.joinReferences(ctx, tx, y, byPlan[t]); err != nil {
			return err
		}
		for _, w := range byPlan[t] {
			stage, named := w.set["stage"]
			if named && stage == nil {
				delete(w.set, "stage")
			}
			for _, ref := range w.refs {
				if _, joined := w.set[ref.column.target]; w.initial && !joined {
					w.set[ref.column.target] = nil // there was something, but not what came next
				}
			}
			if w.facts.wonAmount != nil && im.isClosed(idOf(stage)) {
				w.set["amount"] = w.facts.wonAmount
			}
			if w.wrong != "" && !w.initial {
				y.reject(w.line, problem{t.keyed, w.key, w.wrong})
			}
		}
	}
	y.t = nil
	return nil
}

func idOf(v any) value.ID {
	id, _ := v.(value.ID)
	return id
}

// mergePasts turns rows into pasts and applies them. A past that breaks a rule is rejected by its first row.
func (im *importer) mergePasts(ctx context.Context, tx *db.Tx, y *tally, o *crm.Object, all []*pastRow) error {
	var pasts []crm.Past
	rows := map[value.ID][]*pastRow{}
	for _, r := range all {
		if n := len(pasts); n == 0 || pasts[n-1].ID != r.id {
			pasts = append(pasts, crm.Past{ID: r.id})
		}
		past := &pasts[len(pasts)-1]
		rows[r.id] = append(rows[r.id], r)
		if !r.initial {
			past.Points = append(past.Points, crm.Change{At: r.at, Set: r.set, Author: r.author})
			continue
		}
		if past.Initial == nil {
			past.Initial = map[string]any{}
		}
		for name, v := range r.set {
			past.Initial[name] = v
		}
	}
	outcomes, err := crm.ApplyPast(ctx, tx, o, pasts)
	if fault.KindOf(err) == fault.Invalid {
		outcomes, err = im.mergeOneByOne(ctx, tx, y, o, pasts, rows)
	}
	if err != nil {
		return err
	}
	for _, outcome := range outcomes {
		for _, r := range rows[outcome.ID] {
			if !r.initial {
				y.countPast(r.plan, outcome)
			}
		}
	}
	return nil
}

func (im *importer) mergeOneByOne(ctx context.Context, tx *db.Tx, y *tally, o *crm.Object, pasts []crm.Past, rows map[value.ID][]*pastRow) ([]history.Outcome, error) {
	var outcomes []history.Outcome
	for _, past := range pasts {
		some, err := crm.ApplyPast(ctx, tx, o, []crm.Past{past})
		switch {
		case fault.KindOf(err) == fault.Invalid:
			y.t = rows[past.ID][0].plan
			for _, r := range rows[past.ID] {
				if !r.initial {
					y.reject(r.line, problem{nil, "", err.Error()})
				}
			}
		case err != nil:
			return nil, err
		}
		outcomes = append(outcomes, some...)
	}
	y.t = nil
	return outcomes, nil
}
