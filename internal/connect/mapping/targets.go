package mapping

import (
	"maps"
	"slices"
	"strings"

	"zveno.dev/zveno/internal/crm"
)

// More special targets; the first ones are in mapping.go.
const (
	TargetOutcome   = "@outcome"    // deals: "open", "won", "lost" or "no_decision", where the source says it beside the stage
	TargetClosedAt  = "@closed_at"  // deals: when the deal was won or lost; goes before the expected close date
	TargetRelated   = "@related"    // activities: an account, contact, lead or deal, whichever has that ID or name
	TargetFirstName = "@first_name" // people: the first part of the name
	TargetLastName  = "@last_name"  // people: the second part of the name
)

// customPrefix starts the target of a custom field.
const customPrefix = "custom."

// special describes one special target.
type special struct {
	kind    crm.Kind
	ref     string   // of a Reference
	objects []string // nil: all
	shapes  []Shape
	many    bool // several columns of a table may have it; the first that is filled counts
}

var (
	asRecords = []Shape{Records}
	asHistory = []Shape{Snapshots, Changes}
	asChanges = []Shape{Changes}
	anyShape  = []Shape{Records, Snapshots, Changes}
	asStates  = []Shape{Records, Snapshots}
)

var specials = map[string]special{
	TargetID:         {kind: crm.Text, shapes: asRecords},
	TargetCreatedAt:  {kind: crm.Instant, shapes: asRecords},
	TargetModifiedAt: {kind: crm.Instant, shapes: asRecords},
	TargetAuthor:     {kind: crm.Reference, ref: "person", shapes: anyShape},
	TargetDeleted:    {kind: crm.Bool, shapes: anyShape},
	TargetPipeline:   {kind: crm.Text, objects: []string{"deal", "stage"}, shapes: asStates},
	TargetClosed:     {kind: crm.Bool, objects: []string{"deal"}, shapes: asStates},
	TargetWon:        {kind: crm.Bool, objects: []string{"deal"}, shapes: asStates},
	TargetWonAmount:  {kind: crm.Money, objects: []string{"deal"}, shapes: asStates},
	TargetOutcome:    {kind: crm.Choice, objects: []string{"deal"}, shapes: asStates},
	TargetClosedAt:   {kind: crm.Instant, objects: []string{"deal"}, shapes: asStates, many: true},
	TargetManager:    {kind: crm.Text, objects: []string{"person"}, shapes: asRecords},
	TargetOffice:     {kind: crm.Text, objects: []string{"person"}, shapes: asRecords},
	TargetFirstName:  {kind: crm.Text, objects: []string{"person"}, shapes: asRecords},
	TargetLastName:   {kind: crm.Text, objects: []string{"person"}, shapes: asRecords},
	TargetFullName:   {kind: crm.Text, objects: []string{"contact", "lead"}, shapes: asRecords},
	TargetRelated:    {kind: crm.Reference, objects: []string{"activity"}, shapes: asRecords, many: true},
	TargetRecord:     {kind: crm.Text, shapes: asHistory},
	TargetAt:         {kind: crm.Instant, shapes: asHistory},
	TargetField:      {kind: crm.Text, shapes: asChanges},
	TargetNewValue:   {kind: KindAny, shapes: asChanges},
	TargetOldValue:   {kind: KindAny, shapes: asChanges},
}

// outcomes are what the values of an @outcome column must be, after translation by Column.Values.
var outcomes = []string{crm.OutcomeOpen, crm.OutcomeWon, crm.OutcomeLost, crm.OutcomeNoDecision}

// target is what a column's Target stands for in a table of an object.
type target struct {
	kind    crm.Kind
	ref     string
	choices []string
	many    bool
	custom  bool
}

// targetNamed looks a target up; ok is false when a table of that object and shape has no such target.
func targetNamed(o *crm.Object, shape Shape, name string) (t target, ok bool) {
	if s, is := specials[name]; is {
		fits := slices.Contains(s.shapes, shape) && (s.objects == nil || slices.Contains(s.objects, o.Name))
		t = target{kind: s.kind, ref: s.ref, many: s.many}
		if name == TargetOutcome {
			t.choices = outcomes
		}
		return t, fits
	}
	if shape == Changes {
		return target{}, false
	}
	if custom, is := strings.CutPrefix(name, customPrefix); is {
		return target{kind: crm.Text, custom: true}, isCustomName(custom) && o.Field(custom) < 0
	}
	i := o.Field(name)
	if i < 0 {
		return target{}, false
	}
	f := o.Fields[i]
	return target{kind: f.Kind, ref: f.Ref, choices: f.Choices}, true
}

// targetsOf lists all targets of a table of that object and shape, fields first, but for custom ones.
func targetsOf(o *crm.Object, shape Shape) []string {
	var names []string
	if shape != Changes {
		for _, f := range o.Fields {
			names = append(names, f.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(specials)) {
		if _, ok := targetNamed(o, shape, name); ok {
			names = append(names, name)
		}
	}
	return names
}

// objectNames lists the objects that a table may hold.
func objectNames() []string {
	names := make([]string, len(crm.Objects))
	for i, o := range crm.Objects {
		names[i] = o.Name
	}
	return names
}
