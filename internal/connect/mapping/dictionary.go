package mapping

import "slices"

// A table that describes the columns of others has at least that many of their names among its values, and they are at
// least that part of its values.
const (
	dictionaryNames = 4
	dictionaryShare = 0.6
)

// describesColumns reports whether a table is a description of tables and columns rather than records: most of its values
// are names of the import's or of those that profiles know.
func describesColumns(t Described, names map[string]bool, known []*profile) bool {
	seen, hits := map[string]bool{}, 0
	for i := range t.Header {
		if p := t.profile(i); p != nil && p.DistinctMore {
			return false // descriptions are short
		}
		for _, text := range t.texts(i) {
			key := looseKey(text)
			if key == "" || seen[key] {
				continue
			}
			seen[key] = true
			if names[key] || slices.ContainsFunc(known, func(p *profile) bool { return p.names[key] }) {
				hits++
			}
		}
	}
	return hits >= dictionaryNames && float64(hits) >= dictionaryShare*float64(len(seen))
}

// columnNames are the names of the tables and columns of an import, as loose keys.
func columnNames(tables []*lookedAt) map[string]bool {
	names := map[string]bool{}
	for _, t := range tables {
		names[looseKey(t.Name)] = true
		for _, w := range t.words {
			names[w.loose] = true
		}
	}
	return names
}

// allNames are the names of the tables and columns that the profile knows, as loose keys.
func (p *profile) allNames() map[string]bool {
	names := map[string]bool{}
	for key := range p.objectWeight {
		names[looseKey(key)] = true
	}
	for _, s := range p.Tables {
		for _, name := range s.Names {
			names[looseKey(name)] = true
		}
	}
	return names
}
