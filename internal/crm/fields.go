package crm

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// CustomField is a field that the company added to an object.
type CustomField struct {
	ID     value.ID // minted by DefineField
	Object string   // Object.Name
	Field           // Name is the key in Change.Custom; Required and Search are unused
}

const (
	maxFieldName   = 64  // letters
	maxFieldLabel  = 200 // bytes
	maxFieldChoice = 500 // choices of one field
)

// ListFields gives the custom fields of an object in the order of their making.
func ListFields(ctx context.Context, tx *db.Tx, object string) ([]CustomField, error) {
	rows, err := tx.Query(ctx, `SELECT id, object, name, label_en, label_ru, kind, COALESCE(ref_object, ''), COALESCE(choices, '')
		FROM crm_fields WHERE object = $1 ORDER BY created_at, id`, object)
	if err != nil {
		return nil, fmt.Errorf("crm: list fields of %s: %w", object, err)
	}
	defer rows.Close()
	var fields []CustomField
	for rows.Next() {
		var f CustomField
		var choices string
		if err := rows.Scan(&f.ID, &f.Object, &f.Name, &f.Label.En, &f.Label.Ru, &f.Kind, &f.Ref, &choices); err != nil {
			return nil, fmt.Errorf("crm: list fields of %s: %w", object, err)
		}
		if choices != "" {
			if err := json.Unmarshal([]byte(choices), &f.Choices); err != nil {
				return nil, fmt.Errorf("crm: choices of field %s: %w", f.Name, err)
			}
		}
		fields = append(fields, f)
	}
	return fields, rows.Err()
}

// DefineField adds a custom field or, where the object has one of that name, changes its labels and choices. Its kind and
// what it refers to stay: stored values depend on them. A label that is missing is taken from the other language or the
// name. The error is Invalid and names what is wrong.
func DefineField(ctx context.Context, tx *db.Tx, f CustomField) (CustomField, error) {
	if err := f.check(); err != nil {
		return CustomField{}, err
	}
	existing, err := ListFields(ctx, tx, f.Object)
	if err != nil {
		return CustomField{}, err
	}
	f.ID = value.NewID()
	if old := customNamed(existing, f.Name); old != nil {
		if old.Kind != f.Kind || old.Ref != f.Ref {
			return CustomField{}, fault.InvalidField("kind", "is %s %s, but %s has a field %s already, which is a %s %s: choose another name",
				f.Kind, f.Ref, f.Object, f.Name, old.Kind, old.Ref)
		}
		f.ID = old.ID
	}
	f.Label = f.Label.complete(f.Name)
	var ref, choices any
	if f.Kind == Reference {
		ref = f.Ref
	}
	if f.Kind == Choice {
		text, err := json.Marshal(f.Choices)
		if err != nil {
			return CustomField{}, fmt.Errorf("crm: define field %s: %w", f.Name, err)
		}
		choices = string(text)
	}
	_, err = tx.Exec(ctx, `INSERT INTO crm_fields (id, object, name, label_en, label_ru, kind, ref_object, choices, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (id) DO UPDATE SET label_en = excluded.label_en, label_ru = excluded.label_ru, choices = excluded.choices`,
		f.ID, f.Object, f.Name, f.Label.En, f.Label.Ru, string(f.Kind), ref, choices, tx.At)
	if err != nil {
		return CustomField{}, fmt.Errorf("crm: define field %s of %s: %w", f.Name, f.Object, err)
	}
	tx.Changed("field", f.ID)
	return f, nil
}

func customNamed(fields []CustomField, name string) *CustomField {
	i := slices.IndexFunc(fields, func(f CustomField) bool { return f.Name == name })
	if i < 0 {
		return nil
	}
	return &fields[i]
}

// complete fills a language that is missing.
func (l Label) complete(name string) Label {
	if l.En == "" {
		l.En = l.Ru
	}
	if l.En == "" {
		l.En = name
	}
	if l.Ru == "" {
		l.Ru = l.En
	}
	return l
}

// check holds a definition against the rules for all.
func (f CustomField) check() error {
	var wrong []fault.Field
	add := func(name, format string, args ...any) {
		wrong = append(wrong, fault.Field{Name: name, Message: fmt.Sprintf(format, args...)})
	}
	o := ObjectNamed(f.Object)
	switch {
	case o == nil:
		add("object", "is %q; it must be the name of an object such as deal", f.Object)
	case o.Field(f.Name) >= 0:
		add("name", "is %s, which every %s has already", f.Name, f.Object)
	}
	if !isFieldName(f.Name) {
		add("name", "is %q; it must be at most %d small letters, digits and single _ between them", f.Name, maxFieldName)
	}
	if len(f.Label.En) > maxFieldLabel || len(f.Label.Ru) > maxFieldLabel {
		add("label", "is longer than %d bytes", maxFieldLabel)
	}
	if !slices.Contains(kinds, f.Kind) {
		add("kind", "is %q; it must be one of %v", f.Kind, kinds)
	}
	if (f.Kind == Reference) != (f.Ref != "") || f.Ref != "" && ObjectNamed(f.Ref) == nil {
		add("ref", "is %q; a reference, and nothing else, has the name of an object", f.Ref)
	}
	if (f.Kind == Choice) != (len(f.Choices) > 0) || len(f.Choices) > maxFieldChoice || !areChoices(f.Choices) {
		add("choices", "are wrong: a choice, and nothing else, has from 1 to %d different texts", maxFieldChoice)
	}
	if len(wrong) > 0 {
		return &fault.Error{Kind: fault.Invalid, Fields: wrong}
	}
	return nil
}

// isFieldName reports whether a name can be the key of a custom field: folded words joined by "_".
func isFieldName(name string) bool {
	for word := range strings.SplitSeq(name, "_") {
		if word == "" || strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			return false
		}
	}
	return value.Fold(name) == name && len([]rune(name)) <= maxFieldName
}

func areChoices(choices []string) bool {
	sorted := slices.Sorted(slices.Values(choices))
	if len(slices.Compact(sorted)) != len(choices) {
		return false
	}
	return !slices.ContainsFunc(choices, func(c string) bool { return c == "" || len(c) > maxFieldLabel || textProblem(c) != "" })
}
