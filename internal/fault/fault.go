package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says what a caller can do about an error.
type Kind string

// The kinds.
const (
	Invalid     Kind = "invalid"     // the input is wrong: correct it
	NotFound    Kind = "not_found"   // no such thing, or not in the caller's scope
	Forbidden   Kind = "forbidden"   // the caller may not do this
	Conflict    Kind = "conflict"    // somebody changed it first: reload
	Unavailable Kind = "unavailable" // something outside is down or busy: try again later
	Internal    Kind = "internal"    // a defect, or a broken disk: report it
)

// Field is one wrong input value.
type Field struct {
	Name    string `json:"field"`   // as the caller named it: a flag, a form field, a column
	Message string `json:"message"` // what is wrong and what would be right
}

// Error is an error with a kind and, where input was wrong, the values that were.
type Error struct {
	Kind   Kind
	Fields []Field
	Cause  error
}

// Error joins the cause and the fields.
func (e *Error) Error() string {
	parts := []string{}
	if e.Cause != nil {
		parts = append(parts, e.Cause.Error())
	}
	for _, f := range e.Fields {
		parts = append(parts, f.Name+": "+f.Message)
	}
	return strings.Join(parts, "; ")
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// New makes an error of the given kind; format and args as in fmt.Errorf, %w included.
func New(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Cause: fmt.Errorf(format, args...)}
}

// InvalidField is the error of one wrong input value.
func InvalidField(name, format string, args ...any) *Error {
	return &Error{Kind: Invalid, Fields: []Field{{Name: name, Message: fmt.Sprintf(format, args...)}}}
}

// KindOf is the kind of the outermost Error in err's chain; Internal when there is none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// FieldsOf lists the wrong input values that err carries: those of the outermost Error in its chain that names any.
func FieldsOf(err error) []Field {
	for err != nil {
		e, ok := errors.AsType[*Error](err)
		if !ok {
			return nil
		}
		if len(e.Fields) > 0 {
			return e.Fields
		}
		err = e.Cause
	}
	return nil
}
