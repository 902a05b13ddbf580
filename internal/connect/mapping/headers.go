package mapping

import (
	"fmt"
	"slices"
	"strings"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/value"
)

// knownHeader is what a profile says about a header.
type knownHeader struct {
	target string // "" = of no use
	rank   int    // lower is better, where several headers have one target
}

// The ranks of headers that are not a vendor's own for that table.
const (
	rankCommon  = 100    // what all tables of the vendor may have
	rankForeign = 500    // a field of a related record: "Organization - Name" in a table of deals
	rankGeneral = 1000   // a general word in a vendor's table
	rankUnheld  = 5000   // any of these in a column of IDs of records that are not in the import
	rankEmpty   = 10_000 // any of these in a column without values
)

// match is a header that a profile knows.
type match struct {
	knownHeader
	weight float64 // how much it speaks for the object
	vendor float64 // how much it speaks for the vendor
}

// word is a header in the forms in which it is compared.
type word struct {
	spelled, loose string
	prefix, rest   string // loose, of "Deal - Stage", "Deal: Stage" and "Deal – Stage"; "" without a prefix
}

func wordOf(header string) word {
	w := word{spelled: value.Fold(header), loose: looseKey(header)}
	for _, separator := range []string{" - ", ": ", " – ", " — "} {
		if prefix, rest, ok := strings.Cut(header, separator); ok {
			w.prefix, w.rest = looseKey(prefix), looseKey(rest)
			break
		}
	}
	return w
}

// key is the form in which a profile compares headers: vendors spell their labels in one way, everybody else in any.
func (p *profile) key(header string) string { return p.keyOf(wordOf(header)) }

func (p *profile) keyOf(w word) string {
	if p.Name == genericName {
		return w.loose
	}
	return w.spelled
}

// indexHeaders turns the lists of headers into an index and checks them.
func (s *spec) indexHeaders(o *crm.Object) error {
	s.headers = map[string]knownHeader{}
	for target, headers := range s.Columns {
		if o != nil {
			if _, ok := targetNamed(o, s.Shape, target); !ok {
				return fmt.Errorf("%q is not a target; there are %v", target, targetsOf(o, s.Shape))
			}
		}
		for rank, header := range headers {
			if err := s.learn(header, knownHeader{target, rank}); err != nil {
				return err
			}
		}
	}
	for _, header := range s.Ignored {
		if err := s.learn(header, knownHeader{}); err != nil {
			return err
		}
	}
	if s.from.Common != nil && s.Shape == Records && o != nil {
		s.learnCommon(s.from.Common, o)
	}
	return nil
}

// learn adds a header of the table's own.
func (s *spec) learn(header string, k knownHeader) error {
	key := s.from.key(header)
	before, double := s.headers[key]
	switch {
	case key == "":
		return fmt.Errorf("header %q has no letter", header)
	case double && before.target != k.target:
		return fmt.Errorf("header %q stands for %q and for %q", header, before.target, k.target)
	case !double:
		s.headers[key] = k
	}
	return nil
}

// learnCommon adds what all tables of records may have, where the table says nothing else.
func (s *spec) learnCommon(common *spec, o *crm.Object) {
	add := func(header string, k knownHeader) {
		if key := s.from.key(header); key != "" {
			if _, own := s.headers[key]; !own {
				s.headers[key] = k
			}
		}
	}
	for target, headers := range common.Columns {
		if _, ok := targetNamed(o, s.Shape, target); ok {
			for rank, header := range headers {
				add(header, knownHeader{target, rankCommon + rank})
			}
		}
	}
	for _, header := range common.Ignored {
		add(header, knownHeader{})
	}
}

// find looks a header up in a table's own words.
func (s *spec) find(w word) (match, bool) {
	key := s.from.keyOf(w)
	if k, ok := s.headers[key]; ok {
		return match{k, s.from.objectWeight[key], s.from.vendorWeight[key]}, true
	}
	if s.prefixes[w.prefix] {
		if k, ok := s.headers[w.rest]; ok {
			return match{k, 1, 0}, true
		}
	}
	return match{}, false
}

// findGeneral looks a header up in the general words for a table of another profile, or of its own.
func (p *profile) findGeneral(w word, s *spec) (match, bool) {
	o := crm.ObjectNamed(s.Object)
	if o == nil {
		return match{}, false
	}
	for _, general := range p.Tables {
		if general.Object != s.Object {
			continue
		}
		if hit, ok := general.find(w); ok {
			if _, fits := targetNamed(o, s.Shape, hit.target); fits || hit.target == "" {
				hit.rank += rankGeneral
				return hit, true
			}
		}
	}
	return p.findForeign(w, o, s.Shape)
}

// findForeign finds the field that refers to the record which a header with a prefix names: "Company: Name" is the
// account of a deal.
func (p *profile) findForeign(w word, o *crm.Object, shape Shape) (match, bool) {
	if w.prefix == "" || shape == Changes {
		return match{}, false
	}
	for _, other := range p.Tables {
		if other.Object == o.Name || other.Shape != Records || !other.prefixes[w.prefix] {
			continue
		}
		k, known := other.headers[w.rest]
		i := slices.IndexFunc(o.Fields, func(f crm.Field) bool { return f.Kind == crm.Reference && f.Ref == other.Object })
		if !known || i < 0 {
			continue
		}
		if rank := slices.Index([]string{TargetID, "name", TargetFullName}, k.target); rank >= 0 {
			return match{knownHeader{o.Fields[i].Name, rankForeign + rank}, partGeneral, 0}, true
		}
		return match{}, true // another field of that record: of no use here
	}
	return match{}, false
}
