package history

import (
	"reflect"

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
		same := existed && s.No == was.No
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
	return e
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

// sameState reports whether two versions say the same of the record.
func sameState(a, b State) bool {
	return a.Deleted == b.Deleted && reflect.DeepEqual(a.Values, b.Values) &&
		(len(a.Custom) == 0 && len(b.Custom) == 0 || reflect.DeepEqual(a.Custom, b.Custom))
}
