package demo

import (
	"fmt"

	"zveno.dev/zveno/internal/value"
)

// region is a part of the world in which the company sells.
type region struct {
	name      string
	currency  string
	opens     value.Instant // when the working day begins, after midnight UTC
	share     float64       // of all accounts
	countries []country
	weights   []float64 // of the countries
}

// country is where an account sits. Telephone numbers come from ranges set aside for fiction where the country has one.
type country struct {
	name       string
	people     *people
	cyrillic   bool
	legalForms []string
	cities     []city
	phone      func(d dice, c city) string
}

type city struct {
	name, region, postcode string
	area                   string // of telephone numbers
}

const (
	northAmerica = iota
	europe
	russiaCIS
)

var regions = []*region{
	{
		name: "North America", currency: "USD", opens: 14 * hour, share: 0.38, weights: []float64{0.85, 0.15},
		countries: []country{unitedStates, canada},
	},
	{
		name: "Europe", currency: "EUR", opens: 8 * hour, share: 0.34, weights: []float64{0.36, 0.24, 0.08, 0.20, 0.12},
		countries: []country{germany, unitedKingdom, ireland, france, sweden},
	},
	{
		name: "Russia & CIS", currency: "RUB", opens: 6 * hour, share: 0.28, weights: []float64{0.80, 0.12, 0.08},
		countries: []country{russia, kazakhstan, belarus},
	},
}

var unitedStates = country{
	name: "United States", people: &english, legalForms: []string{"Inc", "Inc", "LLC", "Corp", ""},
	cities: []city{
		{"New York", "NY", "10001", "212"}, {"Boston", "MA", "02108", "617"}, {"Chicago", "IL", "60601", "312"},
		{"Denver", "CO", "80202", "303"}, {"Seattle", "WA", "98101", "206"}, {"Austin", "TX", "78701", "512"},
		{"Atlanta", "GA", "30303", "404"}, {"Portland", "OR", "97201", "503"}, {"Minneapolis", "MN", "55401", "612"},
	},
	phone: phoneNorthAmerica,
}

var canada = country{
	name: "Canada", people: &english, legalForms: []string{"Inc", "Ltd", "Corp"},
	cities: []city{{"Toronto", "ON", "M5H 2N2", "416"}, {"Vancouver", "BC", "V6C 1A1", "604"}, {"Calgary", "AB", "T2P 1J9", "403"}},
	phone:  phoneNorthAmerica,
}

var germany = country{
	name: "Germany", people: &german, legalForms: []string{"GmbH", "GmbH", "AG", "GmbH & Co. KG"},
	cities: []city{
		{"Berlin", "Berlin", "10115", "30 23125"}, {"Hamburg", "Hamburg", "20095", "40 66969"},
		{"München", "Bayern", "80331", "89 99998"}, {"Köln", "Nordrhein-Westfalen", "50667", "221 4710"},
		{"Frankfurt am Main", "Hessen", "60311", "69 90009"},
	},
	phone: func(d dice, c city) string { return fmt.Sprintf("+49 %s %03d", c.area, d.IntN(1000)) },
}

var unitedKingdom = country{
	name: "United Kingdom", people: &english, legalForms: []string{"Ltd", "Ltd", "plc", "LLP"},
	cities: []city{
		{"London", "England", "EC1A 1BB", "20 7946"}, {"Manchester", "England", "M1 1AE", "161 496"},
		{"Leeds", "England", "LS1 4AP", "113 496"}, {"Edinburgh", "Scotland", "EH1 1BB", "131 496"}, {"Bristol", "England", "BS1 4DJ", "117 496"},
	},
	phone: func(d dice, c city) string { return fmt.Sprintf("+44 %s 0%03d", c.area, d.IntN(1000)) },
}

var ireland = country{
	name: "Ireland", people: &english, legalForms: []string{"Ltd", "DAC"},
	cities: []city{{"Dublin", "Leinster", "D02 X285", "20 91"}, {"Cork", "Munster", "T12 R2C6", "20 91"}},
	phone:  func(d dice, c city) string { return fmt.Sprintf("+353 %s%d %04d", c.area, d.IntN(10), d.IntN(10000)) },
}

var france = country{
	name: "France", people: &french, legalForms: []string{"SAS", "SARL", "SA"},
	cities: []city{
		{"Paris", "Île-de-France", "75001", "1 99 00"}, {"Nantes", "Pays de la Loire", "44000", "2 61 91"},
		{"Lille", "Hauts-de-France", "59000", "3 53 01"}, {"Lyon", "Auvergne-Rhône-Alpes", "69001", "4 65 71"},
		{"Toulouse", "Occitanie", "31000", "5 36 49"},
	},
	phone: func(d dice, c city) string { return fmt.Sprintf("+33 %s %02d %02d", c.area, d.IntN(100), d.IntN(100)) },
}

var sweden = country{
	name: "Sweden", people: &swedish, legalForms: []string{"AB"},
	cities: []city{
		{"Stockholm", "Stockholm", "111 20", "8 465 004"}, {"Göteborg", "Västra Götaland", "411 03", "31 390 06"},
		{"Malmö", "Skåne", "211 22", "40 628 04"},
	},
	phone: func(d dice, c city) string { return fmt.Sprintf("+46 %s %02d", c.area, d.IntN(100)) },
}

var russia = country{
	name: "Russia", people: &russian, cyrillic: true, legalForms: []string{"ООО", "ООО", "ООО", "АО", "ПАО"},
	cities: []city{
		{"Москва", "Москва", "101000", "495"}, {"Санкт-Петербург", "Санкт-Петербург", "190000", "812"},
		{"Екатеринбург", "Свердловская область", "620000", "343"}, {"Новосибирск", "Новосибирская область", "630000", "383"},
		{"Казань", "Татарстан", "420000", "843"}, {"Нижний Новгород", "Нижегородская область", "603000", "831"},
		{"Самара", "Самарская область", "443000", "846"}, {"Пермь", "Пермский край", "614000", "342"},
		{"Ростов-на-Дону", "Ростовская область", "344000", "863"}, {"Краснодар", "Краснодарский край", "350000", "861"},
	},
	phone: phoneCyrillic("7"),
}

var kazakhstan = country{
	name: "Kazakhstan", people: &kazakh, cyrillic: true, legalForms: []string{"ТОО", "ТОО", "АО"},
	cities: []city{{"Алматы", "Алматы", "050000", "727"}, {"Астана", "Астана", "010000", "717"}, {"Караганда", "Карагандинская область", "100000", "721"}},
	phone:  phoneCyrillic("7"),
}

var belarus = country{
	name: "Belarus", people: &russian, cyrillic: true, legalForms: []string{"ООО", "ОАО", "ЗАО"},
	cities: []city{{"Минск", "Минск", "220000", "17"}, {"Гомель", "Гомельская область", "246000", "232"}, {"Брест", "Брестская область", "224000", "162"}},
	phone:  phoneCyrillic("375"),
}

func phoneNorthAmerica(d dice, c city) string {
	return fmt.Sprintf("+1 %s 555 01%02d", c.area, d.IntN(100))
}

// phoneCyrillic makes numbers that no exchange gives out: a local number never begins with 0 there.
func phoneCyrillic(code string) func(dice, city) string {
	return func(d dice, c city) string {
		return fmt.Sprintf("+%s %s 0%02d-%02d-%02d", code, c.area, d.IntN(100), d.IntN(100), d.IntN(100))
	}
}
