package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// decodeObject reads a JSON document whose numbers stay as they are written.
func decodeObject(document []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.UseNumber()
	err := decoder.Decode(into)
	if err == nil {
		if _, end := decoder.Token(); !errors.Is(end, io.EOF) {
			err = errors.New("there is more after the end of the document")
		}
	}
	if err == nil {
		return nil
	}
	p := newProblem(400, "the body is not the JSON document that is expected: "+err.Error())
	p.Add(&badBody{err.Error()})
	return p
}

// input is what a request says about one record: its members as JSON has them.
type input struct {
	members map[string]any
	custom  map[string]any
}

// newInput takes the members of a record apart.
func newInput(members map[string]any) (input, []fault.Field) {
	in := input{members: members}
	switch custom := members[memberCustom].(type) {
	case nil:
	case map[string]any:
		in.custom = custom
	default:
		return in, []fault.Field{{Name: memberCustom, Message: "must be an object of custom fields"}}
	}
	return in, nil
}

// decoder turns members into values of fields.
type decoder struct {
	object *crm.Object
	custom []crm.CustomField
}

// ignored are the members that an answer has and that nobody can set: a record that was read can be sent back.
var ignored = []string{memberID, memberVersion, memberCreated, memberChanged, memberCustom}

// values reads all fields of a record. currency is that of its amounts unless it names another. Problems are listed by
// member, those of custom fields as "custom.name".
func (d decoder) values(in input, currency string) (set, custom map[string]any, wrong []fault.Field) {
	set, custom = map[string]any{}, map[string]any{}
	if code, ok := in.members["currency"].(string); ok {
		currency = code
	}
	for name, raw := range in.members {
		i := d.object.Field(name)
		if i < 0 {
			if !slices.Contains(ignored, name) {
				wrong = append(wrong, fault.Field{Name: name, Message: "is not a field of " + d.object.Name})
			}
			continue
		}
		v, problem := readValue(d.object.Fields[i], raw, currency)
		if problem != "" {
			wrong = append(wrong, fault.Field{Name: name, Message: problem})
		}
		set[name] = v
	}
	for name, raw := range in.custom {
		i := slices.IndexFunc(d.custom, func(f crm.CustomField) bool { return f.Name == name })
		if i < 0 {
			wrong = append(wrong, fault.Field{Name: "custom." + name, Message: "is not a custom field of " + d.object.Name})
			continue
		}
		v, problem := readCustom(d.custom[i].Field, raw)
		if problem != "" {
			wrong = append(wrong, fault.Field{Name: "custom." + name, Message: problem})
		}
		custom[name] = v
	}
	slices.SortFunc(wrong, func(a, b fault.Field) int { return strings.Compare(a.Name, b.Name) })
	return set, custom, wrong
}

// readValue brings a JSON value into the type that the field's kind names, or says what is wrong with it.
func readValue(f crm.Field, raw any, currency string) (v any, problem string) {
	if raw == nil {
		return nil, ""
	}
	switch f.Kind {
	case crm.Text, crm.Choice:
		if text, ok := raw.(string); ok {
			return text, ""
		}
		return nil, "must be a string"
	case crm.Bool:
		if truth, ok := raw.(bool); ok {
			return truth, ""
		}
		return nil, "must be true or false"
	case crm.Number, crm.Integer, crm.Seconds:
		return readNumber(f.Kind, raw)
	case crm.Money:
		return readAmount(raw, currency)
	}
	text, ok := raw.(string)
	if !ok {
		return nil, "must be a string such as " + exampleOf(f).(string)
	}
	v, err := readText(f.Kind, text)
	if err != nil {
		return nil, "is wrong: " + err.Error()
	}
	return v, ""
}

// readText reads a kind that JSON has as a string.
func readText(kind crm.Kind, text string) (any, error) {
	switch kind {
	case crm.Day:
		return value.ParseDay(text)
	case crm.Instant:
		t, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			return nil, fmt.Errorf("%q is not an instant such as 2026-03-31T18:00:00Z", text)
		}
		return value.InstantOf(t), nil
	}
	return value.ParseID(text)
}

func readNumber(kind crm.Kind, raw any) (any, string) {
	number, ok := raw.(json.Number)
	if !ok {
		return nil, "must be a number"
	}
	if kind != crm.Number {
		if n, err := strconv.ParseInt(number.String(), 10, 64); err == nil {
			return n, ""
		}
	}
	f, err := number.Float64()
	if err != nil {
		return nil, "is " + number.String() + ", which is too large a number"
	}
	if kind == crm.Number {
		return f, ""
	}
	if f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return nil, "is " + number.String() + "; it must be a whole number that is not too large"
	}
	return int64(f), ""
}

// readAmount reads an amount in major units, which may also be a string.
func readAmount(raw any, currency string) (any, string) {
	text, ok := raw.(string)
	if number, is := raw.(json.Number); is {
		text, ok = number.String(), true
		if strings.ContainsAny(text, "eE") {
			f, err := number.Float64()
			if err != nil {
				return nil, "is " + text + ", which is too large an amount"
			}
			text = strconv.FormatFloat(f, 'f', -1, 64)
		}
	}
	if !ok {
		return nil, "must be a number, in the currency of the record"
	}
	minor, err := value.ParseMinor(text, currency)
	if err != nil {
		return nil, "is wrong: " + err.Error()
	}
	return minor, ""
}

// readCustom reads the value of a custom field; money has a currency of its own.
func readCustom(f crm.Field, raw any) (any, string) {
	if f.Kind != crm.Money || raw == nil {
		return readValue(f, raw, "")
	}
	parts, ok := raw.(map[string]any)
	currency, isText := parts["currency"].(string)
	if !ok || !isText || len(parts) != 2 || parts["amount"] == nil {
		return nil, `must be an object such as {"amount": 1000.50, "currency": "EUR"}`
	}
	if !value.IsCurrency(currency) {
		return nil, fmt.Sprintf("is in %q, which is not a currency code of ISO 4217 such as EUR", currency)
	}
	minor, problem := readAmount(parts["amount"], currency)
	if problem != "" {
		return nil, problem
	}
	return value.Money{Minor: minor.(int64), Currency: currency}, ""
}

// amountsLack lists the amounts of an object that a change of currency must come with: what they were, in minor units,
// means something else in another currency.
func amountsLack(o *crm.Object, set map[string]any, was string) []fault.Field {
	code, changes := set["currency"].(string)
	if !changes || was == "" || code == was {
		return nil
	}
	var wrong []fault.Field
	for _, f := range o.Fields {
		if _, given := set[f.Name]; f.Kind == crm.Money && !given {
			wrong = append(wrong, fault.Field{Name: f.Name, Message: "must be given, or null, when the currency changes from " + was + " to " + code})
		}
	}
	return wrong
}

// wrongFields is the error of wrong members; nil where there are none.
func wrongFields(wrong []fault.Field) error {
	if len(wrong) == 0 {
		return nil
	}
	return &fault.Error{Kind: fault.Invalid, Cause: errors.New("some values are wrong"), Fields: wrong}
}

// memberNames gives the places of fields in a record: custom fields are below "custom".
func (d decoder) memberNames(prefix string) func(string) string {
	names := map[string]string{}
	for _, f := range d.custom {
		names[f.Name] = "custom." + f.Name
	}
	for _, f := range d.object.Fields {
		names[f.Name] = f.Name
	}
	names = maps.Clone(names)
	return func(field string) string {
		if name, ok := names[field]; ok {
			return prefix + "." + name
		}
		return prefix + "." + field
	}
}
