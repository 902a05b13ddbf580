package mapping

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"zveno.dev/zveno/internal/connect/tabular"
	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/value"
)

// claim is one column's wish for a target.
type claim struct {
	column int
	target string
	rank   int // lower is better
	sure   float64
	reason Reason
}

// decideColumns gives each column of a table its target, format and reason.
func (b *builder) decideColumns(t *lookedAt, s *spec) []ColumnDecision {
	o := crm.ObjectNamed(s.Object)
	out := make([]ColumnDecision, len(t.Header))
	var claims []claim
	for i, header := range t.Header {
		out[i] = ColumnDecision{Column: Column{Header: header}, Reason: because("column_unknown")}
		switch c, ok := s.claim(t, i, b.general()); {
		case !ok:
			b.suggest(&out[i], s, o)
		case c.target == "":
			out[i].Reason = c.reason
		case !b.suits(t.Described, i, s, o, c.target):
			out[i].Confidence, out[i].Suggested = sureUnfit, c.target
			out[i].Reason = because("column_unfit", c.target, strings.Join(t.texts(i)[:min(3, len(t.texts(i)))], ", "))
		default:
			c.rank += b.handicap(t.Described, i, o, s.Shape, c.target)
			claims = append(claims, c)
		}
	}
	settle(claims, out, o, s.Shape)
	b.customs = map[string]bool{}
	for i := range out {
		b.finish(t.Described, i, s, o, &out[i])
	}
	return out
}

// byID recognises headers of columns that refer by ID: "Account ID", "OwnerId", "Deal Owner.id", "ID компании".
var byID = regexp.MustCompile(`(?i:^|[^\pL])(?i:id|ids)(?:$|[^\pL])|\p{Ll}Ids?$`)

// handicap puts a column behind others that give the same: one without values, and IDs of records that no table of the
// import holds, since a name beside them tells more.
func (b *builder) handicap(t Described, i int, o *crm.Object, shape Shape, name string) int {
	info, _ := targetNamed(o, shape, name)
	switch {
	case !t.filled(i):
		return rankEmpty
	case info.ref != "" && byID.MatchString(t.Header[i]) && !slices.Contains(b.objects, info.ref):
		return rankUnheld
	}
	return 0
}

// suits reports whether a column's values are those of a target.
func (b *builder) suits(t Described, i int, s *spec, o *crm.Object, name string) bool {
	info, ok := targetNamed(o, s.Shape, name)
	return ok && t.suits(i, info, s.Values[name])
}

// claim says which target a column's header names: in the vendor's words first, in general ones then. A first column of
// IDs spelled as the vendor's needs no name.
func (s *spec) claim(t *lookedAt, i int, general *profile) (claim, bool) {
	c := claim{column: i, sure: sureVendor, reason: because("column_vendor", s.from.Label)}
	hit, ok := s.find(t.words[i])
	if !ok && i == 0 && s.ID != "" {
		if fits, any := t.allMatch(i, s.idMatch); fits && any {
			hit.target, ok = TargetID, true
			c.reason = because("column_id", s.from.Label)
		}
	}
	if !ok || s.from == general {
		c.sure, c.reason = sureGeneral, because("column_generic")
	}
	if !ok {
		hit, ok = general.findGeneral(t.words[i], s)
	}
	c.target, c.rank = hit.target, hit.rank
	if c.target == "" {
		c.reason = because("column_ignored")
	}
	return c, ok
}

// settle gives every target to the best claim, and to no other unless several may have it.
func settle(claims []claim, out []ColumnDecision, o *crm.Object, shape Shape) {
	slices.SortStableFunc(claims, func(a, b claim) int { return cmp.Compare(a.rank, b.rank) })
	taken := map[string]int{}
	for _, c := range claims {
		d := &out[c.column]
		info, _ := targetNamed(o, shape, c.target)
		if first, double := taken[c.target]; double && !info.many {
			d.Reason = because("column_double", out[first].Header)
			continue
		}
		taken[c.target] = c.column
		d.Target, d.Confidence, d.Reason = c.target, c.sure, c.reason
	}
}

// suggest names the known header that an unknown one is almost spelled like.
func (b *builder) suggest(d *ColumnDecision, s *spec, o *crm.Object) {
	var headers []string
	targets := map[string]string{}
	for _, target := range targetsOf(o, s.Shape) {
		for _, header := range s.Columns[target] {
			headers = append(headers, header)
			targets[header] = target
		}
	}
	if near := Similar(d.Header, headers); len(near) > 0 {
		d.Reason, d.Suggested = because("column_similar", near[0]), targets[near[0]]
	}
}

// finish adds format, translation and creation to a column that has a target, and makes a custom field of one that is
// unknown, where that is wished.
func (b *builder) finish(t Described, i int, s *spec, o *crm.Object, d *ColumnDecision) {
	if d.Unknown() && b.wish.CustomFields && s.Shape == Records && t.filled(i) {
		b.makeCustom(t, i, o, d)
	}
	if d.Target == "" {
		return
	}
	info, _ := targetNamed(o, s.Shape, d.Target)
	kind := info.kind
	if info.custom {
		kind = d.Kind
	}
	d.Format = b.decideFormat(t, i, s, kind, d).String()
	d.Values = b.valuesFor(t, i, s, d.Target)
	if kind == crm.Reference {
		d.Create = b.mayCreate(info.ref, byID.MatchString(d.Header))
	}
}

// valuesFor is the translation of a column's values: the vendor's, or the general one where a value needs it.
func (b *builder) valuesFor(t Described, i int, s *spec, name string) map[string]string {
	if values := s.Values[name]; values != nil {
		return maps.Clone(values)
	}
	general := b.general().Common.Values[name]
	needed := map[string]string{}
	for _, text := range t.texts(i) {
		for from, to := range general {
			if value.Fold(from) == value.Fold(text) {
				needed[text] = to
			}
		}
	}
	if len(needed) == 0 {
		return nil
	}
	return needed
}

// mayCreate reports whether references to an object may make records: what has no table of its own in the import would
// otherwise be lost. An ID is not enough to make a record of, but for people, by whom everything is counted; contacts,
// leads and deals need more than a name.
func (b *builder) mayCreate(object string, byID bool) bool {
	switch object {
	case "stage", "pipeline":
		return true
	case "person":
		return !slices.Contains(b.objects, object)
	case "team", "product", "account", "campaign":
		return !byID && !slices.Contains(b.objects, object)
	}
	return false
}

// makeCustom gives a column a custom field of the kind that its values have, with a name that no other column has.
func (b *builder) makeCustom(t Described, i int, o *crm.Object, d *ColumnDecision) {
	name := cmp.Or(customName(d.Header), "column")
	for n := 2; b.customs[name] || o.Field(name) >= 0; n++ {
		name = fmt.Sprintf("%s_%d", cmp.Or(customName(d.Header), "column"), n)
	}
	b.customs[name] = true
	d.Target, d.Confidence, d.Reason, d.Suggested = customPrefix+name, sureGeneral, because("column_custom"), ""
	d.Kind = crm.Text
	if p := t.profile(i); p != nil {
		d.Kind = customKind(p.Kind)
	}
}

// customKind is the kind of a custom field that holds values of the given look.
func customKind(kind tabular.Kind) crm.Kind {
	switch kind {
	case tabular.KindInteger, tabular.KindDecimal:
		return crm.Number
	case tabular.KindMoney:
		return crm.Money
	case tabular.KindDate:
		return crm.Day
	case tabular.KindDateTime:
		return crm.Instant
	case tabular.KindBool:
		return crm.Bool
	}
	return crm.Text
}
