package demo

import (
	"fmt"
	"math"

	"zveno.dev/zveno/internal/value"
)

// product is sold by the piece; prices are in minor units by position in regions.
type product struct {
	id           value.ID
	name, nameRu string
	code, family string
	usd          int64 // whole dollars a piece
	prices       []int64
}

var productList = []product{
	{name: "Core Platform", nameRu: "Платформа", code: "PL-100", family: "Platform", usd: 1200},
	{name: "Team Workspace", nameRu: "Рабочее место команды", code: "PL-110", family: "Platform", usd: 480},
	{name: "Data Gateway", nameRu: "Шлюз данных", code: "PL-120", family: "Platform", usd: 2900},
	{name: "Mobile Access", nameRu: "Мобильный доступ", code: "PL-130", family: "Platform", usd: 190},
	{name: "Insight Reports", nameRu: "Отчёты", code: "AN-200", family: "Analytics", usd: 950},
	{name: "Forecast Studio", nameRu: "Студия прогнозов", code: "AN-210", family: "Analytics", usd: 1750},
	{name: "Data Quality Pack", nameRu: "Пакет качества данных", code: "AN-220", family: "Analytics", usd: 1400},
	{name: "Benchmarks", nameRu: "Отраслевые сравнения", code: "AN-230", family: "Analytics", usd: 600},
	{name: "Onboarding", nameRu: "Внедрение", code: "SV-300", family: "Services", usd: 3500},
	{name: "Premium Support", nameRu: "Расширенная поддержка", code: "SV-310", family: "Services", usd: 2200},
	{name: "Training Day", nameRu: "День обучения", code: "SV-320", family: "Services", usd: 1100},
	{name: "Integration Project", nameRu: "Проект интеграции", code: "SV-330", family: "Services", usd: 7800},
}

// listFactor turns dollars into the list price of a region, before rounding to a price that looks like one.
var listFactor = []float64{1, 0.95, 82}

// stockShelves makes the products and a price book for each currency.
func (c *Company) stockShelves() {
	books := make([]value.ID, len(regions))
	for n, r := range regions {
		books[n] = mint(c.seed, topicPriceBook, n, c.epoch)
		c.PriceBooks = append(c.PriceBooks, priceBookForm.open(books[n], c.epoch, c.operations,
			set{"name", "List prices " + r.currency}, set{"active", true}, set{"description", "For " + r.name}))
	}
	for n, p := range productList {
		p.id = mint(c.seed, topicProduct, n, c.epoch)
		for i, r := range regions {
			price := roundPrice(float64(p.usd)*listFactor[i]) * 100
			p.prices = append(p.prices, price)
			c.Prices = append(c.Prices, priceForm.open(mint(c.seed, topicPrice, 100*n+i, c.epoch), c.epoch, c.operations,
				set{"price_book", books[i]}, set{"product", p.id}, set{"price", price}, set{"currency", r.currency}))
		}
		c.Products = append(c.Products, productForm.open(p.id, c.epoch, c.operations, set{"name", p.name}, set{"code", p.code},
			set{"family", p.family}, set{"list_price", p.prices[0]}, set{"currency", reportingCurrency}, set{"active", true}, set{"description", p.nameRu}))
		c.products = append(c.products, p)
	}
}

// roundPrice rounds a price to two significant digits, or three from a thousand on.
func roundPrice(price float64) int64 {
	unit := math.Pow(10, math.Floor(math.Log10(price))-1)
	if price >= 1000 {
		unit /= 10
	}
	return int64(math.Round(price/unit) * unit)
}

// campaign brings in leads and deals of one source.
type campaign struct {
	id          value.ID
	source      string
	first, last value.Day
}

const campaigns = 20

var campaignKinds = []struct{ source, kind, name, nameRu string }{
	{"Event", "Trade fair", "Trade fair %s", "Выставка %s"},
	{"Advertising", "Online advertising", "Search advertising %s", "Контекстная реклама %s"},
	{"Website", "Content", "Guide download %s", "Руководство на сайте %s"},
	{"Event", "Webinar", "Webinar series %s", "Вебинары %s"},
	{"Outbound", "E-mail", "Cold e-mail %s", "Холодная рассылка %s"},
}

// runCampaigns spreads the campaigns over the years; every third is for the Russian-speaking market.
func (c *Company) runCampaigns() {
	span := int(dayOf(c.now)-c.start) + leadIn
	for n := range campaigns {
		d := roll(c.seed, topicCampaign, n)
		kind := campaignKinds[n%len(campaignKinds)]
		first := c.first + value.Day(span*n/campaigns+d.between(0, 14))
		last := first + value.Day(d.between(20, 90))
		planned := min(dayStart(first-21)+10*hour, c.now)
		name, budget := kind.name, int64(d.between(8, 60))*1000_00
		if n%3 == 2 {
			name = kind.nameRu
		}
		name = fmt.Sprintf(name, value.Calendar{}.PeriodOf(first, value.GrainQuarter).Name)
		id := mint(c.seed, topicCampaign, n, planned)
		chain := campaignForm.open(id, planned, c.marketing, set{"name", name}, set{"kind", kind.kind}, set{"status", "Planned"},
			set{"start", first}, set{"end", last}, set{"budget", budget}, set{"currency", reportingCurrency}, set{"owner", c.marketing})
		if at := dayStart(first) + 8*hour; at <= c.now {
			chain = campaignForm.change(chain, at, c.marketing, set{"status", "Active"})
		}
		if at := dayStart(last+3) + 16*hour; at <= c.now {
			cost := int64(float64(budget)*d.share(0.7, 1.15)) / 100 * 100
			chain = campaignForm.change(chain, at, c.marketing, set{"status", "Completed"}, set{"cost", cost})
		}
		c.Campaigns = append(c.Campaigns, chain)
		c.campaigns = append(c.campaigns, campaign{id, kind.source, first, last})
	}
}

// campaignFor is a campaign of a source that may have brought in a deal or lead of that day; the zero ID if none did.
func (c *Company) campaignFor(d dice, source string, on value.Day) value.ID {
	var running []value.ID
	for _, k := range c.campaigns {
		if k.source == source && k.first <= on && on <= k.last+45 {
			running = append(running, k.id)
		}
	}
	if len(running) == 0 || d.chance(0.25) {
		return value.ID{}
	}
	return pick(d, running)
}
