package demo

import (
	"slices"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/value"
)

// form is an object with the positions of its fields.
type form struct {
	table  *history.Table
	fields map[string]int
	usual  int // how many versions to expect of a record
}

func formOf(name string, usual int) *form {
	o := crm.ObjectNamed(name)
	f := &form{table: o.Table, fields: make(map[string]int, len(o.Fields)), usual: usual}
	for i, field := range o.Fields {
		f.fields[field.Name] = i
	}
	return f
}

var (
	teamForm      = formOf("team", 1)
	personForm    = formOf("person", 1)
	pipelineForm  = formOf("pipeline", 1)
	stageForm     = formOf("stage", 1)
	productForm   = formOf("product", 1)
	priceBookForm = formOf("price_book", 1)
	priceForm     = formOf("price", 1)
	campaignForm  = formOf("campaign", 1)
	quotaForm     = formOf("quota", 1)
	rateForm      = formOf("rate", 1)
	accountForm   = formOf("account", 2)
	contactForm   = formOf("contact", 1)
	leadForm      = formOf("lead", 4)
	dealForm      = formOf("deal", 10)
	lineItemForm  = formOf("line_item", 1)
	activityForm  = formOf("activity", 1)
)

// forms lists all of them, in the order in which records are stored.
var forms = []*form{
	teamForm, personForm, pipelineForm, stageForm, productForm, priceBookForm, priceForm, campaignForm, quotaForm, rateForm,
	accountForm, contactForm, dealForm, lineItemForm, leadForm, activityForm,
}

// set is a field with its new value.
type set struct {
	field string
	to    any
}

// Chain is every version of one record, in the order in which they were recorded.
type Chain = []history.Version

// open begins a record.
func (f *form) open(id value.ID, at value.Instant, author value.ID, sets ...set) Chain {
	v := history.Version{ID: id, ValidFrom: at, ValidTo: value.Forever, RecordedFrom: at, RecordedTo: value.Forever, Author: author}
	v.Values = make([]any, len(f.table.Columns))
	f.fill(v.Values, sets)
	return append(make(Chain, 0, f.usual), v)
}

// change adds a version to a chain that was recorded as it happened, unless nothing changes. A change at the instant of
// the last version becomes part of it.
func (f *form) change(c Chain, at value.Instant, author value.ID, sets ...set) Chain {
	last := &c[len(c)-1]
	if at <= last.ValidFrom {
		f.fill(last.Values, sets)
		return c
	}
	if !slices.ContainsFunc(sets, func(s set) bool { return last.Values[f.position(s.field)] != stored(s.to) }) {
		return c
	}
	return f.next(c, at, author, sets)
}

// next adds a version to a chain.
func (f *form) next(c Chain, at value.Instant, author value.ID, sets []set) Chain {
	last := &c[len(c)-1]
	v := *last
	last.ValidTo = at
	v.ValidFrom, v.RecordedFrom, v.Author = at, at, author
	v.Values = slices.Clone(v.Values)
	f.fill(v.Values, sets)
	return append(c, v)
}

// remove ends a record by deleting it.
func (f *form) remove(c Chain, at value.Instant, author value.ID) Chain {
	c = f.next(c, at, author, nil)
	c[len(c)-1].Deleted = true
	return c
}

func (f *form) fill(values []any, sets []set) {
	for _, s := range sets {
		values[f.position(s.field)] = stored(s.to)
	}
}

func (f *form) position(field string) int {
	at, known := f.fields[field]
	if !known {
		panic("demo: " + f.table.Object + " has no field " + field)
	}
	return at
}

// stored is the form in which a table keeps a value.
func stored(v any) any {
	switch v := v.(type) {
	case value.Day:
		return int64(v)
	case value.Instant:
		return int64(v)
	case int:
		return int64(v)
	case string:
		if v == "" {
			return nil
		}
	case value.ID:
		if v.IsZero() {
			return nil
		}
	}
	return v
}
