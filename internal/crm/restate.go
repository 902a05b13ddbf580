package crm

import (
	"cmp"
	"maps"
	"reflect"
	"slices"

	"zveno.dev/zveno/internal/db/history"
	"zveno.dev/zveno/internal/value"
)

// aDay is how much later than a record's creation, of which sources often tell the day only, its past may begin and still
// be the exact moment of that creation; in µs, with the longest day of a change of clocks.
const aDay value.Instant = 25 * 3600 * 1_000_000

// event is a value that a column takes at an instant.
type event struct {
	at    value.Instant
	value any
}

// over gives the chain that follows from what was believed and what the past states.
func (p storedPast) over(believed []history.Version) []history.Version {
	solid := withoutDerived(believed)
	start := solid[0].ValidFrom
	if first := p.points[0].At; first < start || len(p.initial) == 0 && first-start < aDay && start != value.Always {
		start = first
	}
	solid[0].ValidFrom = start
	for len(solid) > 1 && solid[1].ValidFrom <= start {
		solid = solid[1:]
		solid[0].ValidFrom = start
	}
	columns := p.columns()
	tracks := make(map[int][]event, len(columns))
	for _, column := range columns {
		tracks[column] = p.track(column, solid, believed[len(believed)-1])
	}
	return p.weave(solid, tracks)
}

// withoutDerived drops versions that the source did not state: what follows them began where they did.
func withoutDerived(believed []history.Version) []history.Version {
	var solid []history.Version
	start := believed[0].ValidFrom
	for i, v := range believed {
		if v.Derived && i+1 < len(believed) {
			continue
		}
		v.ValidFrom = start
		solid = append(solid, v)
		if i+1 < len(believed) {
			start = believed[i+1].ValidFrom
		}
	}
	return solid
}

// columns lists the columns that the past tells of.
func (p storedPast) columns() []int {
	seen := map[int]bool{}
	for _, cell := range p.initial {
		seen[cell.Column] = true
	}
	for _, c := range p.points {
		for _, cell := range c.Set {
			seen[cell.Column] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// track gives the values of one column over time, from the record's start on.
func (p storedPast) track(column int, solid []history.Version, last history.Version) []event {
	var stated []event
	for _, c := range p.points {
		if v, ok := cellOf(c.Set, column); ok {
			stated = append(stated, event{c.At, v})
		}
	}
	opening := event{solid[0].ValidFrom, solid[0].Values[column]}
	if len(stated) == 0 {
		stated = append(stated, opening)
	}
	first, final := stated[0], stated[len(stated)-1]
	before, after := []event{}, []event{}
	for i := 1; i < len(solid); i++ {
		e := event{solid[i].ValidFrom, solid[i].Values[column]}
		switch {
		case equalCells(e.value, solid[i-1].Values[column]):
		case e.at < first.at:
			before = append(before, e)
		case e.at > final.at:
			after = append(after, e)
		}
	}
	if len(before) == 0 {
		opening.value = first.value
		if v, ok := cellOf(p.initial, column); ok {
			opening.value = v
		}
	}
	track := slices.Concat([]event{opening}, before, stated, after)
	end := track[len(track)-1]
	if present := last.Values[column]; present != nil && !last.Derived && !equalCells(present, end.value) && last.RecordedFrom > end.at {
		track = append(track, event{last.RecordedFrom, present})
	}
	return track
}

// weave makes versions of the solid ones, in which the tracked columns take the values of their tracks.
func (p storedPast) weave(solid []history.Version, tracks map[int][]event) []history.Version {
	times := map[value.Instant]bool{}
	for _, v := range solid {
		times[v.ValidFrom] = true
	}
	for _, track := range tracks {
		for _, e := range track {
			times[max(e.at, solid[0].ValidFrom)] = true
		}
	}
	var chain []history.Version
	for _, at := range slices.Sorted(maps.Keys(times)) {
		for len(solid) > 1 && solid[1].ValidFrom <= at {
			solid = solid[1:]
		}
		v := solid[0]
		v.ValidFrom, v.Values = at, slices.Clone(v.Values)
		if c, ok := p.pointAt(at); ok {
			v.Author, v.Derived = c.Author, false
		}
		for column, track := range tracks {
			v.Values[column] = valueAt(track, at)
		}
		if n := len(chain); n == 0 || !sameCells(chain[n-1], v) {
			chain = append(chain, v)
		}
	}
	return chain
}

func (p storedPast) pointAt(at value.Instant) (history.Change, bool) {
	i, ok := slices.BinarySearchFunc(p.points, at, func(c history.Change, at value.Instant) int { return cmp.Compare(c.At, at) })
	if !ok {
		return history.Change{}, false
	}
	return p.points[i], true
}

// valueAt is the value of the last event not after an instant.
func valueAt(track []event, at value.Instant) any {
	v := track[0].value
	for _, e := range track {
		if e.at <= at {
			v = e.value
		}
	}
	return v
}

func cellOf(cells []history.Cell, column int) (any, bool) {
	i := slices.IndexFunc(cells, func(c history.Cell) bool { return c.Column == column })
	if i < 0 {
		return nil, false
	}
	return normalCell(cells[i].Value), true
}

// normalCell brings a cell into the form in which the history keeps it.
func normalCell(v any) any {
	if empty(v) {
		return nil
	}
	return v
}

func equalCells(a, b any) bool { return a == b }

func sameCells(a, b history.Version) bool {
	return a.Deleted == b.Deleted && slices.Equal(a.Values, b.Values) && a.Derived == b.Derived &&
		(len(a.Custom) == 0 && len(b.Custom) == 0 || reflect.DeepEqual(a.Custom, b.Custom))
}
