package web

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"zveno.dev/zveno/internal/connect"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// maxJobs is how many imports are looked at, checked or written at the same time.
const maxJobs = 3

// jobKind says what is being done.
type jobKind string

const (
	jobExamine jobKind = "examine"
	jobCheck   jobKind = "check"
	jobApply   jobKind = "apply"
	jobUndo    jobKind = "undo"
)

// job is work for an import that outlives the request that began it.
type job struct {
	kind   jobKind
	began  time.Time
	cancel context.CancelFunc
	done   chan struct{}

	mu       sync.Mutex
	progress connect.Progress
	err      error
	next     string             // address to go on to when it is done
	undone   connect.UndoReport // what undoing did
}

// jobs are those of all imports, by the ID of the draft or of the import.
type jobs struct {
	mu       sync.Mutex
	all      map[value.ID]*job
	examined map[value.ID]*examination
	stopping <-chan struct{}
}

func newJobs(stopping <-chan struct{}) *jobs {
	return &jobs{all: map[value.ID]*job{}, examined: map[value.ID]*examination{}, stopping: stopping}
}

// start begins work under id; work gives the address to go on to. The error is Conflict where there is work under id
// already, and Unavailable where there is too much at all.
func (j *jobs) start(id value.ID, kind jobKind, work func(context.Context, *job) (string, error)) error {
	ctx, cancel := context.WithCancel(context.Background())
	started := &job{kind: kind, began: time.Now(), cancel: cancel, done: make(chan struct{})}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.isRunning(id) {
		cancel()
		return fault.New(fault.Conflict, "this import is being worked on already")
	}
	busy := 0
	for other := range maps.Keys(j.all) {
		if j.isRunning(other) {
			busy++
		}
	}
	if busy >= maxJobs {
		cancel()
		return fault.New(fault.Unavailable, "%d other imports are under way: try again when one of them is done", busy)
	}
	j.all[id] = started
	go func() {
		defer cancel()
		defer close(started.done)
		next, err := work(ctx, started)
		started.mu.Lock()
		defer started.mu.Unlock()
		started.next, started.err = next, err
	}()
	go func() {
		select {
		case <-j.stopping:
			cancel()
		case <-started.done:
		}
	}()
	return nil
}

func (j *jobs) isRunning(id value.ID) bool {
	work := j.all[id]
	return work != nil && !work.isDone()
}

// running reports whether there is work under id.
func (j *jobs) running(id value.ID) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.isRunning(id)
}

// find gives the work under id, done or not; nil if there is none.
func (j *jobs) find(id value.ID) *job {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.all[id]
}

// forget drops what is known of id. Work under it is broken off.
func (j *jobs) forget(id value.ID) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if work := j.all[id]; work != nil {
		work.cancel()
	}
	delete(j.all, id)
	delete(j.examined, id)
}

// maxExamined bounds how many examinations are kept; what was dropped is looked at again.
const maxExamined = 16

func (j *jobs) keep(id value.ID, x *examination) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.examined) >= maxExamined {
		oldest := slices.MinFunc(slices.Collect(maps.Keys(j.examined)), func(a, b value.ID) int {
			return j.examined[a].at.Compare(j.examined[b].at)
		})
		delete(j.examined, oldest)
	}
	j.examined[id] = x
}

func (j *jobs) examination(id value.ID) *examination {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.examined[id]
}

func (w *job) isDone() bool {
	select {
	case <-w.done:
		return true
	default:
		return false
	}
}

// report takes the progress of an import.
func (w *job) report(p connect.Progress) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.progress = p
}

// noteUndone keeps what undoing did, for whoever looks while this server runs.
func (w *job) noteUndone(u connect.UndoReport) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.undone = u
}

// state is how far the work is.
func (w *job) state() (p connect.Progress, next string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.progress, w.next, w.err
}
