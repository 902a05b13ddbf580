package mapping

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"sync"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/value"
)

//go:embed profiles/*.json
var profileFiles embed.FS

// genericName is the name of the profile of words that no vendor owns.
const genericName = "generic"

// profile is what is known of a vendor's exports: one file profiles/<vendor>.json, as doc.go describes.
type profile struct {
	Name   string   `json:"name"`             // becomes Mapping.Source
	Label  string   `json:"label"`            // as people call the vendor
	Origin string   `json:"origin"`           // where the labels were read
	Marks  []string `json:"marks,omitempty"`  // headers that speak for the vendor although they are usual words
	Weak   []string `json:"weak,omitempty"`   // headers that tables of any kind may have
	Common *spec    `json:"common,omitempty"` // columns, ignored headers and values that every table of records may have
	Tables []*spec  `json:"tables"`

	vendorWeight map[string]float64 // by header key: how much it speaks for this vendor, up to 1
	names        map[string]bool    // of tables and columns, as loose keys
	objectWeight map[string]float64 // by header key: 1 / number of this profile's objects that know it
}

// spec is one kind of table that a vendor exports.
type spec struct {
	Object   string                       `json:"object,omitempty"`   // "" = known, and left out
	Why      string                       `json:"why,omitempty"`      // it is left out
	Shape    Shape                        `json:"shape,omitempty"`    // records when empty
	Names    []string                     `json:"names,omitempty"`    // of files and sheets
	Prefixes []string                     `json:"prefixes,omitempty"` // what headers may begin with: "Deal" for "Deal - Stage" and "Deal: Stage"
	Needs    []string                     `json:"needs,omitempty"`    // targets without which it is not this kind of table; "a|b" = one of them
	ID       string                       `json:"id,omitempty"`       // pattern of all values of the @id column
	Columns  map[string][]string          `json:"columns"`            // target → headers, the best first
	Ignored  []string                     `json:"ignored,omitempty"`  // headers that are known and of no use here
	Lists    []string                     `json:"lists,omitempty"`    // headers of references that hold several, separated by ";"
	Units    map[string]string            `json:"units,omitempty"`    // header → unit of its numbers
	Values   map[string]map[string]string `json:"values,omitempty"`   // target → translation of values
	Set      map[string]string            `json:"set,omitempty"`
	Fields   map[string]string            `json:"fields,omitempty"`

	from     *profile
	headers  map[string]knownHeader // by header key
	prefixes map[string]bool        // by loose key
	units    map[string]string      // by header key
	lists    map[string]bool        // by header key
	idMatch  *regexp.Regexp
}

// profiles gives the vendors' profiles by name, the generic one last. It fails only when an embedded file is broken, which
// a test rules out.
var profiles = sync.OnceValues(func() ([]*profile, error) {
	entries, err := profileFiles.ReadDir("profiles")
	if err != nil {
		return nil, fmt.Errorf("mapping: list profiles: %w", err)
	}
	var all []*profile
	for _, entry := range entries {
		data, err := profileFiles.ReadFile(path.Join("profiles", entry.Name()))
		if err != nil {
			return nil, fmt.Errorf("mapping: read profile: %w", err)
		}
		p, err := parseProfile(data)
		if err != nil {
			return nil, fmt.Errorf("mapping: read profile %s: %w", entry.Name(), err)
		}
		all = append(all, p)
	}
	i := slices.IndexFunc(all, func(p *profile) bool { return p.Name == genericName })
	if i < 0 {
		return nil, fmt.Errorf("mapping: there is no profile %s", genericName)
	}
	all = append(slices.Delete(slices.Clone(all), i, i+1), all[i])
	weighVendors(all)
	return all, nil
})

// parseProfile reads and checks a profile.
func parseProfile(data []byte) (*profile, error) {
	var p profile
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&p); err != nil {
		return nil, err
	}
	for i, s := range p.Tables {
		if err := s.prepare(&p); err != nil {
			return nil, fmt.Errorf("table %d (%s %v): %w", i+1, s.Object, s.Names, err)
		}
	}
	p.weighObjects()
	p.names = p.allNames()
	return &p, nil
}

// prepare indexes the spec and checks that what it names exists.
func (s *spec) prepare(p *profile) error {
	s.from = p
	if s.Shape == "" {
		s.Shape = Records
	}
	s.prefixes, s.units, s.lists = map[string]bool{}, map[string]string{}, map[string]bool{}
	for _, prefix := range s.Prefixes {
		if p.Name != genericName {
			return fmt.Errorf("prefixes are for the profile %s: write the whole headers", genericName)
		}
		s.prefixes[looseKey(prefix)] = true
	}
	for header, unit := range s.Units {
		s.units[p.key(header)] = unit
	}
	for _, header := range s.Lists {
		s.lists[p.key(header)] = true
	}
	var err error
	if s.idMatch, err = regexp.Compile(s.ID); err != nil {
		return err
	}
	o := crm.ObjectNamed(s.Object)
	if o == nil && (s.Object != "" || s.Why == "") {
		return fmt.Errorf("there is no such object, and no reason to leave it out")
	}
	return s.indexHeaders(o)
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
	for _, header := range p.Weak {
		if _, known := p.objectWeight[p.key(header)]; known {
			p.objectWeight[p.key(header)] = usualWord
		}
	}
}

// usualWord is what a header counts that everybody else may use as well.
const usualWord = 0.1

// weighVendors says how much a header speaks for a vendor rather than for the others: less the more of them know it, and
// next to nothing when it is a usual word, unless the profile marks it as typical.
func weighVendors(all []*profile) {
	usual, vendors := all[len(all)-1].spellings(), map[string]int{}
	for _, p := range all[:len(all)-1] {
		for key := range p.objectWeight {
			vendors[key]++
		}
	}
	for _, p := range all[:len(all)-1] {
		p.vendorWeight = make(map[string]float64, len(p.objectWeight))
		for key := range p.objectWeight {
			p.vendorWeight[key] = 1 / float64(vendors[key])
			if usual[key] && !slices.ContainsFunc(p.Marks, func(mark string) bool { return p.key(mark) == key }) {
				p.vendorWeight[key] = usualWord
			}
		}
	}
}

// spellings are all headers of the profile as vendors' headers are compared.
func (p *profile) spellings() map[string]bool {
	all := map[string]bool{}
	for _, s := range append(slices.Clone(p.Tables), p.Common) {
		if s == nil {
			continue
		}
		for _, header := range slices.Concat(append(slices.Collect(maps.Values(s.Columns)), s.Ignored)...) {
			all[value.Fold(header)] = true
		}
	}
	return all
}
