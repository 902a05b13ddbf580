package web

import (
	"math"

	"zveno.dev/zveno/internal/i18n"
	"zveno.dev/zveno/internal/metric"
	"zveno.dev/zveno/internal/web/ui"
)

// wordsIn is the text of a definition in a language.
func wordsIn(lang i18n.Lang, w metric.Words) string {
	if lang == i18n.Russian && w.Ru != "" {
		return w.Ru
	}
	return w.En
}

// figure writes a number in few digits, by its unit.
func figure(v ui.View, n *metric.Number, unit metric.Unit) string {
	if n == nil {
		return "—"
	}
	switch unit {
	case metric.UnitMoney:
		return v.CompactAmount(n.Float())
	case metric.UnitMoneyPerDay:
		return v.T("metric.per_day", "amount", v.CompactAmount(n.Float()))
	case metric.UnitRatio:
		return v.Percent(n.Float())
	case metric.UnitDays:
		return v.Days(n.Float())
	}
	return i18n.Decimal(v.Lang, n.Float(), 0)
}

// exactFigure writes a number with all the digits that mean something.
func exactFigure(v ui.View, n *metric.Number, unit metric.Unit) string {
	if n == nil {
		return "—"
	}
	switch unit {
	case metric.UnitMoney:
		return v.Amount(n.Float())
	case metric.UnitMoneyPerDay:
		return v.T("metric.per_day", "amount", v.Amount(n.Float()))
	case metric.UnitRatio:
		return i18n.Percent(v.Lang, n.Float(), 2)
	case metric.UnitDays:
		return v.T("metric.days", "days", i18n.Decimal(v.Lang, n.Float(), 1))
	}
	return i18n.Decimal(v.Lang, n.Float(), 0)
}

// flatChange is the relative change below which a number counts as unchanged.
const flatChange = 0.0005

// delta compares a number with an earlier one: shares in percentage points, everything else relatively. It is nil where
// there is nothing to compare with.
func delta(v ui.View, d metric.Definition, now, before *metric.Number) *ui.Delta {
	if now == nil || before == nil {
		return nil
	}
	change, text := 0.0, ""
	if d.Unit == metric.UnitRatio {
		change = now.Float() - before.Float()
		text = v.T("metric.points", "points", i18n.Decimal(v.Lang, 100*math.Abs(change), 1))
	} else {
		if before.Float() == 0 {
			return nil
		}
		change = (now.Float() - before.Float()) / math.Abs(before.Float())
		text = i18n.Percent(v.Lang, math.Abs(change), 1)
	}
	result := &ui.Delta{Text: text, Up: change > 0, Tone: ui.ToneQuiet}
	switch {
	case math.Abs(change) < flatChange:
		result.Flat, result.Said = true, v.T("metric.unchanged")
		return result
	case change > 0:
		result.Said = v.T("metric.up", "by", text)
	default:
		result.Said = v.T("metric.down", "by", text)
	}
	if d.Direction != "" {
		result.Tone = ui.ToneBad
		if (change > 0) == (d.Direction == "up") {
			result.Tone = ui.ToneGood
		}
	}
	return result
}
