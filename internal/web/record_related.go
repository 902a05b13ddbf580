package web

import (
	"context"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
	"zveno.dev/zveno/internal/web/ui"
)

// relatedMost is how many records each list on a record's page shows.
const relatedMost = 10

// relatedList is the first records of a list on a record's page.
type relatedList struct {
	relation
	to      value.ID // to which they refer
	columns []recordField
	page    crm.Page
}

// loadRelated reads the records that refer to the page's record, or to what it refers to, on the day of the page.
func (p *recordPage) loadRelated(ctx context.Context, tx *db.Tx, r relation) (relatedList, error) {
	list := relatedList{relation: r, to: p.id}
	object := crm.ObjectNamed(r.object)
	fields, err := recordFields(ctx, tx, object)
	if err != nil {
		return list, err
	}
	for _, key := range r.columns {
		if f, ok := fieldOf(fields, key); ok {
			list.columns = append(list.columns, f)
		}
	}
	if r.via != "" {
		if list.to = idOf(p.record.Values[r.via]); list.to.IsZero() {
			return list, nil
		}
	}
	_, sort, descending := listQuestion{kind: recordKind{sort: r.sort}}.sorting()
	list.page, err = crm.ListRecords(ctx, tx, p.v.access.Scope, crm.ListQuery{Object: object, Sort: sort, Descending: descending, Limit: relatedMost,
		Where: []crm.Filter{{Field: r.field, Op: crm.OpIs, Values: []string{list.to.String()}}}})
	if err != nil || !p.isPast() {
		return list, err
	}
	return list, p.rewind(ctx, tx, &list, object, fields)
}

// rewind brings the records of a list back to the day of the page. Those that did not refer to its record then are left
// out; those that ceased to do so since are not found.
func (p *recordPage) rewind(ctx context.Context, tx *db.Tx, list *relatedList, object *crm.Object, fields []recordField) error {
	var then []crm.Record
	for _, r := range list.page.Records {
		was, err := crm.LoadRecord(ctx, tx, object, r.ID, p.asOf())
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		if err == nil && idOf(was.Values[list.field]) == list.to {
			then = append(then, was)
		}
	}
	list.page.Records, list.page.Total = then, len(then)
	names, err := loadNames(ctx, tx, fields, then...)
	list.page.Names = names
	return err
}

// relatedCards draws the lists. Those without a record are named in one line.
func (p recordPage) relatedCards() g.Node {
	var cards g.Group
	for _, list := range p.related {
		if len(list.page.Records) > 0 {
			cards = append(cards, p.relatedCard(list))
		}
	}
	return cards
}

func (p recordPage) relatedCard(list relatedList) g.Node {
	v := p.v
	object := crm.ObjectNamed(list.object)
	title := v.T("record." + object.Plural)
	card := ui.Card{Title: title, Flush: true, Actions: []g.Node{ui.Badge(ui.ToneQuiet, v.view.Number(int64(list.page.Total)))}}
	if kind, ok := kindOf(list.object); ok && list.page.Total > len(list.page.Records) {
		card.Actions = append(card.Actions, h.A(h.Href(address(kind.list, list.field, list.to.String(), "status", "all")), v.view.Text("home.all")))
	}
	return card.Node(ui.Table[crm.Record]{Caption: title, Rows: list.page.Records, Leads: true,
		Columns: recordColumns(v, object, list.columns, list.page.Names)}.Node(v.view))
}
