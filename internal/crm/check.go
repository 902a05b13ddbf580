package crm

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// maxText bounds one text value, in bytes.
const maxText = 64 << 10

// Days and instants lie in the years 1 to 9999, which their texts can show. value.Always and value.Forever stand for
// themselves.
var (
	firstDay, lastDay = value.NewDay(1, time.January, 1), value.NewDay(9999, time.December, 31)
	firstInstant      = firstDay.Start(time.UTC)
	lastInstant       = lastDay.End(time.UTC) - 1
)

// Check applies the rules that need no other record: known fields, types, choices, required fields of new records. An
// import calls it row by row, so that one bad row does not spoil its neighbours; CheckCustom does so for custom fields.
func Check(o *Object, c Change) error {
	var wrong []fault.Field
	known := 0
	for _, f := range o.Fields {
		v, mentioned := c.Set[f.Name]
		if mentioned {
			known++
		}
		if f.Required && empty(v) && (c.New || mentioned) {
			wrong = append(wrong, fault.Field{Name: f.Name, Message: "is required"})
		} else if problem := f.standardProblem(v); problem != "" {
			wrong = append(wrong, fault.Field{Name: f.Name, Message: problem})
		}
	}
	if known < len(c.Set) {
		for name := range c.Set {
			if o.Field(name) < 0 {
				wrong = append(wrong, fault.Field{Name: name, Message: "is not a field of " + o.Name})
			}
		}
	}
	if c.New && o.setsMoney(c) && empty(c.Set["currency"]) {
		wrong = append(wrong, fault.Field{Name: "currency", Message: "is required where there is an amount"})
	}
	if len(wrong) > 0 {
		return &fault.Error{Kind: fault.Invalid, Fields: wrong}
	}
	return nil
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case value.ID:
		return v.IsZero()
	default:
		return false
	}
}

// standardProblem says what is wrong with a value for a standard field; "" if nothing is.
func (f Field) standardProblem(v any) string {
	if problem := f.problem(v); problem != "" || empty(v) {
		return problem
	}
	switch f.Name {
	case "currency":
		if code, _ := v.(string); !value.IsCurrency(code) {
			return fmt.Sprintf("is %q, not a currency code of ISO 4217 such as EUR", code)
		}
	case "probability":
		if p, _ := v.(float64); p < 0 || p > 1 {
			return fmt.Sprintf("is %v; it must be from 0 to 1", p)
		}
	}
	return ""
}

// problem says what is wrong with a value for a field of this kind; "" if nothing is.
func (f Field) problem(v any) string {
	if empty(v) {
		return ""
	}
	ok := false
	switch v := v.(type) {
	case string:
		ok = f.Kind == Text || f.Kind == Choice
		if problem := textProblem(v); ok && problem != "" {
			return problem
		}
		if f.Kind == Choice && !slices.Contains(f.Choices, v) {
			return fmt.Sprintf("is %q; it must be one of %v", v, f.Choices)
		}
	case float64:
		ok = f.Kind == Number
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Sprintf("is %v, which is not a number", v)
		}
	case int64, int:
		ok = f.Kind == Integer || f.Kind == Money || f.Kind == Seconds
	case value.Day:
		ok = f.Kind == Day
		if v < firstDay || v > lastDay {
			return "is outside of the years 1 to 9999"
		}
	case value.Instant:
		ok = f.Kind == Instant
		if (v < firstInstant || v > lastInstant) && v != value.Always && v != value.Forever {
			return "is outside of the years 1 to 9999"
		}
	case bool:
		ok = f.Kind == Bool
	case value.ID:
		ok = f.Kind == Reference
	}
	if !ok {
		return fmt.Sprintf("cannot hold %v (%T): it is a %s", v, v, f.Kind)
	}
	return ""
}

func textProblem(text string) string {
	switch {
	case len(text) > maxText:
		return fmt.Sprintf("is longer than %d bytes", maxText)
	case !utf8.ValidString(text) || strings.IndexByte(text, 0) >= 0:
		return "has broken characters: is the file's encoding right?"
	}
	return ""
}
