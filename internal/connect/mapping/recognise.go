package mapping

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"zveno.dev/zveno/internal/crm"
)

// The weights and thresholds of recognition. A header that only one object of a vendor has counts 1, one that n objects
// share counts 1/n: "StageName" says much, "Name" little.
const (
	bonusName     = 1.5 // the table is called as the vendor calls such files
	bonusWord     = 0.8 // one word in the table's name is
	bonusID       = 1.5 // the IDs are spelled as the vendor spells them
	bonusVendor   = 1.0 // the other tables come from this vendor
	enoughVendor  = 1.5 // evidence from which a table is taken for a vendor's
	enoughGeneral = 2.5 // evidence from which a table is taken for what its general words say
	enoughShare   = 0.5 // part of the columns that a table recognised by general words must be known by
	doubtful      = 0.8 // a second object with that part of the best evidence makes it a question
	enoughToElect = 1.0 // evidence that belongs to one vendor alone, over all tables, from which it is named the source
)

// candidate is one reading of a table.
type candidate struct {
	spec   *spec
	score  float64
	vendor float64 // the part that speaks for the vendor rather than others
	share  float64 // of the columns, that are known
}

// enough reports whether the evidence lets the table be mapped without asking.
func (c candidate) enough() bool {
	if c.spec.from.Name == genericProfile {
		return c.score >= enoughGeneral && c.share >= enoughShare
	}
	return c.score >= enoughVendor
}

// worthAsking reports whether the reading is likely enough to be offered to a person.
func (c candidate) worthAsking() bool { return c.score >= enoughVendor/2 && c.share >= enoughShare/2 }

// weigh compares a table with one kind of table; ok is false when something is missing that every such table has.
func (s *spec) weigh(t Described) (c candidate, ok bool) {
	c.spec = s
	found := map[string]bool{}
	hits := 0
	for i, header := range t.Header {
		key := s.from.key(header)
		k, is := s.headers[key]
		if !is {
			continue
		}
		if k.target == TargetID && s.ID != "" {
			if fits, any := t.allMatch(i, s.idMatch); any && !fits {
				continue
			} else if any {
				c.score += bonusID
				c.vendor += bonusID
			}
		}
		hits++
		found[k.target] = true
		c.score += s.from.objectWeight[key]
		c.vendor += s.from.vendorWeight[key] * s.from.objectWeight[key]
	}
	for _, need := range s.Needs {
		if !slices.ContainsFunc(strings.Split(need, "|"), func(t string) bool { return found[t] || s.Set[t] != "" }) {
			return c, false
		}
	}
	c.score += s.nameBonus(t.Name)
	c.share = float64(hits) / float64(max(1, len(t.Header)))
	return c, hits > 0
}

// nameBonus is what the table's name adds to the evidence.
func (s *spec) nameBonus(name string) float64 {
	words := nameWords(name)
	whole := strings.Join(words, "")
	bonus := 0.0
	for _, known := range s.words {
		letters := strings.TrimRight(known, "0123456789")
		switch {
		case looseKey(name) == known || whole == letters:
			return bonusName
		case slices.Contains(words, letters):
			bonus = bonusWord
		}
	}
	return bonus
}

// candidates are the possible readings of a table, the best first.
func candidates(t Described, from []*profile, elected string) []candidate {
	var all []candidate
	for _, p := range from {
		for _, s := range p.Tables {
			if c, ok := s.weigh(t); ok {
				if p.Name == elected {
					c.score += bonusVendor
				}
				all = append(all, c)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
	return all
}

// elect names the vendor that the tables together speak for; "" when none is clear. close lists vendors that come near.
func elect(tables []Described, from []*profile) (vendor string) {
	totals := map[string]float64{}
	for _, t := range tables {
		best := map[string]float64{}
		for _, c := range candidates(t, from, "") {
			if name := c.spec.from.Name; name != genericProfile {
				best[name] = math.Max(best[name], c.vendor)
			}
		}
		for name, score := range best {
			totals[name] += score
		}
	}
	first, second := 0.0, 0.0
	for name, total := range totals {
		switch {
		case total > first:
			vendor, first, second = name, total, first
		case total > second:
			second = total
		}
	}
	if first < enoughToElect || first-second < enoughToElect/2 {
		return ""
	}
	return vendor
}

// verdict is what a table was recognised as.
type verdict struct {
	spec    *spec // nil: left out
	score   float64
	reason  Reason
	options []string // objects to ask about
}

// judge decides what a table holds.
func judge(t Described, from []*profile, elected string) verdict {
	all := candidates(t, from, elected)
	if len(all) == 0 {
		return verdict{reason: because("table_unknown")}
	}
	best := all[0]
	var options []string
	for _, c := range all {
		if c.worthAsking() && c.score >= doubtful*best.score && c.spec.Object != "" && !slices.Contains(options, c.spec.Object) {
			options = append(options, c.spec.Object)
		}
	}
	switch {
	case !best.enough() && len(options) == 0:
		return verdict{score: best.score, reason: because("table_unknown")}
	case !best.enough() || len(options) > 1 && best.spec.from.Name == genericProfile:
		return verdict{score: best.score, options: options, reason: because("table_unsure", strings.Join(options, ", "))}
	case best.spec.Object == "":
		return verdict{score: best.score, reason: because("table_known", best.spec.Why)}
	case best.spec.from.Name == genericProfile:
		return verdict{spec: best.spec, score: best.score, reason: because("table_generic", crm.ObjectNamed(best.spec.Object).Plural)}
	}
	return verdict{spec: best.spec, score: best.score, reason: because("table_vendor", best.spec.Names[0], best.spec.from.Label)}
}

// wished is the reading of a table whose object the user named: the best candidate of that object, or the general words
// for it.
func wished(t Described, from []*profile, elected, object string) verdict {
	for _, c := range candidates(t, from, elected) {
		if c.spec.Object == object {
			return verdict{spec: c.spec, score: c.score, reason: because("table_wish")}
		}
	}
	for _, p := range from {
		for _, s := range p.Tables {
			if p.Name == genericProfile && s.Object == object && s.Shape == Records {
				return verdict{spec: s, reason: because("table_wish")}
			}
		}
	}
	return verdict{spec: &spec{Object: object, Shape: Records, from: from[len(from)-1]}, reason: because("table_wish")}
}

// minimum number of names of other tables' columns that make a table a description of them, and their part of its texts.
const (
	dictionaryNames = 4
	dictionaryShare = 0.6
)

// describesOthers reports whether a table lists the columns of the other tables: most of its texts are their names.
func describesOthers(t Described, others []Described) bool {
	names := map[string]bool{}
	for _, other := range others {
		if other.Name == t.Name {
			continue
		}
		names[looseKey(other.Name)] = true
		for _, header := range other.Header {
			names[looseKey(header)] = true
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
