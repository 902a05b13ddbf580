package mapping

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/value"
)

//go:embed profiles/*.json
var profileFiles embed.FS

// genericProfile is the profile of words that no vendor owns.
const genericProfile = "generic"

// profile is what is known of a vendor's exports: profiles/<vendor>.json, as doc.go describes.
type profile struct {
	Name   string  `json:"name"`             // becomes Mapping.Source
	Label  string  `json:"label"`            // as people call the vendor
	Origin string  `json:"origin"`           // where the labels were read
	Common *spec   `json:"common,omitempty"` // columns and ignored headers that every table of records may have
	Tables []*spec `json:"tables"`

	vendorWeight map[string]float64 // by header key: 1 / number of profiles that know it
	objectWeight map[string]float64 // by header key: 1 / number of this profile's objects that know it
}

// spec is one kind of table that a vendor exports.
type spec struct {
	Object  string                       `json:"object,omitempty"`  // "" = known, and left out
	Why     string                       `json:"why,omitempty"`     // it is left out
	Shape   Shape                        `json:"shape,omitempty"`   // records when empty
	Names   []string                     `json:"names,omitempty"`   // of files and sheets
	Needs   []string                     `json:"needs,omitempty"`   // targets without which it is not this kind of table; "a|b" = one of them
	ID      string                       `json:"id,omitempty"`      // pattern of all values of the @id column
	Columns map[string][]string          `json:"columns"`           // target → headers, the best first
	Ignored []string                     `json:"ignored,omitempty"` // headers that are known and of no use here
	Lists   []string                     `json:"lists,omitempty"`   // headers of references that hold several, separated by ";"
	Units   map[string]string            `json:"units,omitempty"`   // header → unit of its numbers
	Values  map[string]map[string]string `json:"values,omitempty"`  // target → translation of values
	Set     map[string]string            `json:"set,omitempty"`
	Fields  map[string]string            `json:"fields,omitempty"`

	from    *profile
	headers map[string]known // by header key
	idMatch *regexp.Regexp
	words   []string          // name keys
	units   map[string]string // by header key
	lists   map[string]bool   // by header key
}

// known is what a profile says about one header.
type known struct {
	target string // "" = ignored
	rank   int    // position among the headers of the target
}

// profiles gives the vendors' profiles by name, the generic one last.
var profiles = sync.OnceValues(func() ([]*profile, error) {
	entries, err := profileFiles.ReadDir("profiles")
	if err != nil {
		return nil, fmt.Errorf("mapping: list profiles: %w", err)
	}
	var all []*profile
	for _, entry := range entries {
		p, err := readProfile(path.Join("profiles", entry.Name()))
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	slices.SortStableFunc(all, func(a, b *profile) int {
		return strings.Compare(lastGeneric(a.Name), lastGeneric(b.Name))
	})
	weighVendors(all)
	return all, nil
})

func lastGeneric(name string) string {
	if name == genericProfile {
		return "\uffff"
	}
	return name
}

// readProfile reads and checks one embedded profile.
func readProfile(file string) (*profile, error) {
	data, err := profileFiles.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("mapping: read profile: %w", err)
	}
	var p profile
	decoder := json.NewDecoder(strings.NewReader(string(data)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&p); err != nil {
		return nil, fmt.Errorf("mapping: read profile %s: %w", file, err)
	}
	for i, s := range p.Tables {
		if err := s.prepare(&p); err != nil {
			return nil, fmt.Errorf("mapping: read profile %s: table %d (%s %v): %w", file, i+1, s.Object, s.Names, err)
		}
	}
	p.weighObjects()
	return &p, nil
}

// prepare indexes the spec's headers and checks that every target exists.
func (s *spec) prepare(p *profile) error {
	s.from, s.headers = p, map[string]known{}
	if s.Shape == "" {
		s.Shape = Records
	}
	s.units, s.lists = map[string]string{}, map[string]bool{}
	for header, unit := range s.Units {
		s.units[p.key(header)] = unit
	}
	for _, header := range s.Lists {
		s.lists[p.key(header)] = true
	}
	for _, name := range s.Names {
		s.words = append(s.words, looseKey(name))
	}
	var err error
	if s.idMatch, err = regexp.Compile(s.ID); err != nil {
		return err
	}
	o := crm.ObjectNamed(s.Object)
	if o == nil && (s.Object != "" || s.Why == "") {
		return fmt.Errorf("no such object, or no reason to leave it out")
	}
	for target, headers := range s.Columns {
		if o != nil {
			if _, ok := targetNamed(o, s.Shape, target); !ok {
				return fmt.Errorf("%q is not a target; there are %v", target, targetsOf(o, s.Shape))
			}
		}
		for rank, header := range headers {
			if err := s.learn(header, known{target, rank}); err != nil {
				return err
			}
		}
	}
	for _, header := range s.Ignored {
		if err := s.learn(header, known{}); err != nil {
			return err
		}
	}
	if p.Common != nil && s.Shape == Records && o != nil {
		s.learnCommon(p.Common, o)
	}
	return nil
}

// commonRank puts the headers that all tables may have behind a table's own.
const commonRank = 100

// learnCommon adds what all tables of records may have, where the table says nothing else.
func (s *spec) learnCommon(common *spec, o *crm.Object) {
	add := func(header string, k known) {
		if key := s.from.key(header); s.headers[key] == (known{}) && !s.ignores(key) {
			s.headers[key] = k
		}
	}
	for target, headers := range common.Columns {
		if _, ok := targetNamed(o, s.Shape, target); ok {
			for rank, header := range headers {
				add(header, known{target, commonRank + rank})
			}
		}
	}
	for _, header := range common.Ignored {
		add(header, known{})
	}
}

// ignores reports whether the table's own list of headers of no use holds the key.
func (s *spec) ignores(key string) bool {
	return slices.ContainsFunc(s.Ignored, func(header string) bool { return s.from.key(header) == key })
}

func (s *spec) learn(header string, k known) error {
	key := s.from.key(header)
	if before, double := s.headers[key]; double && before.target != k.target {
		return fmt.Errorf("header %q stands for %q and for %q", header, before.target, k.target)
	} else if !double {
		s.headers[key] = k
	}
	return nil
}

// key is the form in which a profile compares headers: vendors spell their labels in one way, everybody else in any.
func (p *profile) key(header string) string {
	if p.Name == genericProfile {
		return looseKey(header)
	}
	return value.Fold(header)
}

// weighObjects says how much a header speaks for an object rather than for the vendor's others.
func (p *profile) weighObjects() {
	objects := map[string][]string{}
	for _, s := range p.Tables {
		for key := range s.headers {
			if !slices.Contains(objects[key], s.Object) {
				objects[key] = append(objects[key], s.Object)
			}
		}
	}
	p.objectWeight = make(map[string]float64, len(objects))
	for key, names := range objects {
		p.objectWeight[key] = 1 / float64(len(names))
	}
}

// weighVendors says how much a header speaks for a vendor rather than for the others.
func weighVendors(all []*profile) {
	vendors := map[string]int{}
	for _, p := range all {
		if p.Name != genericProfile {
			for key := range p.objectWeight {
				vendors[key]++
			}
		}
	}
	for _, p := range all {
		p.vendorWeight = make(map[string]float64, len(p.objectWeight))
		for key := range p.objectWeight {
			p.vendorWeight[key] = 1 / float64(max(1, vendors[key]))
		}
	}
}
