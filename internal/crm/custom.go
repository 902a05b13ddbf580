package crm

import (
	"fmt"
	"math"

	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// The versions hold custom values in forms that JSON knows: days and instants as their texts, IDs as theirs, numbers of any
// kind as float64, and money as an object of "minor" and "currency".

// maxExact is the largest whole number up to which float64 holds each.
const maxExact = 1 << 53

// CheckCustom applies the rules for custom fields to a change; fields are those of the change's object.
func CheckCustom(fields []CustomField, c Change) error {
	_, wrong := encodeCustom(fields, c.Custom)
	if len(wrong) > 0 {
		return &fault.Error{Kind: fault.Invalid, Fields: wrong}
	}
	return nil
}

// encodeCustom gives custom values as they are stored, and what is wrong with those that cannot be.
func encodeCustom(fields []CustomField, custom map[string]any) (stored map[string]any, wrong []fault.Field) {
	if len(custom) == 0 {
		return nil, nil
	}
	stored = make(map[string]any, len(custom))
	for name, v := range custom {
		f := customNamed(fields, name)
		if f == nil {
			wrong = append(wrong, fault.Field{Name: name, Message: "is not a custom field: define it first"})
			continue
		}
		encoded, problem := f.encode(v)
		if problem != "" {
			wrong = append(wrong, fault.Field{Name: name, Message: problem})
		}
		stored[name] = encoded
	}
	return stored, wrong
}

// encode gives a custom value as it is stored, or what is wrong with it. It takes the types that Kind names and the
// stored forms themselves.
func (f CustomField) encode(v any) (stored any, problem string) {
	typed, problem := f.typed(v)
	if problem != "" || empty(typed) {
		return nil, problem
	}
	switch v := typed.(type) {
	case value.Money:
		return map[string]any{"minor": float64(v.Minor), "currency": v.Currency}, ""
	case value.Day:
		return v.String(), ""
	case value.Instant:
		return v.String(), ""
	case value.ID:
		return v.String(), ""
	case int64:
		return float64(v), ""
	default:
		return v, ""
	}
}

// typed brings a custom value, stored or not, into the type that Kind names.
func (f CustomField) typed(v any) (typed any, problem string) {
	if empty(v) {
		return nil, ""
	}
	if text, ok := v.(string); ok && (f.Kind == Day || f.Kind == Instant || f.Kind == Reference) {
		parsed, err := f.parse(text)
		if err != nil {
			return nil, "is wrong: " + err.Error()
		}
		v = parsed
	}
	switch f.Kind {
	case Money:
		return moneyOf(v)
	case Integer, Seconds:
		return wholeOf(v)
	}
	if problem := f.problem(v); problem != "" {
		return nil, problem
	}
	return v, ""
}

func (f CustomField) parse(text string) (any, error) {
	switch f.Kind {
	case Day:
		return value.ParseDay(text)
	case Instant:
		var at value.Instant
		err := at.UnmarshalText([]byte(text))
		return at, err
	default:
		return value.ParseID(text)
	}
}

// moneyOf reads money in either form.
func moneyOf(v any) (any, string) {
	if stored, ok := v.(map[string]any); ok {
		code, _ := stored["currency"].(string)
		minor, problem := wholeOf(stored["minor"])
		if problem != "" || len(stored) != 2 || minor == nil {
			return nil, "is not money: expected the minor units and a currency"
		}
		v = value.Money{Minor: minor.(int64), Currency: code}
	}
	m, ok := v.(value.Money)
	switch {
	case !ok:
		return nil, fmt.Sprintf("cannot hold %v (%T): it is money", v, v)
	case !value.IsCurrency(m.Currency):
		return nil, fmt.Sprintf("is in %q, which is not a currency code of ISO 4217 such as EUR", m.Currency)
	case m.Minor > maxExact || m.Minor < -maxExact:
		return nil, fmt.Sprintf("is %s, which is too large an amount", m)
	}
	return m, ""
}

// wholeOf reads a whole number in either form.
func wholeOf(v any) (any, string) {
	var n int64
	switch v := v.(type) {
	case int64:
		n = v
	case int:
		n = int64(v)
	case float64:
		if v != math.Trunc(v) || math.Abs(v) > maxExact {
			return nil, fmt.Sprintf("is %v; it must be a whole number up to %d", v, int64(maxExact))
		}
		n = int64(v)
	default:
		return nil, fmt.Sprintf("cannot hold %v (%T): it is a whole number", v, v)
	}
	if n > maxExact || n < -maxExact {
		return nil, fmt.Sprintf("is %d; it must be a whole number up to %d", n, int64(maxExact))
	}
	return n, ""
}

// decodeCustom gives stored custom values in the types that Kind names. Values of fields that are not defined are left out.
func decodeCustom(fields []CustomField, stored map[string]any) (map[string]any, error) {
	custom := make(map[string]any, len(stored))
	for name, v := range stored {
		f := customNamed(fields, name)
		if f == nil {
			continue
		}
		typed, err := f.decode(v)
		if err != nil {
			return nil, err
		}
		custom[name] = typed
	}
	return custom, nil
}

// decode gives a stored custom value in the type that Kind names. A choice that is not offered any more stays as it was.
func (f CustomField) decode(v any) (any, error) {
	if _, ok := v.(string); ok && f.Kind == Choice {
		return v, nil
	}
	typed, problem := f.typed(v)
	if problem != "" {
		return nil, fmt.Errorf("crm: custom field %s %s", f.Name, problem)
	}
	return typed, nil
}
