package api

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

const (
	maxBulk  = 1000 // records of one request
	maxWrong = 100  // wrong values that an answer names
)

// BulkResult says what became of the records of a request.
type BulkResult struct {
	Created   int          `json:"created"`
	Updated   int          `json:"updated"`
	Unchanged int          `json:"unchanged"`
	Results   []BulkRecord `json:"results" doc:"One for each record, in the order of the request."`
}

// BulkRecord says what became of one record.
type BulkRecord struct {
	ID      value.ID `json:"id" format:"uuid"`
	Version int64    `json:"version"`
	Status  string   `json:"status" enum:"created,updated,unchanged"`
}

// bulkOf describes the body of a bulk request.
func bulkOf(o *crm.Object, item *huma.Schema) *huma.Schema {
	least, most := 1, maxBulk
	return &huma.Schema{Type: huma.TypeObject, Required: []string{"records"}, AdditionalProperties: false, Properties: map[string]*huma.Schema{
		"key": {Type: huma.TypeString, Description: "A text field, standard or custom, that tells records apart in the system they come from: " +
			"a record without an id changes the one that has the same value there, or is new."},
		"records": {Type: huma.TypeArray, Items: item, MinItems: &least, MaxItems: &most, Description: "The " + o.Plural + "."},
	}}
}

// bulkBody is the body of a bulk request.
type bulkBody struct {
	Key     string           `json:"key"`
	Records []map[string]any `json:"records"`
}

// bulk is an upsert under way.
type bulk struct {
	decoder
	visit   visit
	key     string
	records []bulkItem
	wrong   []fault.Field
}

// bulkItem is one record of an upsert.
type bulkItem struct {
	input
	id     value.ID
	expect int64
	was    *bulkRow // nil = it is new
	set    map[string]any
	custom map[string]any
	result BulkRecord
}

func (s *server) bulkUpsert(o *crm.Object) func(context.Context, visit, *createInput) (*answer, error) {
	return func(ctx context.Context, v visit, in *createInput) (*answer, error) {
		var body bulkBody
		if err := decodeObject(in.RawBody, &body); err != nil {
			return nil, err
		}
		if n := len(body.Records); n < 1 || n > maxBulk {
			return nil, inPart("body", fault.InvalidField("records", "has %d records; it must have from 1 to %d", n, maxBulk))
		}
		done, err := s.changeOnce(ctx, v, in.PostHeaders, "bulk "+o.Name, in.RawBody, func(tx *db.Tx) (reply, []identity.AuditEntry, error) {
			d, err := newDecoder(ctx, tx, o)
			if err != nil {
				return reply{}, nil, err
			}
			b := bulk{decoder: d, visit: v, key: body.Key}
			if err := b.prepare(ctx, tx, body.Records); err != nil {
				return reply{}, nil, inPart("body", err)
			}
			if err := b.apply(ctx, tx); err != nil {
				return reply{}, nil, inPart("body", err)
			}
			return b.reply()
		})
		return done.send(), err
	}
}

// note remembers what is wrong with a record.
func (b *bulk) note(i int, wrong ...fault.Field) {
	for _, f := range wrong {
		if len(b.wrong) < maxWrong {
			b.wrong = append(b.wrong, fault.Field{Name: fmt.Sprintf("records[%d].%s", i, f.Name), Message: f.Message})
		}
	}
}

// prepare reads all records and finds those that exist. The error names everything that is wrong.
func (b *bulk) prepare(ctx context.Context, tx *db.Tx, records []map[string]any) error {
	b.records = make([]bulkItem, len(records))
	for i, members := range records {
		given, wrong := newInput(members)
		b.note(i, wrong...)
		b.records[i].input = given
		b.note(i, b.records[i].readID()...)
	}
	if err := b.findByKey(ctx, tx); err != nil {
		return err
	}
	if err := b.findRows(ctx, tx); err != nil {
		return err
	}
	seen := map[value.ID]int{}
	for i := range b.records {
		item := &b.records[i]
		if first, twice := seen[item.id]; twice && !item.id.IsZero() {
			b.note(i, fault.Field{Name: memberID, Message: fmt.Sprintf("is the same as of records[%d]: a record can be changed once in a request", first)})
		}
		seen[item.id] = i
		b.note(i, b.read(item)...)
	}
	return wrongFields(b.wrong)
}

// readID reads the ID and version of a record.
func (item *bulkItem) readID() (wrong []fault.Field) {
	if raw, given := item.members[memberID]; given && raw != nil {
		v, problem := readValue(crm.Field{Kind: crm.Reference}, raw, "")
		if problem != "" {
			return []fault.Field{{Name: memberID, Message: problem}}
		}
		item.id = v.(value.ID)
	}
	if raw, given := item.members[memberVersion]; given && raw != nil {
		v, problem := readNumber(crm.Integer, raw)
		if problem != "" {
			return []fault.Field{{Name: memberVersion, Message: problem}}
		}
		item.expect = v.(int64)
	}
	return nil
}

// read turns the members of a record into values, by the rules that need no other record.
func (b *bulk) read(item *bulkItem) []fault.Field {
	currency, owner := "", b.visit.access.Person
	if item.was != nil {
		currency, owner = item.was.currency, item.was.owner
	}
	set, custom, wrong := b.values(item.input, currency)
	item.set, item.custom = set, custom
	wrong = append(wrong, amountsLack(b.object, set, currency)...)
	if err := checkFields(b.visit, b.object, set, owner); err != nil {
		name := ownerField
		if b.object.Name == "person" {
			name = "team"
		}
		wrong = append(wrong, fault.Field{Name: name, Message: err.Error()})
	}
	if item.was == nil {
		adopt(b.visit, b.object, set)
		if item.expect != 0 {
			wrong = append(wrong, fault.Field{Name: memberVersion, Message: "is given, but the record is new"})
		}
	}
	if len(wrong) > 0 {
		return wrong
	}
	change := crm.Change{ID: item.id, New: item.was == nil, Set: set, Custom: custom}
	wrong = fault.FieldsOf(crm.Check(b.object, change))
	return append(wrong, fault.FieldsOf(crm.CheckCustom(b.custom, change))...)
}

// apply makes and changes the records. A deal that gets another stage is saved by itself, as that moves it.
func (b *bulk) apply(ctx context.Context, tx *db.Tx) error {
	var changes []crm.Change
	var places []int
	for i := range b.records {
		item := &b.records[i]
		isNew := item.was == nil
		if isNew {
			item.id = value.NewID()
		}
		if !isNew && item.moves() {
			if err := b.save(ctx, tx, item); err != nil {
				return at(err, func(field string) string { return fmt.Sprintf("body.records[%d].%s", i, field) })
			}
			continue
		}
		changes = append(changes, crm.Change{ID: item.id, New: isNew, Set: item.set, Custom: item.custom, Expect: item.expect})
		places = append(places, i)
	}
	outcomes, err := crm.Apply(ctx, tx, b.object, changes)
	if err != nil {
		return err
	}
	for n, outcome := range outcomes {
		status := "unchanged"
		if outcome.Created {
			status = "created"
		} else if outcome.Updated {
			status = "updated"
		}
		b.records[places[n]].result = BulkRecord{outcome.ID, outcome.Version, status}
	}
	return b.checkPlaces(ctx, tx)
}

// moves reports whether a record that exists gets another stage.
func (item *bulkItem) moves() bool {
	stage, given := item.set["stage"].(value.ID)
	return given && stage != item.was.stage && !item.was.stage.IsZero()
}

func (b *bulk) save(ctx context.Context, tx *db.Tx, item *bulkItem) error {
	expect := item.expect
	if expect == 0 {
		expect = item.was.version
	}
	r, err := crm.SaveRecord(ctx, tx, b.visit.access.Scope, b.object, crm.RecordSave{ID: item.id, Set: item.set, Custom: item.custom, Expect: expect})
	item.result = BulkRecord{item.id, r.Version, "updated"}
	return err
}

// checkPlaces refuses records that came to be under somebody else's; see checkPlace.
func (b *bulk) checkPlaces(ctx context.Context, tx *db.Tx) error {
	var kept []value.ID
	for _, item := range b.records {
		owner, given := item.set[ownerField].(value.ID)
		if !given || owner == b.visit.access.Person || !b.visit.access.May(identity.DealsReassign) {
			kept = append(kept, item.id)
		}
	}
	return checkEditable(ctx, tx, b.visit, b.object, kept)
}

// reply tells what became of the records.
func (b *bulk) reply() (reply, []identity.AuditEntry, error) {
	result := BulkResult{Results: make([]BulkRecord, len(b.records))}
	for i, item := range b.records {
		result.Results[i] = item.result
		switch item.result.Status {
		case "created":
			result.Created++
		case "updated":
			result.Updated++
		default:
			result.Unchanged++
		}
	}
	body, err := json.Marshal(result)
	entry := identity.AuditEntry{Action: b.object.Name + ".bulk", Object: b.object.Name,
		Detail: map[string]any{"created": result.Created, "updated": result.Updated, "unchanged": result.Unchanged}}
	return reply{status: http.StatusOK, body: body}, []identity.AuditEntry{entry}, err
}

// fieldNames lists the fields of a change, sorted.
func fieldNames(set, custom map[string]any) []string {
	return slices.Sorted(maps.Keys(mergedKeys(set, custom)))
}

func mergedKeys(maps ...map[string]any) map[string]bool {
	keys := map[string]bool{}
	for _, m := range maps {
		for name := range m {
			keys[name] = true
		}
	}
	return keys
}
