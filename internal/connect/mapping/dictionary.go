package mapping

// A table that describes the columns of others has at least that many of their names among its values, and they are at
// least that part of its values.
const (
	dictionaryNames = 4
	dictionaryShare = 0.6
)

// describesOthers reports whether a table is a description of other tables' columns rather than records: most of its values
// are names of columns and tables, of the import's others or of vendors' exports.
func describesOthers(t Described, others []Described, vendors []*profile) bool {
	names := vendorNames(vendors)
	for _, other := range others {
		if other.Name != t.Name {
			names[looseKey(other.Name)] = true
			for _, header := range other.Header {
				names[looseKey(header)] = true
			}
		}
	}
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

// vendorNames are the names of tables and columns that profiles know.
func vendorNames(vendors []*profile) map[string]bool {
	names := map[string]bool{}
	for _, p := range vendors {
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
