package ui

import (
	"time"

	g "maragu.dev/gomponents"

	"zveno.dev/zveno/internal/i18n"
	"zveno.dev/zveno/internal/value"
)

// View is whom a page is drawn for: everything that numbers, dates and texts depend on.
type View struct {
	Lang     i18n.Lang
	Theme    string // "light", "dark", or "auto": as the system has it
	Zone     *time.Location
	Now      time.Time
	Currency string // of the company's reports
	Company  string
	Person   string // name of who looks; "" = nobody signed in
	Role     string // name of the role, in the language
	Path     string // of the page, with its query
	Flash    string // said once, of what was done before; "" = nothing
}

// T is a text in the language of the view; see i18n.T.
func (v View) T(key string, args ...any) string { return i18n.T(v.Lang, key, args...) }

// Text is T as a node.
func (v View) Text(key string, args ...any) g.Node { return g.Text(v.T(key, args...)) }

// Number writes a whole number.
func (v View) Number(n int64) string { return i18n.Number(v.Lang, n) }

// Money writes an amount exactly, with its currency.
func (v View) Money(m value.Money) string {
	return i18n.Money(v.Lang, m.Minor, m.Currency, value.MinorDigits(m.Currency))
}

// Amount writes an amount in major units of the reporting currency, rounded to whole units.
func (v View) Amount(x float64) string { return i18n.WholeMoney(v.Lang, x, v.Currency) }

// CompactAmount writes an amount in major units of the reporting currency in few digits.
func (v View) CompactAmount(x float64) string { return i18n.CompactMoney(v.Lang, x, v.Currency) }

// Percent writes a share of one with one decimal.
func (v View) Percent(share float64) string { return i18n.Percent(v.Lang, share, 1) }

// Days writes a length of time in days.
func (v View) Days(days float64) string { return i18n.Days(v.Lang, days) }

// Date writes a calendar day.
func (v View) Date(d value.Day) string { return i18n.Date(v.Lang, d.Date()) }

// Time writes an instant in the company's zone.
func (v View) Time(t value.Instant) string { return i18n.DateTime(v.Lang, t.Time(), v.Zone) }

// Ago says how long ago an instant was.
func (v View) Ago(t value.Instant) string { return i18n.Ago(v.Lang, t.Time(), v.Now) }

// Today is the calendar day in the company's zone.
func (v View) Today() value.Day { return value.DayOf(v.Now.In(v.Zone)) }
