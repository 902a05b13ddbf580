package history

import (
	"reflect"
	"slices"

	"zveno.dev/zveno/internal/value"
)

// edit is what must be stored to turn one believed chain into another.
type edit struct {
	shorten []Version // same version, earlier ValidTo
	end     []Version // no longer believed from the instant of recording on
	erase   []Version // was believed for no time at all: recorded and replaced at the same instant
	add     []Version // new versions, without their numbers
}

// difference compares the believed chain with the wanted one; recorded is the instant of this recording.
func difference(believed, wanted []segment, recorded value.Instant) edit {
	var e edit
	old := map[value.Instant]Version{}
	for _, s := range believed {
		old[s.ValidFrom] = s.Version
	}
	for _, s := range wanted {
		was, existed := old[s.ValidFrom]
		same := existed && (s.No == was.No || saysAs(s.Version, was))
		if end := s.ValidTo; same {
			s.Version = was
			s.ValidTo = end
		}
		switch {
		case same && s.ValidTo == was.ValidTo:
		case same && (s.ValidTo >= recorded && s.ValidTo < was.ValidTo || was.RecordedFrom == recorded):
			e.shorten = append(e.shorten, s.Version)
		default:
			if existed {
				e.retire(was, recorded)
			}
			s.No, s.RecordedFrom, s.RecordedTo = 0, recorded, value.Forever
			e.add = append(e.add, s.Version)
		}
		delete(old, s.ValidFrom)
	}
	for _, s := range believed {
		if _, left := old[s.ValidFrom]; left {
			e.retire(s.Version, recorded)
		}
	}
	if len(e.add) == 0 && len(e.end)+len(e.erase) > 0 {
		e.restate(believed, wanted[len(wanted)-1], recorded)
	}
	return e
}

// restate records the last version once more. It serves edits that only take versions back: the record gets a new number
// for Change.Expect, and a believed version tells when it was last recorded.
func (e *edit) restate(believed []segment, last segment, recorded value.Instant) {
	was := slices.IndexFunc(believed, func(s segment) bool { return s.ValidFrom == last.ValidFrom })
	e.shorten = slices.DeleteFunc(e.shorten, func(v Version) bool { return v.ValidFrom == last.ValidFrom })
	e.retire(believed[was].Version, recorded)
	last.No, last.RecordedFrom, last.RecordedTo = 0, recorded, value.Forever
	e.add = append(e.add, last.Version)
}

func (e *edit) retire(v Version, recorded value.Instant) {
	if v.RecordedFrom == recorded {
		e.erase = append(e.erase, v)
		return
	}
	v.RecordedTo = recorded
	e.end = append(e.end, v)
}

func (e *edit) empty() bool {
	return len(e.shorten)+len(e.end)+len(e.erase)+len(e.add) == 0
}

// saysAs reports whether two versions, whatever their numbers and times, say the same and by the same author.
func saysAs(a, b Version) bool {
	return a.Derived == b.Derived && a.Author == b.Author && sameState(a.State, b.State)
}

// sameState reports whether two versions say the same of the record.
func sameState(a, b State) bool {
	return a.Deleted == b.Deleted && reflect.DeepEqual(a.Values, b.Values) &&
		(len(a.Custom) == 0 && len(b.Custom) == 0 || reflect.DeepEqual(a.Custom, b.Custom))
}
