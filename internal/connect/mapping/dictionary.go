package mapping

// A table that describes the columns of others has at least that many of their names among its values, and they are at
// least that part of its values.
const (
	dictionaryNames = 4
	dictionaryShare = 0.6
)

// describesColumns reports whether a table is a description of tables and columns rather than records: most of its values
// are their names.
func describesColumns(t Described, names map[string]bool) bool {
	seen, hits := map[string]bool{}, 0
	for i := range t.Header {
		for _, text := range t.texts(i) {
			key := looseKey(text)
			if key == "" || seen[key] {
				continue
			}
			seen[key] = true
			if names[key] {
				hits++
			}
		}
	}
	return hits >= dictionaryNames && float64(hits) >= dictionaryShare*float64(len(seen))
}

// columnNames are the names of the tables and columns of an import and of all that profiles know, as loose keys.
func columnNames(tables []*lookedAt, known []*profile) map[string]bool {
	names := map[string]bool{}
	for _, t := range tables {
		names[looseKey(t.Name)] = true
		for _, w := range t.words {
			names[w.loose] = true
		}
	}
	for _, p := range known {
		for key := range p.objectWeight {
			names[looseKey(key)] = true
		}
		for _, s := range p.Tables {
			for _, name := range s.Names {
				names[looseKey(name)] = true
			}
		}
	}
	return names
}
