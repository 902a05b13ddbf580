package connect

import (
	"cmp"
	"strconv"
	"strings"

	"zveno.dev/zveno/internal/crm"
	"zveno.dev/zveno/internal/value"
)

// hash is FNV-1a of the cells that the mapping uses, so that a row that says the same again needs no second look. It is
// stored, and so it must never change for the same row; 0 is kept for "unknown".
func (t *tablePlan) hash(cells []string) int64 {
	const prime = 1099511628211
	h := t.mark
	for _, c := range t.columns {
		text := cells[c.no]
		for i := range len(text) {
			h = (h ^ uint64(text[i])) * prime
		}
		h = (h ^ 0xff) * prime // no byte of UTF-8: cells do not run together
	}
	if h == 0 {
		h = 1
	}
	return int64(h)
}

// settle completes what a row says of its record's name and currency.
func (p *parser) settle(r *row, currency string) {
	o, f := p.t.object, &r.facts
	switch o.Name {
	case "person":
		if f.first != "" || f.last != "" {
			r.complete(o, "name", strings.TrimSpace(f.first+" "+f.last))
		}
		r.complete(o, "name", r.text(o, "email"))
	case "contact", "lead":
		first, last := splitName(f.full)
		if r.text(o, "last_name") == "" {
			r.complete(o, "first_name", first)
			r.complete(o, "last_name", last)
		}
		if o.Name == "contact" && r.text(o, "last_name") == "" {
			r.complete(o, "last_name", cmp.Or(r.text(o, "first_name"), r.text(o, "email")))
		}
	case "deal":
		if r.text(o, "name") == "" && !p.t.history() {
			r.complete(o, "name", cmp.Or(joinNonEmpty(" – ", r.named("account"), r.named("product")), r.key))
			f.unnamed = true
			p.noted["unnamed"]++
		}
	case "account":
		if website := r.text(o, "domain"); website != "" {
			r.setCell(o.Field("domain"), domainOf(website))
		}
	}
	if i := o.Field("currency"); i >= 0 {
		if currency == "" && r.hasMoney(o) {
			currency = p.currency
		}
		if currency != "" {
			r.setCell(i, currency)
		}
	}
}

func joinNonEmpty(between string, texts ...string) string {
	var filled []string
	for _, text := range texts {
		if text != "" {
			filled = append(filled, text)
		}
	}
	return strings.Join(filled, between)
}

func (r *row) setCell(field int, v any) {
	for i := range r.cells {
		if r.cells[i].field == field {
			r.cells[i].value = v
			return
		}
	}
	r.cells = append(r.cells, cell{field, v})
}

// complete sets a text field that the row leaves empty.
func (r *row) complete(o *crm.Object, field, text string) {
	if text != "" && r.text(o, field) == "" {
		r.setCell(o.Field(field), text)
	}
}

func (r *row) hasMoney(o *crm.Object) bool {
	for _, c := range r.cells {
		if c.value != nil && o.Fields[c.field].Kind == crm.Money {
			return true
		}
	}
	return r.facts.wonAmount != nil
}

// splitName splits a full name. Three Russian words are family name, given name and patronymic; "Last, First" says so
// itself; otherwise the last word is the family name.
func splitName(full string) (first, last string) {
	if family, given, ok := strings.Cut(full, ","); ok {
		return strings.TrimSpace(given), strings.TrimSpace(family)
	}
	words := strings.Fields(full)
	switch n := len(words); {
	case n == 0:
		return "", ""
	case n == 3 && isPatronymic(words[2]):
		return words[1] + " " + words[2], words[0]
	default:
		return strings.Join(words[:n-1], " "), words[n-1]
	}
}

func isPatronymic(word string) bool {
	folded := value.Fold(word)
	for _, ending := range []string{"вич", "вна", "ьич", "ична"} {
		if strings.HasSuffix(folded, ending) {
			return true
		}
	}
	return false
}

// domainOf is the domain of a web address: "https://www.acme.com/about" is of acme.com.
func domainOf(website string) string {
	host := website
	if _, rest, ok := strings.Cut(host, "://"); ok {
		host = rest
	}
	host, _, _ = strings.Cut(host, "/")
	host, _, _ = strings.Cut(host, "?")
	return strings.TrimPrefix(strings.ToLower(host), "www.")
}

// madeKey begins the identity of a row to which the source gives none.
const madeKey = "~"

// identify gives a row without an ID of its source an identity made of its own words: what a person would know the
// record by or, where there is nothing such, all that the row says.
func (p *parser) identify(r *row) *problem {
	if len(r.key) > maxNamed {
		return &problem{p.t.keyed, r.key[:40] + "…", "is too long an ID: more than " + strconv.Itoa(maxNamed) + " bytes"}
	}
	if r.key != "" {
		return nil
	}
	if p.t.keyed != nil {
		return &problem{p.t.keyed, "", "the row has no ID, which the others of the table have"}
	}
	o := p.t.object
	parts := naturalKey(o, r)
	if parts == "" {
		r.key = madeKey + "#" + strconv.FormatUint(uint64(r.hash), 16)
		p.noted["hashed"]++
		return nil
	}
	r.key = madeKey + parts
	if len(r.key) > maxNamed {
		r.key = r.key[:maxNamed]
	}
	return nil
}

// naturalKey is what people know a record by; "" where the row does not tell it.
func naturalKey(o *crm.Object, r *row) string {
	text := func(field string) string { return value.Fold(r.text(o, field)) }
	named := func(field string) string { return value.Fold(r.named(field)) }
	all := func(parts ...string) string {
		for _, part := range parts[:1] {
			if part == "" {
				return ""
			}
		}
		return strings.Join(parts, "\x1f")
	}
	switch o.Name {
	case "person", "lead", "contact":
		if email := text("email"); email != "" {
			return email
		}
		if o.Name == "person" {
			return text("name")
		}
		return all(text("last_name"), text("first_name"), text("company"), named("account"), text("phone"))
	case "product":
		return cmp.Or(text("code"), text("name"))
	case "deal":
		if r.facts.unnamed {
			return ""
		}
		return all(text("name"), named("account"), instantKey(r.facts.created), named("owner"))
	case "stage":
		return all(text("name"), value.Fold(r.facts.pipeline))
	case "price":
		return all(named("price_book"), named("product"), text("currency"))
	case "quota":
		return all(named("person")+named("team"), text("measure"), dayKey(r, o, "first"), dayKey(r, o, "last"))
	case "rate":
		return all(text("currency"), dayKey(r, o, "day"))
	case "line_item", "activity":
		return ""
	}
	return text("name")
}

func instantKey(at value.Instant) string {
	if at == unset {
		return ""
	}
	return strconv.FormatInt(int64(at), 10)
}

func dayKey(r *row, o *crm.Object, field string) string {
	day, ok := r.cellValue(o.Field(field)).(value.Day)
	if !ok {
		return ""
	}
	return day.String()
}
