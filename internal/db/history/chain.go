package history

import (
	"maps"
	"reflect"
	"slices"

	"zveno.dev/zveno/internal/value"
)

// Cell sets one column, by its position in the table.
type Cell struct {
	Column int
	Value  any
}

// Change says that cells of a record hold from an instant on.
type Change struct {
	ID      value.ID
	At      value.Instant // zero = now, as it happens: after everything that is recorded of the record
	Set     []Cell
	Custom  map[string]any // custom fields to set; a nil value clears the field
	Deleted *bool          // soft delete (true) or restore (false); nil = as it was
	Author  value.ID
	Derived bool
	Expect  int64 // the Version.No that the caller saw last; 0 = any. A newer one is a Conflict.
	New     bool  // the ID was minted just now: nothing is stored under it yet
}

// and is both changes as one, which hold from the same instant on; the later one rules.
func (c Change) and(later Change) Change {
	c.Set = slices.Concat(c.Set, later.Set)
	custom := maps.Clone(c.Custom)
	if custom == nil {
		custom = map[string]any{}
	}
	maps.Copy(custom, later.Custom)
	c.Custom = custom
	if later.Deleted != nil {
		c.Deleted = later.Deleted
	}
	if !later.Author.IsZero() {
		c.Author = later.Author
	}
	c.Derived = c.Derived && later.Derived
	return c
}

// segment is a version on its way: no is 0 until it is stored.
type segment struct {
	Version
}

// patch applies one change to a chain that is ordered by ValidFrom. The given chain is not modified.
func patch(columns int, chain []segment, c Change) []segment {
	if len(chain) == 0 {
		first := segment{Version{ID: c.ID, ValidFrom: c.At, ValidTo: value.Forever, Author: c.Author, Derived: c.Derived}}
		first.Values = make([]any, columns)
		first.set(c, cellsOf(c))
		return []segment{first}
	}
	at := slices.IndexFunc(chain, func(s segment) bool { return c.At < s.ValidFrom }) - 1
	switch at {
	case -1: // before the record's first known instant: what is not stated is taken from the first version
		opening := chain[0].clone()
		opening.ValidFrom, opening.ValidTo = c.At, chain[0].ValidFrom
		opening.No, opening.Author, opening.Derived = 0, c.Author, c.Derived
		opening.set(c, cellsOf(c))
		return append([]segment{opening}, chain...)
	case -2: // not before any version: in the last one
		at = len(chain) - 1
	}
	changed := chain[at].differing(c)
	if len(changed) == 0 && (c.Derived || !chain[at].Derived) {
		return chain
	}
	return chain[at].splice(chain, at, c, changed)
}

// splice splits chain[at] at c.At, sets the changed cells there and carries each on until it was next changed.
func (s segment) splice(chain []segment, at int, c Change, changed []cellKey) []segment {
	result := slices.Clone(chain[:at])
	if s.ValidFrom < c.At {
		left := s
		left.ValidTo = c.At
		result = append(result, left)
	}
	right := s.clone()
	right.ValidFrom = max(c.At, s.ValidFrom)
	right.No, right.Author, right.Derived = 0, c.Author, c.Derived
	right.set(c, changed)
	result = append(result, right)
	open := changed
	for i := at + 1; i < len(chain); i++ {
		open = slices.DeleteFunc(slices.Clone(open), func(k cellKey) bool {
			return !equal(chain[i].cell(k), chain[i-1].cell(k))
		})
		if len(open) == 0 {
			return append(result, chain[i:]...)
		}
		later := chain[i].clone()
		later.No = 0
		later.set(c, open)
		result = append(result, later)
	}
	return result
}

// cellKey names a cell: a column, a custom field, or the deletion mark.
type cellKey struct {
	column int // columnDeleted and columnCustom besides positions
	custom string
}

const (
	columnDeleted = -1
	columnCustom  = -2
)

func cellsOf(c Change) []cellKey {
	keys := make([]cellKey, 0, len(c.Set)+len(c.Custom)+1)
	for _, cell := range c.Set {
		keys = append(keys, cellKey{column: cell.Column})
	}
	for name := range c.Custom {
		keys = append(keys, cellKey{column: columnCustom, custom: name})
	}
	if c.Deleted != nil {
		keys = append(keys, cellKey{column: columnDeleted})
	}
	return keys
}

func (s segment) differing(c Change) []cellKey {
	return slices.DeleteFunc(cellsOf(c), func(k cellKey) bool { return equal(s.cell(k), c.cell(k)) })
}

func (s segment) cell(k cellKey) any {
	switch k.column {
	case columnDeleted:
		return s.Deleted
	case columnCustom:
		return s.Custom[k.custom]
	}
	return s.Values[k.column]
}

func (c Change) cell(k cellKey) any {
	switch k.column {
	case columnDeleted:
		return *c.Deleted
	case columnCustom:
		return c.Custom[k.custom]
	}
	for i := len(c.Set) - 1; i >= 0; i-- {
		if c.Set[i].Column == k.column {
			return c.Set[i].Value
		}
	}
	return nil
}

func (s *segment) set(c Change, keys []cellKey) {
	for _, k := range keys {
		v := c.cell(k)
		switch k.column {
		case columnDeleted:
			s.Deleted = v.(bool)
		case columnCustom:
			s.setCustom(k.custom, v)
		default:
			s.Values[k.column] = v
		}
	}
}

func (s *segment) setCustom(name string, v any) {
	if v == nil {
		delete(s.Custom, name)
		return
	}
	if s.Custom == nil {
		s.Custom = map[string]any{}
	}
	s.Custom[name] = v
}

func (s segment) clone() segment {
	s.Values = slices.Clone(s.Values)
	s.Custom = maps.Clone(s.Custom)
	return s
}

func equal(a, b any) bool {
	switch a.(type) {
	case map[string]any, []any:
		return reflect.DeepEqual(a, b)
	}
	switch b.(type) {
	case map[string]any, []any:
		return false
	}
	return a == b
}
