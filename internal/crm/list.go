package crm

import (
	"context"
	"fmt"
	"slices"
	"time"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

// ListQuery asks for one page of the records of an object as they are now.
type ListQuery struct {
	Object     *Object
	Where      []Filter       // all of them must hold
	Sort       string         // see SortFields; "" = SortName where records have one, SortCreated otherwise
	Descending bool           // empty values come last either way
	Cursor     string         // from Page.Next or Page.Previous of the same query; "" = the first page
	Last       bool           // the last page; Cursor is not looked at
	Limit      int            // records on a page: 1 to 200; 0 = 50
	Zone       *time.Location // of days in filters on instants; nil = UTC
}

const (
	defaultLimit = 50
	maxLimit     = 200
)

// countedTo is up to which number a total is exact: counting on would cost more than the page. Of lists with filters more
// is counted, because the rows that fit may be few and far apart, and then it is better to collect them than to walk.
var countedTo = 1_000

const filteredTimes = 10

// Page is a part of a list.
type Page struct {
	Records  []Record
	Names    map[value.ID]string // of the records that these refer to, also of those that are out of scope
	Total    int                 // records on all pages
	More     bool                // there are more than Total
	Next     string              // cursor of the page after this one; "" = this is the last
	Previous string              // cursor of the page before; "" = this is the first
}

// ListRecords gives a page of the records in scope. The error is Invalid and names the field of a wrong filter, sort,
// cursor or limit.
func ListRecords(ctx context.Context, tx *db.Tx, scope identity.Scope, q ListQuery) (Page, error) {
	l, err := newListing(ctx, tx, scope, q)
	if err != nil {
		return Page{}, err
	}
	order, err := sortKeyOf(q, l.custom)
	if err != nil {
		return Page{}, err
	}
	at, err := order.readCursor(q)
	if err != nil {
		return Page{}, err
	}
	var page Page
	if page.Total, page.More, err = l.count(ctx, tx); err != nil {
		return Page{}, fmt.Errorf("crm: count %s: %w", q.Object.Plural, err)
	}
	l.walk, l.collect, l.walked = page.More, !page.More, order.column
	if err := l.findOwners(ctx, tx, order); err != nil {
		return Page{}, fmt.Errorf("crm: find owners of %s: %w", q.Object.Plural, err)
	}
	rows, err := l.read(ctx, tx, order, at, l.query.Limit+1)
	if err != nil {
		return Page{}, fmt.Errorf("crm: list %s: %w", q.Object.Plural, err)
	}
	page.fill(rows, order, at, l.query)
	page.Names, err = referenceNames(ctx, tx, q.Object, l.custom, page.Records)
	return page, err
}

// listing is a query on its way to SQL.
type listing struct {
	query  ListQuery
	scope  identity.Scope
	custom []CustomField
	terms  []term

	// walk says that so many records fit that going along the index of the sort key finds a page of them soon, while
	// collecting them all first would not. walked is the column of that key, which must stay as the index knows it.
	walk   bool
	walked string

	collect bool // the opposite: so few fit that they are collected and sorted

	owners []value.ID // who walk apart from each other, each along their own index; none = all walk together
}

func newListing(ctx context.Context, tx *db.Tx, scope identity.Scope, q ListQuery) (*listing, error) {
	if q.Limit == 0 {
		q.Limit = defaultLimit
	}
	if q.Limit < 1 || q.Limit > maxLimit {
		return nil, fault.InvalidField("limit", "is %d; it must be from 1 to %d", q.Limit, maxLimit)
	}
	if q.Zone == nil {
		q.Zone = time.UTC
	}
	custom, err := ListFields(ctx, tx, q.Object.Name)
	if err != nil {
		return nil, err
	}
	l := &listing{query: q, scope: scope, custom: custom}
	for _, f := range q.Where {
		t, err := parseFilter(q.Object, custom, f, q.Zone)
		if err != nil {
			return nil, err
		}
		l.terms = append(l.terms, t)
	}
	return l, nil
}

// fill takes the rows that were read, one more than the page holds if there is one, into the page.
func (p *Page) fill(rows []listRow, order sortKey, at position, q ListQuery) {
	beyond := len(rows) > q.Limit
	rows = rows[:min(len(rows), q.Limit)]
	if at.backward {
		slices.Reverse(rows)
	}
	for _, r := range rows {
		p.Records = append(p.Records, r.Record)
	}
	if len(rows) == 0 {
		return
	}
	if at.backward && beyond || !at.backward && at.id != (value.ID{}) {
		p.Previous = order.cursor(rows[0], true)
	}
	if !at.backward && beyond || at.backward && at.id != (value.ID{}) {
		p.Next = order.cursor(rows[len(rows)-1], false)
	}
}
