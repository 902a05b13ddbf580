package mapping

import (
	"cmp"
	"slices"
	"strings"

	"zveno.dev/zveno/internal/crm"
)

// The weights and thresholds of recognition. A header that only one object of a vendor has counts 1, one that n objects
// share counts 1/n: "StageName" says much, "Name" little.
const (
	bonusName   = 1.5 // the table is called as the vendor calls such files
	bonusWord   = 0.8 // one word in the table's name is
	bonusID     = 1.5 // the IDs are spelled as the vendor spells them
	bonusVendor = 1.0 // the tables together come from this vendor
	partGeneral = 0.5 // what general words count in a vendor's table

	enoughVendor  = 1.5 // evidence from which a table is taken for a vendor's, most of whose columns are known
	plentyVendor  = 4.0 // evidence from which it does not matter how many columns are not: exports have hundreds
	enoughGeneral = 2.5 // evidence from which a table is taken for what its general words say
	enoughToAsk   = 1.5 // evidence from which a person is asked, of a table most of whose columns are known
	askWhole      = 0.4 // the same where nearly every column is known
	enoughShare   = 0.5 // part of the columns that must be known, but for plentyVendor
	enoughWhole   = 1.0 // evidence that suffices when nearly every column is known
	nearlyAll     = 0.9 // part of the columns that is nearly every one
	doubtful      = 0.8 // a second object with that part of the best evidence makes it a question
	ownWords      = 1.0 // evidence that must belong to a vendor rather than others before it is named at all
	ownLead       = 0.5 // by which it must be ahead of the next vendor
)

// candidate is one reading of a table.
type candidate struct {
	spec   *spec
	score  float64
	vendor float64 // the part that speaks for the vendor rather than others
	share  float64 // of the columns, that are known
	named  bool    // the table is called as such a table is
}

// enough reports whether the evidence lets the table be mapped without asking.
func (c candidate) enough() bool {
	if c.spec.from.Name == genericName {
		return c.score >= enoughGeneral && c.familiar() || c.score >= enoughWhole && c.share >= nearlyAll
	}
	return c.score >= plentyVendor || c.score >= enoughVendor && c.familiar()
}

// familiar reports whether enough of the columns are known; of a table that is called as such a table is, fewer will do.
func (c candidate) familiar() bool {
	return c.share >= enoughShare || c.named && c.share >= enoughShare/2
}

// worthAsking reports whether the reading is likely enough to be offered to a person.
func (c candidate) worthAsking() bool {
	return c.score >= enoughToAsk && c.familiar() || c.score >= askWhole && c.share >= nearlyAll
}

// needName stands among the needs of a kind of table for its name.
const needName = "name of the table"

// weigh compares a table with one kind of table; ok is false when something is missing that every such table has.
func (s *spec) weigh(t *lookedAt, general *profile) (c candidate, ok bool) {
	c.spec = s
	found := map[string]bool{}
	hits := 0
	for i, w := range t.words {
		hit, known := s.find(w)
		if s.ID != "" && (hit.target == TargetID || !known && i == 0) {
			switch fits, any := t.allMatch(i, s.idMatch); {
			case fits && any:
				hit.target, known = TargetID, true
				c.score += bonusID
				c.vendor += bonusID
			case any:
				hit.vendor = 0
			}
		}
		if !known {
			if hit, known = general.findGeneral(w, s); s.from != general {
				hit.weight, hit.vendor = partGeneral*hit.weight, 0
			}
		}
		if known {
			hits++
			found[hit.target] = true
			c.score += hit.weight
			c.vendor += hit.vendor
		}
	}
	bonus := s.nameBonus(t.Name)
	found[needName] = bonus == bonusName
	for _, need := range s.Needs {
		if !slices.ContainsFunc(strings.Split(need, "|"), func(t string) bool { return found[t] || s.Set[t] != "" }) {
			return c, false
		}
	}
	c.score += bonus
	c.named = bonus > 0
	c.share = float64(hits) / float64(max(1, len(t.Header)))
	return c, hits > 0
}

// plausible reports whether a reading may be considered: a vendor must have shown itself, in this table or in the others.
func (c candidate) plausible(elected string) bool {
	name := c.spec.from.Name
	return c.vendor >= ownWords || name == genericName || name == elected
}

// nameBonus is what the table's name adds to the evidence. Numbers in it (dates, parts) do not count.
func (s *spec) nameBonus(name string) float64 {
	words := nameWords(name)
	whole := strings.Join(words, "")
	bonus := 0.0
	for _, known := range s.Names {
		letters := strings.Join(nameWords(known), "")
		switch {
		case whole == letters:
			return bonusName
		case slices.Contains(words, letters):
			bonus = bonusWord
		}
	}
	return bonus
}

// lookedAt is a table with what recognition finds out about it.
type lookedAt struct {
	Described
	words    []word      // of the header
	readings []candidate // that are possible, before a vendor is elected
}

// lookAt finds the possible readings of a table.
func lookAt(t Described, known []*profile) *lookedAt {
	l := &lookedAt{Described: t, words: make([]word, len(t.Header))}
	for i, header := range t.Header {
		l.words[i] = wordOf(header)
	}
	for _, p := range known {
		for _, s := range p.Tables {
			if c, ok := s.weigh(l, known[len(known)-1]); ok {
				l.readings = append(l.readings, c)
			}
		}
	}
	return l
}

// ranked are the readings of a table once a vendor is elected, the best first.
func (l *lookedAt) ranked(elected string) []candidate {
	var all []candidate
	for _, c := range l.readings {
		if !c.plausible(elected) {
			continue
		}
		if c.spec.from.Name == elected {
			c.score += bonusVendor
		}
		all = append(all, c)
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
	return all
}

// elect names the vendor that the tables together speak for; "" when none is clear.
func elect(tables []*lookedAt) (vendor string) {
	totals := map[string]float64{}
	for _, t := range tables {
		best := map[string]float64{}
		for _, c := range t.readings {
			if name := c.spec.from.Name; c.plausible("") && c.spec.Object != "" {
				best[name] = max(best[name], c.vendor)
			}
		}
		for name, score := range best {
			totals[name] += score
		}
	}
	delete(totals, genericName)
	first, second := 0.0, 0.0
	for name, total := range totals {
		switch {
		case total > first:
			vendor, first, second = name, total, first
		case total > second:
			second = total
		}
	}
	if first < second+ownLead {
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
func judge(t *lookedAt, elected string) verdict {
	all := t.ranked(elected)
	if len(all) == 0 {
		return verdict{reason: because("table_unknown")}
	}
	best := ownReading(all, elected)
	var options []string
	for _, c := range all {
		if c.worthAsking() && c.score*c.share >= doubtful*best.score*best.share && c.spec.Object != "" && !slices.Contains(options, c.spec.Object) {
			options = append(options, c.spec.Object)
		}
	}
	switch {
	case !best.enough() && len(options) == 0:
		return verdict{score: best.score, reason: because("table_unknown")}
	case !best.enough() || len(options) > 1 && best.spec.from.Name == genericName:
		return verdict{score: best.score, options: options, reason: because("table_unsure", strings.Join(options, ", "))}
	case best.spec.Object == "":
		return verdict{score: best.score, reason: because("table_known", best.spec.Why)}
	case best.spec.from.Name == genericName:
		return verdict{spec: best.spec, score: best.score, reason: because("table_generic", crm.ObjectNamed(best.spec.Object).Plural)}
	}
	return verdict{spec: best.spec, score: best.score, reason: because("table_vendor", best.spec.Names[0], best.spec.from.Label)}
}

// ownReading is the best reading, or the elected vendor's own of the same kind where general words fit better.
func ownReading(all []candidate, elected string) candidate {
	for _, c := range all {
		if c.spec.from.Name == elected && c.spec.Object == all[0].spec.Object && c.spec.Shape == all[0].spec.Shape {
			return c
		}
	}
	return all[0]
}

// wished is the reading of a table whose object the user named: the best of that object, or the general words for it.
func wished(t *lookedAt, general *profile, elected, object string) verdict {
	for _, c := range t.ranked(elected) {
		if c.spec.Object == object {
			return verdict{spec: c.spec, score: c.score, reason: because("table_wish")}
		}
	}
	for _, s := range general.Tables {
		if s.Object == object && s.Shape == Records {
			return verdict{spec: s, reason: because("table_wish")}
		}
	}
	return verdict{reason: because("table_unknown")}
}
