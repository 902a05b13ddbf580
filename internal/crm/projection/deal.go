package projection

import (
	"zveno.dev/zveno/internal/value"
)

// Outcomes as the projection stores them.
const (
	open       int16 = 0
	won        int16 = 1
	lost       int16 = 2
	noDecision int16 = 3
)

// version is one believed version of a deal, in keys. amount is in minor units of the currency.
type version struct {
	from, to    value.Instant
	deleted     bool
	stage       int16
	amount      int64
	hasAmount   bool
	probability float64 // of the deal, or else of its stage
	forecast    int32
	closeDay    int32 // days since 1970-01-01; noDay = none
	lostReason  int32
	cut         cut
}

// cut is what every table of deals can be cut by.
type cut struct {
	owner, account, product, source, kind, currency int32
	custom                                          []int32
}

// noDay stands for a missing day: far in the past, outside every period.
const noDay int32 = -1 << 30

// stage is what the rows of deals need to know of a stage.
type stage struct {
	pipeline, position int16
	outcome            int16
	qualified          bool
}

// stay is one visit of a deal to a stage.
type stay struct {
	from        value.Instant // since when the deal is there
	stage       int16
	visit       int16 // 1 for the first visit of the deal to the stage
	skipped     bool  // passed over between two stages: no time was spent
	exitedAt    value.Instant
	nextVisitAt value.Instant
	passedAt    value.Instant // first visits: when the deal first reached a later open stage, or was won
	at          int           // index of the version in which the stay began
}

// closing is one closed spell's version: an outcome that holds from and to.
type closing struct {
	version
	outcome  int16
	closedAt value.Instant
	cycle    int64 // seconds from the first qualified entry to the close, without those closed or deleted; -1 = unknown
}

// staysOf gives the visits of a deal to stages, in order of entry. versions are those that are not deleted; a deal that was
// deleted and restored to its stage is on the same visit. stays is empty, for its memory.
func staysOf(stays []stay, versions []version, stages []stage) []stay {
	end := versions[len(versions)-1].to
	for i, v := range versions {
		if n := len(stays); n > 0 {
			last := &stays[n-1]
			if last.stage == v.stage {
				continue
			}
			last.exitedAt = versions[i-1].to
			stays = appendSkipped(stays, stages, last.stage, v.stage, v.from, i)
		}
		stays = append(stays, stay{from: v.from, stage: v.stage, exitedAt: value.Forever, at: i})
	}
	if end < value.Forever {
		stays[len(stays)-1].exitedAt = end
	}
	numberVisits(stays, stages)
	return stays
}

// appendSkipped adds the open stages that lie between two stages of a pipeline when a deal moves forward over them.
func appendSkipped(stays []stay, stages []stage, from, to int16, at value.Instant, index int) []stay {
	a, b := stages[from], stages[to]
	if a.pipeline != b.pipeline || a.outcome != open || b.outcome != open && b.outcome != won {
		return stays
	}
	for key := range stages {
		s := stages[key]
		if s.pipeline == a.pipeline && s.outcome == open && key > 0 && s.position > a.position && (b.outcome == won || s.position < b.position) {
			stays = append(stays, stay{from: at, stage: int16(key), skipped: true, exitedAt: at, at: index})
		}
	}
	return stays
}

func numberVisits(stays []stay, stages []stage) {
	for i := range stays {
		s := &stays[i]
		s.visit, s.nextVisitAt, s.passedAt = 1, value.Forever, value.Forever
		for j := i - 1; j >= 0; j-- {
			if stays[j].stage == s.stage {
				s.visit = stays[j].visit + 1
				break
			}
		}
		for j := i + 1; j < len(stays); j++ {
			if stays[j].stage == s.stage && !stays[j].skipped {
				s.nextVisitAt = stays[j].from
				break
			}
		}
		if s.visit == 1 {
			s.passedAt = passedAt(stays[i:], stages)
		}
	}
}

// passedAt is when the deal whose stays are given first went beyond the stage of the first of them; Forever if it did not.
func passedAt(stays []stay, stages []stage) value.Instant {
	here := stages[stays[0].stage]
	if stays[0].skipped {
		return stays[0].from
	}
	for _, later := range stays[1:] {
		s := stages[later.stage]
		if s.pipeline == here.pipeline && (s.outcome == won || s.outcome == open && s.position > here.position) {
			return later.from
		}
	}
	return value.Forever
}

// entryOf is the index of the version in which a deal first counted as pipeline: it entered a qualified open stage, or
// was won without one; -1 if it never did.
func entryOf(versions []version, stages []stage) int {
	for i, v := range versions {
		if s := stages[v.stage]; s.outcome == open && s.qualified || s.outcome == won {
			return i
		}
	}
	return -1
}

// closingsOf gives the closed versions of a deal. closings is empty, for its memory.
func closingsOf(closings []closing, versions []version, stages []stage) []closing {
	entry := entryOf(versions, stages)
	var closedAt, gaps value.Instant // since when it is closed; how long it was closed earlier, or deleted, after the entry
	was := open
	for i, v := range versions {
		outcome := stages[v.stage].outcome
		if was == open && entry >= 0 && i > entry {
			gaps += v.from - versions[i-1].to // it was deleted meanwhile
		}
		if outcome != was {
			if was != open && entry >= 0 && closedAt >= versions[entry].from {
				gaps += v.from - closedAt
			}
			closedAt, was = v.from, outcome
		}
		if outcome == open {
			continue
		}
		c := closing{version: v, outcome: outcome, closedAt: closedAt, cycle: -1}
		if entry >= 0 && entry <= i {
			c.cycle = max(0, int64(closedAt-versions[entry].from-gaps)/1e6)
		}
		closings = append(closings, c)
	}
	return closings
}
