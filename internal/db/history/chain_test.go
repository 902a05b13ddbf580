package history

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/value"
)

// memory stores the versions of one record as the tables do, without an engine.
type memory struct {
	id       value.ID
	versions []Version
	lastNo   int64
}

// apply does what Apply does, and returns the edit.
func (m *memory) apply(t *rapid.T, at value.Instant, changes []Change) edit {
	records, err := things.group(&db.Tx{At: at}, changes)
	if err != nil {
		t.Fatal(err)
	}
	r := records[0]
	r.believed = m.believed(value.Forever - 1)
	wanted := r.believed
	for _, c := range r.changes {
		wanted = patch(len(things.Columns), wanted, c)
	}
	e := difference(r.believed, wanted, r.recorded(&db.Tx{At: at}))
	m.execute(t, e)
	if e.empty() {
		return e
	}
	stored, _ := timelineOf(versionsIn(m.believed(value.Forever - 1)))
	if want, _ := timelineOf(versionsIn(wanted)); !stored.equal(want) {
		t.Fatalf("the edit %+v does not lead to what is wanted", e)
	}
	return e
}

func (m *memory) execute(t *rapid.T, e edit) {
	for _, v := range e.erase {
		m.versions = slices.DeleteFunc(m.versions, func(s Version) bool { return s.No == v.No })
	}
	for i := range m.versions {
		for _, v := range e.shorten {
			if m.versions[i].No == v.No {
				m.versions[i].ValidTo = v.ValidTo
			}
		}
		for _, v := range e.end {
			if m.versions[i].No == v.No {
				m.versions[i].RecordedTo = v.RecordedTo
			}
		}
	}
	for _, v := range e.add {
		m.lastNo++
		v.No = m.lastNo
		m.versions = append(m.versions, v)
	}
	m.check(t)
}

// check holds the stored versions to what doc.go promises of them.
func (m *memory) check(t *rapid.T) {
	believed := versionsIn(m.believed(value.Forever - 1))
	if _, ok := timelineOf(believed); !ok {
		t.Fatalf("the believed chain has a gap, an overlap or an end: %+v", believed)
	}
	for i, a := range m.versions {
		if a.ValidFrom >= a.ValidTo || a.RecordedFrom >= a.RecordedTo {
			t.Fatalf("a version of no duration: %+v", a)
		}
		if a.ValidFrom > a.RecordedFrom {
			t.Fatalf("a version was recorded before it was so: %+v", a)
		}
		for _, b := range m.versions[i+1:] {
			if a.ValidFrom < b.ValidTo && b.ValidFrom < a.ValidTo && a.RecordedFrom < b.RecordedTo && b.RecordedFrom < a.RecordedTo {
				t.Fatalf("two versions at once:\n%+v\n%+v", a, b)
			}
		}
	}
}

func (m *memory) believed(known value.Instant) []segment {
	var chain []segment
	for _, v := range m.versions {
		if v.RecordedFrom <= known && v.RecordedTo > known {
			chain = append(chain, segment{v})
		}
	}
	slices.SortFunc(chain, func(a, b segment) int { return int(a.ValidFrom - b.ValidFrom) })
	return chain
}

func (m *memory) load(asOf AsOf) state {
	for _, v := range m.versions {
		if v.ValidFrom <= asOf.bounded() && v.ValidTo > asOf.bounded() && v.RecordedFrom <= asOf.Known && v.RecordedTo > asOf.Known {
			return stateOf(v)
		}
	}
	return nil
}

func versionsIn(chain []segment) []Version {
	var versions []Version
	for _, s := range chain {
		versions = append(versions, s.Version)
	}
	return versions
}

// drawChanges makes changes of one record that a transaction at an instant may record: back-dated, of the same instant,
// in any order.
func drawChanges(t *rapid.T, id value.ID, at value.Instant) []Change {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Change {
		c := Change{ID: id, At: value.Instant(rapid.Int64Range(1, int64(at)).Draw(t, "at"))}
		if rapid.IntRange(0, 2).Draw(t, "live") == 0 {
			c.At = at
		}
		if rapid.Bool().Draw(t, "name") {
			c.Set = append(c.Set, Cell{nameColumn, rapid.SampledFrom([]any{nil, "a", "b"}).Draw(t, "value")})
		}
		if rapid.Bool().Draw(t, "amount") {
			c.Set = append(c.Set, Cell{amountColumn, rapid.SampledFrom([]any{nil, int64(1), int64(2)}).Draw(t, "value")})
		}
		if rapid.IntRange(0, 2).Draw(t, "custom") == 0 {
			c.Custom = map[string]any{"size": rapid.SampledFrom([]any{nil, 1.0, "big"}).Draw(t, "value")}
		}
		if rapid.IntRange(0, 4).Draw(t, "delete") == 0 {
			deleted := rapid.Bool().Draw(t, "deleted")
			c.Deleted = &deleted
		}
		return c
	}), 1, 3).Draw(t, "changes")
}

func drawInstant(t *rapid.T, label string) value.Instant {
	return value.Instant(rapid.Int64Range(1, slots-8).Draw(t, label))
}

// TestEditsLeadWhereTheModelGoes compares what is stored with the naive account at every pair of instants.
func TestEditsLeadWhereTheModelGoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, naive := memory{id: value.SeededID(1, 1, 1)}, model{}
		for range rapid.IntRange(1, 7).Draw(t, "transactions") {
			at := drawInstant(t, "recorded")
			changes := drawChanges(t, m.id, at)
			derived := rapid.Bool().Draw(t, "derived")
			for i := range changes {
				changes[i].Derived = derived
			}
			wanted := naive.wanted(mapped(changes))
			moved := !wanted.equal(naive.believed(value.Forever))
			e := m.apply(t, at, changes)
			if moved && e.empty() {
				t.Fatalf("%+v changed nothing", changes)
			}
			if len(changes) == 1 && derived && !moved && !e.empty() {
				t.Fatalf("%+v says nothing new, but led to %+v", changes, e)
			}
			if !e.empty() {
				naive.record(at, wanted)
			}
		}
		for known := value.Instant(0); known < slots+2; known++ {
			for valid := value.Instant(0); valid < slots; valid++ {
				asOf := AsOf{Valid: valid, Known: known}
				if got, want := m.load(asOf), naive.state(asOf); !(timeline{got}).equal(timeline{want}) {
					t.Fatalf("as of %d, as known at %d: stored %v, model %v", valid, known, got, want)
				}
			}
		}
	})
}

func mapped(changes []Change) []modelChange {
	var all []modelChange
	for _, c := range changes {
		all = append(all, modelled(c))
	}
	return all
}

// TestApplyingAgainChangesNothing holds for statements in the order of their time, as imports make them.
func TestApplyingAgainChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := memory{id: value.SeededID(1, 1, 1)}
		var changes []Change
		for range rapid.IntRange(1, 4).Draw(t, "transactions") {
			at := drawInstant(t, "recorded")
			changes = drawChanges(t, m.id, at)
			slices.SortStableFunc(changes, func(a, b Change) int { return int(a.At - b.At) })
			m.apply(t, at, changes)
		}
		before := slices.Clone(m.versions)
		if e := m.apply(t, slots, changes); !e.empty() {
			t.Fatalf("%+v once more led to %+v over %+v", changes, e, before)
		}
	})
}

// TestPatchLeavesItsInputAlone matters because believed and wanted chains share versions.
func TestPatchLeavesItsInputAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := memory{id: value.SeededID(1, 1, 1)}
		m.apply(t, slots-8, drawChanges(t, m.id, slots-8))
		chain := m.believed(value.Forever - 1)
		before, _ := timelineOf(versionsIn(chain))
		for _, c := range drawChanges(t, m.id, slots-8) {
			patch(len(things.Columns), chain, c)
		}
		if after, _ := timelineOf(versionsIn(chain)); !after.equal(before) {
			t.Fatalf("the chain %v became %v", before, after)
		}
	})
}

// TestVersionsThatStayKeepTheirNumbers makes sure that an edit touches no more than it must.
func TestVersionsThatStayKeepTheirNumbers(t *testing.T) {
	id := value.SeededID(1, 1, 1)
	numbers := func(m *memory) (nos []int64) {
		for _, s := range m.believed(value.Forever - 1) {
			nos = append(nos, s.No)
		}
		return nos
	}
	rapid.Check(t, func(t *rapid.T) { // one case each; rapid's T is what memory asks for
		m := memory{id: id}
		m.apply(t, 20, []Change{set(id, 5, nameColumn, "b"), set(id, 10, amountColumn, int64(1))})
		// The name is a from 7 to 10 only: the version at 10 ends up as it was.
		m.apply(t, 30, []Change{set(id, 7, nameColumn, "a"), set(id, 10, nameColumn, "b")})
		if got := numbers(&m); !slices.Equal(got, []int64{3, 4, 2}) {
			t.Fatalf("versions %v, want the last to stay 2", got)
		}
		// More of the same recording shortens in place what nobody has seen.
		m.apply(t, 30, []Change{set(id, 8, amountColumn, int64(2))})
		if got := numbers(&m); !slices.Equal(got, []int64{3, 4, 5, 2}) {
			t.Fatalf("versions %v, want only 5 to be new", got)
		}
	})
}

// TestTakingBackIsARecordingToo covers edits that add nothing: they still give the record a new number and a new instant.
func TestTakingBackIsARecordingToo(t *testing.T) {
	first := segment{Version{No: 2, ValidFrom: 1, ValidTo: 5, RecordedFrom: 20, RecordedTo: value.Forever}}
	last := segment{Version{No: 1, ValidFrom: 5, ValidTo: value.Forever, RecordedFrom: 5, RecordedTo: value.Forever}}
	e := difference([]segment{first, last}, []segment{last}, 30)
	if len(e.add) != 1 || e.add[0].RecordedFrom != 30 || e.add[0].ValidFrom != 5 || len(e.end) != 2 || len(e.shorten)+len(e.erase) != 0 {
		t.Errorf("got %+v, want both ended and the last restated", e)
	}
}
