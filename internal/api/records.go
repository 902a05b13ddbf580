package api

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// listInput asks for a page.
type listInput struct {
	Filter []string `query:"filter,explode" example:"[\"amount:from:1000\"]" doc:"field:relation:value. Relations: is, not, contains, from, to, empty, filled. Several filters must all hold; several values of is or not are given as several filters. Besides fields: text (what search looks into), id, created, changed."`
	Sort   string   `query:"sort" example:"-amount" doc:"A field, created or changed; with - before it, descending. Empty values come last."`
	Cursor string   `query:"cursor" doc:"next or previous of another page of the same list."`
	Limit  int      `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"Records on a page."`
	Fields []string `query:"fields" example:"[\"name\",\"amount\"]" doc:"The fields to answer with; none = all."`
	Names  bool     `query:"names" doc:"Also answer with the names of the records referred to."`
}

func (s *server) listRecords(o *crm.Object) func(context.Context, visit, *listInput) (*answer, error) {
	return func(ctx context.Context, v visit, in *listInput) (*answer, error) {
		filters, err := parseFilters(in.Filter)
		if err != nil {
			return nil, inQuery(err)
		}
		sort, descending := strings.CutPrefix(in.Sort, "-")
		q := crm.ListQuery{Object: o, Where: filters, Sort: sort, Descending: descending, Cursor: in.Cursor, Limit: in.Limit, Zone: v.settings.Zone}
		var page crm.Page
		var e encoder
		err = s.DB.Read(ctx, func(tx *db.Tx) (err error) {
			if e, err = newEncoder(ctx, tx, o, in.Fields); err != nil {
				return err
			}
			page, err = crm.ListRecords(ctx, tx, v.access.Scope, q)
			return err
		})
		if err != nil {
			return nil, inQuery(err)
		}
		return reply{status: http.StatusOK, body: e.page(page, in.Names)}.send(), nil
	}
}

// inQuery places what is wrong with a list: parameters by their names, anything else is a field of a filter.
func inQuery(err error) error {
	return at(err, func(field string) string {
		if slices.Contains([]string{"sort", "cursor", "limit", "fields", "filter", "as_of"}, field) {
			return "query." + field
		}
		return "query.filter." + field
	})
}

// parseFilters reads "field:relation:value". Several of one field that are about equality become one with several values.
func parseFilters(texts []string) ([]crm.Filter, error) {
	var filters []crm.Filter
	for _, text := range texts {
		parts := strings.SplitN(text, ":", 3)
		if len(parts) < 2 {
			return nil, fault.InvalidField("filter", "is %q; it must have the form field:relation:value, such as amount:from:1000", text)
		}
		f := crm.Filter{Field: parts[0], Op: crm.Op(parts[1]), Values: parts[2:]}
		same := slices.IndexFunc(filters, func(other crm.Filter) bool { return other.Field == f.Field && other.Op == f.Op })
		if same >= 0 && (f.Op == crm.OpIs || f.Op == crm.OpNot) {
			filters[same].Values = append(filters[same].Values, f.Values...)
			continue
		}
		filters = append(filters, f)
	}
	return filters, nil
}

// newEncoder writes all fields, or those that are asked for. The error is Invalid and names one that there is not.
func newEncoder(ctx context.Context, tx *db.Tx, o *crm.Object, fields []string) (encoder, error) {
	if len(fields) == 0 {
		return encoder{object: o}, nil
	}
	custom, err := crm.ListFields(ctx, tx, o.Name)
	if err != nil {
		return encoder{}, err
	}
	e := encoder{object: o, wanted: map[string]bool{}}
	for _, name := range fields {
		if o.Field(name) < 0 && !slices.ContainsFunc(custom, func(f crm.CustomField) bool { return f.Name == name }) {
			return encoder{}, fault.InvalidField("fields", "has %q, which is not a field of %s", name, o.Name)
		}
		e.wanted[name] = true
	}
	return e, nil
}

// page writes a page of records.
func (e encoder) page(p crm.Page, names bool) []byte {
	buf := make([]byte, 0, 256+512*len(p.Records))
	buf = append(buf, `{"data":[`...)
	for i, r := range p.Records {
		if i > 0 {
			buf = append(buf, ',')
		}
		buf = e.record(buf, r)
	}
	buf = strconv.AppendInt(append(buf, `],"total":`...), int64(p.Total), 10)
	buf = strconv.AppendBool(append(buf, `,"total_is_exact":`...), !p.More)
	buf = appendCursor(append(buf, `,"next":`...), p.Next)
	buf = appendCursor(append(buf, `,"previous":`...), p.Previous)
	if names {
		buf = append(buf, `,"names":{`...)
		for id, name := range p.Names {
			if buf[len(buf)-1] != '{' {
				buf = append(buf, ',')
			}
			buf = appendText(append(appendQuoted(buf, id.String()), ':'), name)
		}
		buf = append(buf, '}')
	}
	return append(buf, '}')
}

func appendCursor(buf []byte, cursor string) []byte {
	if cursor == "" {
		return append(buf, "null"...)
	}
	return appendQuoted(buf, cursor)
}

// RecordPath names a record in an address.
type RecordPath struct {
	ID string `path:"id" format:"uuid" example:"0195e3a0-7c2b-7d4e-8f10-112233445566" doc:"ID of the record."`
}

// id reads the ID of an address.
func (p RecordPath) id() (value.ID, error) {
	id, err := value.ParseID(p.ID)
	if err != nil {
		return value.ID{}, inPart("path", fault.InvalidField("id", "%v", err))
	}
	return id, nil
}

type getInput struct {
	RecordPath
	AsOf   string   `query:"as_of" example:"2026-03-31" doc:"How it was: a day (its end), or an instant. Empty = as it is now."`
	Fields []string `query:"fields" example:"[\"name\",\"amount\"]" doc:"The fields to answer with; none = all."`
}

func (s *server) getRecord(o *crm.Object) func(context.Context, visit, *getInput) (*answer, error) {
	return func(ctx context.Context, v visit, in *getInput) (*answer, error) {
		id, err := in.id()
		if err != nil {
			return nil, err
		}
		asOf := history.Now()
		if in.AsOf != "" {
			t, err := value.ParseInstant(in.AsOf, v.settings.Zone)
			if err != nil {
				return nil, inQuery(fault.InvalidField("as_of", "%v", err))
			}
			asOf = history.At(t)
		}
		var r crm.Record
		var e encoder
		err = s.DB.Read(ctx, func(tx *db.Tx) (err error) {
			if e, err = newEncoder(ctx, tx, o, in.Fields); err != nil {
				return err
			}
			if !v.access.Scope.All { // otherwise whatever can be loaded is in sight
				if err := crm.CheckVisible(ctx, tx, v.access.Scope, o, id); err != nil {
					return err
				}
			}
			r, err = crm.LoadRecord(ctx, tx, o, id, asOf)
			return err
		})
		if err != nil {
			return nil, inQuery(err)
		}
		return e.reply(http.StatusOK, r).send(), nil
	}
}

// reply answers with one record.
func (e encoder) reply(status int, r crm.Record) reply {
	return reply{status: status, version: r.Version, body: e.record(make([]byte, 0, 1024), r)}
}
