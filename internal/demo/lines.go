package demo

import (
	"math"

	"zveno.dev/zveno/internal/value"
)

// line is a line item in the making.
type line struct {
	chain    Chain
	product  int
	pieces   int64
	list     int64 // minor units a piece
	discount int64 // per cent
}

// price is what is asked for a piece; all prices are whole hundreds of minor units, so every discount is exact.
func (l *line) price() int64 { return l.list * (100 - l.discount) / 100 }

func (l *line) total() int64 { return l.pieces * l.price() }

func total(lines []line) int64 {
	sum := int64(0)
	for i := range lines {
		sum += lines[i].total()
	}
	return sum
}

// basket is what a deal begins with: one to three products, the first of them in the number that suits the account.
func (t *deal) basket(d dice, n int) []line {
	c, a, author := t.c, t.p.account, t.c.reps[t.owner].id
	size := d.weighted([]float64{0.5, 0.33, 0.17}) + 1
	lines := make([]line, size)
	taken := d.Perm(len(c.products))
	for i := range lines {
		p := &c.products[taken[i]]
		worth := d.spread(segments[a.segment].pieces*1000, 0.6) // dollars
		if i > 0 {
			worth *= 0.35
		}
		l := &lines[i]
		l.product, l.list = taken[i], p.prices[a.region]
		l.pieces = max(int64(math.Round(worth/float64(p.usd))), 1)
		if d.chance(0.35) {
			l.discount = int64(5 * d.between(1, 3))
		}
		if c.options.Light {
			continue
		}
		name := p.name
		if a.country.cyrillic {
			name = p.nameRu
		}
		l.chain = lineItemForm.open(mint(c.seed, topicLineItem, 4*n+i, t.p.at), t.p.at, author, set{"deal", t.id}, set{"product", p.id},
			set{"name", name}, set{"list_price", l.list}, set{"currency", regions[a.region].currency})
		lineItemForm.fill(l.chain[0].Values, l.terms())
	}
	return lines
}

func (l *line) terms() []set {
	return []set{{"quantity", float64(l.pieces)}, {"price", l.price()}, {"total", l.total()}}
}

// changeLine makes a customer take more or fewer pieces of something, or pay less for it.
func changeLine(d dice, lines []line, at value.Instant, author value.ID) {
	l := &lines[d.IntN(len(lines))]
	switch {
	case d.chance(0.3) && l.discount < 25:
		l.discount += 5
	default:
		pieces := max(int64(math.Round(float64(l.pieces)*d.share(0.7, 1.5))), 1)
		if pieces == l.pieces {
			pieces++
		}
		l.pieces = pieces
	}
	if l.chain != nil {
		l.chain = lineItemForm.change(l.chain, at, author, l.terms()...)
	}
}

func lineChains(lines []line) []Chain {
	chains := make([]Chain, len(lines))
	for i := range lines {
		chains[i] = lines[i].chain
	}
	return chains
}
