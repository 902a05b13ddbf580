package web

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

// listQuestion is the address of a list of records: which of them, in which order, with which columns.
type listQuestion struct {
	kind    recordKind
	fields  []recordField // that there are
	filters []recordField // by which the list offers to be filtered
	links   []recordField // references by which it can be filtered too: other pages lead there
	query   url.Values    // what the address says, without what it may not say
	columns []recordField
}

// Parts of the address of a list besides its filters.
const (
	paramText   = "text"
	paramTeam   = "team"
	paramArea   = "area" // the region of the owner's team
	paramSort   = "sort"
	paramCursor = "cursor"
	paramLast   = "last"
	paramCols   = "cols"
	paramAsOf   = "asof"
)

// readListQuestion takes from an address what a list of these records understands.
func readListQuestion(ctx context.Context, tx *db.Tx, kind recordKind, in url.Values) (listQuestion, error) {
	fields, err := recordFields(ctx, tx, kind.object)
	if err != nil {
		return listQuestion{}, err
	}
	q := listQuestion{kind: kind, fields: fields, query: url.Values{}}
	for _, f := range fields {
		if slices.Contains(kind.filters, f.key) || f.custom && f.Kind == crm.Choice {
			q.filters = append(q.filters, f)
		} else if f.Kind == crm.Reference {
			q.links = append(q.links, f)
		}
	}
	names := []string{paramText, paramTeam, paramArea, paramSort, paramCursor, paramLast, paramAsOf, "status"}
	for _, f := range slices.Concat(q.filters, q.links) {
		names = append(names, f.key, f.key+"_from", f.key+"_to")
	}
	for _, name := range names {
		if text := strings.TrimSpace(in.Get(name)); text != "" {
			q.query.Set(name, text)
		}
	}
	q.readColumns(in[paramCols])
	return q, nil
}

// readColumns takes the chosen columns, in the order of the fields; without a choice, those of the kind.
func (q *listQuestion) readColumns(chosen []string) {
	var keys []string
	for _, text := range chosen {
		keys = append(keys, strings.Split(text, ",")...)
	}
	for _, key := range q.kind.columns {
		if f, ok := fieldOf(q.fields, key); ok {
			q.columns = append(q.columns, f)
		}
	}
	if len(keys) == 0 {
		return
	}
	var columns []recordField
	for _, f := range slices.Concat(q.columns, q.fields) {
		if slices.Contains(keys, f.key) && !slices.ContainsFunc(columns, func(c recordField) bool { return c.key == f.key }) {
			columns = append(columns, f)
		}
	}
	if len(columns) == 0 || slices.EqualFunc(columns, q.columns, func(a, b recordField) bool { return a.key == b.key }) {
		return
	}
	q.columns = columns
	var names []string
	for _, f := range columns {
		names = append(names, f.key)
	}
	q.query.Set(paramCols, strings.Join(names, ","))
}

// address is that of a page for the same records, with pairs changed; an empty value takes a parameter out. Whatever
// changes the list leads to its first page.
func (q listQuestion) address(path string, pairs ...string) string {
	query := url.Values{}
	for name, values := range q.query {
		if name != paramCursor && name != paramLast {
			query[name] = values
		}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		query.Set(pairs[i], pairs[i+1])
		if pairs[i+1] == "" {
			query.Del(pairs[i])
		}
	}
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}

// without is the address's query without the named parts and without where in the list one is.
func (q listQuestion) without(names ...string) map[string]string {
	kept := map[string]string{}
	for name := range q.query {
		if name != paramCursor && name != paramLast && !slices.Contains(names, name) {
			kept[name] = q.query.Get(name)
		}
	}
	return kept
}

// isFiltered reports whether the address leaves some of the records out.
func (q listQuestion) isFiltered() bool {
	return len(q.without(paramSort, paramCols, paramAsOf, "status")) > 0
}

// sorting is the sort of the address, or that of the kind: the field, and whether the greatest comes first.
func (q listQuestion) sorting() (text, field string, descending bool) {
	text = q.query.Get(paramSort)
	if text == "" {
		text = q.kind.sort
	}
	field, descending = strings.CutPrefix(text, "-")
	return text, strings.TrimPrefix(field, customPrefix), descending
}

// crm is the question as package crm asks it.
func (q listQuestion) crm(ctx context.Context, tx *db.Tx, v visit) (list crm.ListQuery, err error) {
	_, field, descending := q.sorting()
	list = crm.ListQuery{Object: q.kind.object, Sort: field, Descending: descending, Cursor: q.query.Get(paramCursor), Last: q.query.Has(paramLast), Limit: listPage, Zone: v.settings.Zone}
	if list.Where, err = q.where(ctx, tx, v); err != nil {
		return list, err
	}
	stages, err := q.stageFilter(ctx, tx)
	list.Where = append(list.Where, stages...)
	return list, err
}

// where is the filters of the address.
func (q listQuestion) where(ctx context.Context, tx *db.Tx, v visit) (filters []crm.Filter, err error) {
	add := func(field string, op crm.Op, values ...string) {
		filters = append(filters, crm.Filter{Field: field, Op: op, Values: values})
	}
	if text := q.query.Get(paramText); text != "" {
		add(crm.FilterText, crm.OpContains, text)
	}
	for _, f := range slices.Concat(q.filters, q.links) {
		q.addFilter(v, f, add)
	}
	owners, limited, err := q.teamOwners(ctx, tx, v)
	if limited {
		add("owner", crm.OpIs, owners...)
	}
	return filters, err
}

// filterNone asks for records without a value.
const filterNone = "-"

func (q listQuestion) addFilter(v visit, f recordField, add func(string, crm.Op, ...string)) {
	switch text := q.query.Get(f.key); text {
	case "":
	case filterNone:
		add(f.Name, crm.OpEmpty)
	default:
		add(f.Name, crm.OpIs, text)
	}
	if text := q.query.Get(f.key + "_from"); text != "" {
		add(f.Name, crm.OpFrom, plainFigure(v.view.Lang, text, f.Kind))
	}
	if text := q.query.Get(f.key + "_to"); text != "" {
		add(f.Name, crm.OpTo, plainFigure(v.view.Lang, text, f.Kind))
	}
}

// maxTeamOwners is to how many people a filter by team can come down; see crm.Filter.
const maxTeamOwners = 200

// teamOwners lists the people of the team, with those below it, and of the region that the address names.
func (q listQuestion) teamOwners(ctx context.Context, tx *db.Tx, v visit) (owners []string, limited bool, err error) {
	team, area := q.query.Get(paramTeam), q.query.Get(paramArea)
	if team == "" && area == "" {
		return nil, false, nil
	}
	if q.kind.object.Field("owner") < 0 {
		return nil, false, fault.InvalidField(paramTeam, "%s have no owners", q.kind.object.Plural)
	}
	hierarchy, err := identity.LoadHierarchy(ctx, tx)
	if err != nil {
		return nil, false, err
	}
	for _, span := range hierarchy.PeopleSpans() {
		inTeam := team == "" || slices.ContainsFunc(span.Path, func(id value.ID) bool { return id.String() == team })
		if span.From <= v.now && v.now < span.To && inTeam && (area == "" || span.Region == area) {
			owners = append(owners, span.Person.String())
		}
	}
	if len(owners) == 0 {
		owners = []string{value.NewID().String()} // somebody who owns nothing
	}
	if len(owners) > maxTeamOwners {
		return nil, false, fault.InvalidField(paramTeam, "has %d people, and a list can be filtered by %d at most: choose a smaller team", len(owners), maxTeamOwners)
	}
	return owners, true, nil
}
