package fault_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"

	"zveno.dev/zveno/internal/fault"
)

func TestKindOf(t *testing.T) {
	conflict := fault.New(fault.Conflict, "deal %d was changed: %w", 7, io.EOF)
	for name, c := range map[string]struct {
		err  error
		want fault.Kind
	}{
		"itself":              {conflict, fault.Conflict},
		"wrapped":             {fmt.Errorf("crm: move deal: %w", conflict), fault.Conflict},
		"joined":              {errors.Join(io.EOF, conflict), fault.Conflict},
		"the outermost rules": {fault.New(fault.Unavailable, "later: %w", conflict), fault.Unavailable},
		"none":                {io.EOF, fault.Internal},
		"a field":             {fault.InvalidField("amount", "is missing"), fault.Invalid},
	} {
		if got := fault.KindOf(c.err); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	if !errors.Is(conflict, io.EOF) {
		t.Error("the cause is lost")
	}
}

func TestErrorText(t *testing.T) {
	for want, err := range map[string]error{
		"deal 7 is gone":               fault.New(fault.NotFound, "deal %d is gone", 7),
		"amount: is -1, must be above": fault.InvalidField("amount", "is %d, must be above", -1),
		"row 3: broken; a: is wrong; b: is missing": &fault.Error{Kind: fault.Invalid, Cause: errors.New("row 3: broken"),
			Fields: []fault.Field{{Name: "a", Message: "is wrong"}, {Name: "b", Message: "is missing"}}},
	} {
		if err.Error() != want {
			t.Errorf("got %q, want %q", err, want)
		}
	}
}

func TestFieldsOf(t *testing.T) {
	field := fault.Field{Name: "amount", Message: "is missing"}
	inner := fault.InvalidField(field.Name, "is %s", "missing")
	for name, err := range map[string]error{
		"itself":             inner,
		"wrapped":            fmt.Errorf("crm: %w", inner),
		"below another kind": fault.New(fault.Conflict, "line 3: %w", fmt.Errorf("crm: %w", inner)),
	} {
		if got := fault.FieldsOf(err); !slices.Equal(got, []fault.Field{field}) {
			t.Errorf("%s: %v, want %v", name, got, field)
		}
	}
	for _, err := range []error{nil, io.EOF, fault.New(fault.Invalid, "no fields")} {
		if got := fault.FieldsOf(err); len(got) != 0 {
			t.Errorf("%v has fields %v", err, got)
		}
	}
}
