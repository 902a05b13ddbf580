package demo

import "strconv"

// registeredName is what a company is called, without and with its legal form, and what it does.
type registeredName struct {
	core, form, industry string
	cyrillic             bool
}

// full is the name as registered: "Amber Ridge Foods Ltd", "ООО «Ромашка Логистика»".
func (n registeredName) full() string {
	switch {
	case n.form == "":
		return n.core
	case n.cyrillic:
		return n.form + " «" + n.core + "»"
	default:
		return n.core + " " + n.form
	}
}

// domain is under .example, which nobody can register.
func (n registeredName) domain() string { return latin(n.core) + ".example" }

// step is a large prime: walking through all combinations of words by such a step meets each once.
const step = 1_000_003

// nameCompany gives the n-th company name of a script; names of different n differ by a word at least, and by a number
// once all combinations are used.
func nameCompany(n int, cyrillic bool, form string) registeredName {
	if cyrillic {
		return nameCompanyRu(n, form)
	}
	all := len(companyFirst) * len(companySecond) * len(companyTrade)
	at, round := n*step%all, n/all
	first, at := companyFirst[at%len(companyFirst)], at/len(companyFirst)
	second, at := companySecond[at%len(companySecond)], at/len(companySecond)
	core := first + " " + second + " " + companyTrade[at].word
	return registeredName{core: core + numbered(round), form: form, industry: companyTrade[at].industry}
}

func nameCompanyRu(n int, form string) registeredName {
	words := len(companyWordRu) * len(companyTradeRu)
	joined := len(companyPartOneRu) * len(companyPartTwoRu) * len(companyPartThreeRu)
	all := words + joined
	at, round := n*step%all, n/all
	name := registeredName{form: form, cyrillic: true}
	if at < words {
		t := companyTradeRu[at/len(companyWordRu)]
		name.core, name.industry = companyWordRu[at%len(companyWordRu)]+" "+t.word, t.industry
	} else {
		at -= words
		one, at := companyPartOneRu[at%len(companyPartOneRu)], at/len(companyPartOneRu)
		two, at := companyPartTwoRu[at%len(companyPartTwoRu)], at/len(companyPartTwoRu)
		t := companyPartThreeRu[at]
		name.core, name.industry = one+two+t.word, t.industry
	}
	name.core += numbered(round)
	return name
}

func numbered(round int) string {
	if round == 0 {
		return ""
	}
	return " " + strconv.Itoa(round+1)
}
