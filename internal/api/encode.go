package api

import (
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/value"
)

// Records are written as JSON without reflection: a page has thousands of values.

// Members of a record besides its fields.
const (
	memberID      = "id"
	memberVersion = "version"
	memberCreated = "created_at"
	memberChanged = "changed_at"
	memberCustom  = "custom"
)

// encoder writes records of an object.
type encoder struct {
	object *crm.Object
	wanted map[string]bool // fields, standard and custom; nil = all
}

func (e encoder) wants(name string) bool { return e.wanted == nil || e.wanted[name] }

// record appends a record.
func (e encoder) record(buf []byte, r crm.Record) []byte {
	buf = append(buf, `{"id":"`...)
	buf = append(buf, r.ID.String()...)
	buf = append(buf, `","version":`...)
	buf = strconv.AppendInt(buf, r.Version, 10)
	buf = append(buf, `,"created_at":`...)
	buf = appendInstant(buf, r.Created)
	buf = append(buf, `,"changed_at":`...)
	buf = appendInstant(buf, r.Since)
	currency, _ := r.Values["currency"].(string)
	for _, f := range e.object.Fields {
		if e.wants(f.Name) {
			buf = append(buf, ',', '"')
			buf = append(buf, f.Name...)
			buf = append(buf, '"', ':')
			buf = appendValue(buf, f, r.Values[f.Name], currency)
		}
	}
	buf = append(buf, `,"custom":{`...)
	first := true
	for name, v := range r.Custom {
		if v == nil || !e.wants(name) {
			continue
		}
		if !first {
			buf = append(buf, ',')
		}
		first = false
		buf = appendText(buf, name)
		buf = append(buf, ':')
		buf = appendValue(buf, crm.Field{}, v, "")
	}
	return append(buf, '}', '}')
}

// appendValue appends the value of a field, in the type that its kind names. currency is that of standard amounts.
func appendValue(buf []byte, f crm.Field, v any, currency string) []byte {
	switch v := v.(type) {
	case string:
		return appendText(buf, v)
	case int64:
		if f.Kind == crm.Money {
			return append(buf, value.Money{Minor: v, Currency: currency}.Decimal()...)
		}
		return strconv.AppendInt(buf, v, 10)
	case float64:
		return strconv.AppendFloat(buf, v, 'g', -1, 64)
	case bool:
		return strconv.AppendBool(buf, v)
	case value.Instant:
		return appendInstant(buf, v)
	case value.Day:
		return appendQuoted(buf, v.String())
	case value.ID:
		return appendQuoted(buf, v.String())
	case value.Money:
		buf = append(append(buf, `{"amount":`...), v.Decimal()...)
		return append(append(append(buf, `,"currency":"`...), v.Currency...), '"', '}')
	}
	return append(buf, "null"...)
}

// appendInstant appends an instant; what has no known beginning or end is null.
func appendInstant(buf []byte, t value.Instant) []byte {
	if t == value.Always || t == value.Forever {
		return append(buf, "null"...)
	}
	buf = append(buf, '"')
	buf = t.Time().AppendFormat(buf, time.RFC3339Nano)
	return append(buf, '"')
}

// appendQuoted appends text that needs no escapes.
func appendQuoted(buf []byte, text string) []byte {
	return append(append(append(buf, '"'), text...), '"')
}

// appendText appends any text as a JSON string.
func appendText(buf []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' || c == 0x7f {
			return appendEscaped(buf, text)
		}
	}
	if !utf8.ValidString(text) {
		return appendEscaped(buf, text)
	}
	return appendQuoted(buf, text)
}

func appendEscaped(buf []byte, text string) []byte {
	quoted, _ := json.Marshal(text) // a string always can be
	return append(buf, quoted...)
}
