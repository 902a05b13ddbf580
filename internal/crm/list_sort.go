package crm

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"

	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// What lists can be sorted by besides fields.
const (
	SortName    = "name"    // the folded text that search looks into, which begins with the name
	SortCreated = "created" // Record.Created
	SortChanged = "changed" // Record.Since
)

// sortKey is what a list is sorted by; rows with the same key are sorted by ID.
type sortKey struct {
	name       string
	descending bool
	kind       history.Kind
	column     string       // of the current table; "" for a custom field
	custom     *CustomField // whose index crm_field_values is then
	never      bool         // it is never empty
}

// SortFields lists the names by which the records of an object can be sorted: the constants above and every field but
// references, with the object's custom fields. Those that the database has an index for are as fast at the end of a
// million records as at the beginning; others have to look at every record that fits the filters.
func SortFields(o *Object, custom []CustomField) []string {
	names := []string{SortCreated, SortChanged}
	if o.searched() && o.Field(SortName) < 0 {
		names = append(names, SortName)
	}
	for _, f := range o.Fields {
		if f.Kind != Reference {
			names = append(names, f.Name)
		}
	}
	for _, f := range custom {
		if f.Kind != Reference && !slices.Contains(names, f.Name) {
			names = append(names, f.Name)
		}
	}
	return names
}

// searched reports whether the object has a field that search looks into.
func (o *Object) searched() bool {
	return slices.ContainsFunc(o.Fields, func(f Field) bool { return f.Search })
}

func sortKeyOf(q ListQuery, custom []CustomField) (sortKey, error) {
	o := q.Object
	if q.Sort == "" {
		q.Sort = SortCreated
		if o.searched() {
			q.Sort = SortName
		}
	}
	k := sortKey{name: q.Sort, descending: q.Descending}
	if !slices.Contains(SortFields(o, custom), q.Sort) {
		return k, fault.InvalidField("sort", "is %q, by which %s cannot be sorted; choose one of %v", q.Sort, o.Plural, SortFields(o, custom))
	}
	i := o.Field(q.Sort)
	switch {
	case q.Sort == SortName && o.searched(), i >= 0 && o.isFirstSearched(i):
		k.kind, k.column, k.never = history.Text, "folded", true
	case i >= 0:
		k.kind, k.column = o.Fields[i].Kind.stored(), o.Fields[i].Column()
	case q.Sort == SortCreated:
		k.kind, k.column, k.never = history.Integer, "created_at", true
	case q.Sort == SortChanged:
		k.kind, k.column, k.never = history.Integer, "valid_from", true
	default:
		k.custom = customNamed(custom, q.Sort)
		k.kind = history.Real
		if k.custom.Kind == Text || k.custom.Kind == Choice {
			k.kind = history.Text
		}
	}
	return k, nil
}

// isFirstSearched reports whether the folded text of a record begins with this field.
func (o *Object) isFirstSearched(field int) bool {
	return field == slices.IndexFunc(o.Fields, func(f Field) bool { return f.Search })
}

// expression is the key of a row as SQL.
func (k sortKey) expression() string {
	switch {
	case k.custom != nil && k.kind == history.Text:
		return "k.text_folded"
	case k.custom != nil:
		return "k.number"
	case k.kind == history.Text:
		return "substr(t." + k.column + ", 1, 100)" // as in the indexes
	}
	return "t." + k.column
}

// position is where in the sorted list a page begins.
type position struct {
	backward bool     // towards the beginning
	id       value.ID // of the row next to the page; zero = the list's end
	empty    bool     // that row has no key
	key      any
}

// storedCursor is the form of a cursor before it becomes text.
type storedCursor struct {
	Sort       string  `json:"s"`
	Descending bool    `json:"d,omitempty"`
	Backward   bool    `json:"b,omitempty"`
	Key        *string `json:"k,omitempty"`
	ID         string  `json:"i"`
}

// cursor is the text that leads to the rows behind a row, or before it.
func (k sortKey) cursor(row listRow, backward bool) string {
	c := storedCursor{Sort: k.name, Descending: k.descending, Backward: backward, ID: row.ID.String()}
	var text string
	switch key := row.key.(type) {
	case string:
		text = key
	case int64:
		text = strconv.FormatInt(key, 10)
	case float64:
		text = strconv.FormatFloat(key, 'g', -1, 64)
	case bool:
		text = strconv.FormatBool(key)
	}
	if row.key != nil {
		c.Key = &text
	}
	document, _ := json.Marshal(c) // texts and truths: nothing that can fail
	return base64.RawURLEncoding.EncodeToString(document)
}

// readCursor gives the position that a query asks for.
func (k sortKey) readCursor(q ListQuery) (position, error) {
	if q.Last || q.Cursor == "" {
		return position{backward: q.Last}, nil
	}
	wrong := fault.InvalidField("cursor", "does not belong to this list, sorted by %s: begin at the first page", k.name)
	var c storedCursor
	document, err := base64.RawURLEncoding.DecodeString(q.Cursor)
	if err != nil || json.Unmarshal(document, &c) != nil || c.Sort != k.name || c.Descending != k.descending {
		return position{}, wrong
	}
	p := position{backward: c.Backward, empty: c.Key == nil}
	if p.id, err = value.ParseID(c.ID); err != nil || p.empty && k.never {
		return position{}, wrong
	}
	if c.Key != nil {
		if p.key, err = k.parse(*c.Key); err != nil || textProblem(*c.Key) != "" {
			return position{}, wrong
		}
	}
	return p, nil
}

func (k sortKey) parse(text string) (any, error) {
	switch k.kind {
	case history.Integer:
		return strconv.ParseInt(text, 10, 64)
	case history.Real:
		return strconv.ParseFloat(text, 64)
	case history.Bool:
		return strconv.ParseBool(text)
	default:
		return text, nil
	}
}
