package history

import (
	"maps"
	"reflect"
	"slices"

	"zveno.dev/zveno/internal/value"
)

// model is a second, naive account of one record. Time is cut into slots of a microsecond; every recording keeps a full
// copy of what was believed of every slot.
type model struct{ recordings []recording }

type recording struct {
	at       value.Instant
	timeline timeline
}

// timeline is the state of a record in each slot; nil = not known to exist.
type timeline []state

// state is what holds in one slot: cells by name, among them "deleted" and custom fields. An empty cell is absent.
type state map[string]any

// slots bounds the time of these tests: transactions are recorded before it, with room for corrected clocks.
const slots = 48

// modelChange is a change in the model's words; a nil cell is to be emptied.
type modelChange struct {
	at  value.Instant
	set state
}

// believed is the timeline that was believed at an instant.
func (m *model) believed(known value.Instant) timeline {
	found := make(timeline, slots)
	for _, r := range m.recordings {
		if r.at <= known {
			found = r.timeline
		}
	}
	return found
}

// state is how the record was at valid, as known at known: knowledge does not reach past its own instant.
func (m *model) state(asOf AsOf) state {
	at := min(asOf.Valid, asOf.Known, slots-1)
	if at < 0 {
		return nil
	}
	return m.believed(asOf.Known)[at]
}

// wanted is the timeline that changes lead to. Neighbours that hold from the same instant are one change.
func (m *model) wanted(changes []modelChange) timeline {
	wanted := m.believed(value.Forever)
	for i := 0; i < len(changes); i++ {
		c := modelChange{changes[i].at, maps.Clone(changes[i].set)}
		for ; i+1 < len(changes) && changes[i+1].at == c.at; i++ {
			maps.Copy(c.set, changes[i+1].set)
		}
		wanted = wanted.patched(c)
	}
	return wanted
}

// record notes what is believed from an instant on, or from just after the last recording where that was later.
func (m *model) record(at value.Instant, t timeline) {
	if n := len(m.recordings); n > 0 {
		last := m.recordings[n-1].at
		if at < last {
			at = last + 1
		}
		if at == last {
			m.recordings = m.recordings[:n-1]
		}
	}
	m.recordings = append(m.recordings, recording{at, t})
}

// patched is the timeline after one more change: each cell is set from its slot until the slot where it differed from the
// slot before. Before the first known slot, the cells that the change leaves open are those of the first known slot.
func (t timeline) patched(c modelChange) timeline {
	result := make(timeline, slots)
	for i := range t {
		result[i] = maps.Clone(t[i])
	}
	first := slices.IndexFunc(t, func(s state) bool { return s != nil })
	if first < 0 || int(c.at) < first {
		opening, until := state{}, slots
		if first >= 0 {
			opening, until = t[first], first
		}
		for i := int(c.at); i < until; i++ {
			result[i] = maps.Clone(opening)
			for cell, v := range c.set {
				result[i].put(cell, v)
			}
		}
		return result
	}
	for cell, v := range c.set {
		for i := int(c.at); i < slots && (i == int(c.at) || t[i][cell] == t[i-1][cell]); i++ {
			result[i].put(cell, v)
		}
	}
	return result
}

func (s state) put(cell string, v any) {
	if v == nil || v == false {
		delete(s, cell)
		return
	}
	s[cell] = v
}

// stateOf is a version in the model's words.
func stateOf(v Version) state {
	s := state{}
	for i, c := range things.Columns {
		if v.Values[i] != nil {
			s.put(c.Name, v.Values[i])
		}
	}
	for name, custom := range v.Custom {
		s.put("custom."+name, custom)
	}
	s.put("deleted", v.Deleted)
	return s
}

// modelled gives a change in the model's words.
func modelled(c Change) modelChange {
	m := modelChange{c.At, state{}}
	for _, cell := range c.Set {
		m.set[things.Columns[cell.Column].Name] = cell.Value
	}
	for name, v := range c.Custom {
		m.set["custom."+name] = v
	}
	if c.Deleted != nil {
		m.set["deleted"] = *c.Deleted
	}
	return m
}

// timelineOf spreads a chain over the slots. ok is false when the chain leaves a gap, overlaps or ends.
func timelineOf(chain []Version) (t timeline, ok bool) {
	t, ok = make(timeline, slots), true
	for i, v := range chain {
		end := value.Forever
		if i+1 < len(chain) {
			end = chain[i+1].ValidFrom
		}
		ok = ok && v.ValidFrom < v.ValidTo && v.ValidTo == end
		for at := v.ValidFrom; at < min(v.ValidTo, slots); at++ {
			t[at] = stateOf(v)
		}
	}
	return t, ok
}

func (t timeline) equal(other timeline) bool { return reflect.DeepEqual(t, other) }
