package i18n

import (
	"fmt"
	"time"
)

// Date writes the day that t shows: Nov 23, 2026 or 23 нояб. 2026.
func Date(lang Lang, t time.Time) string {
	month := T(lang, "format.months_short."+monthKey(t.Month()))
	if lang == Russian {
		return fmt.Sprintf("%d%s%s%s%d", t.Day(), noBreak, month, noBreak, t.Year())
	}
	return fmt.Sprintf("%s%s%d, %d", month, noBreak, t.Day(), t.Year())
}

// ShortDate writes a day of the current year without it: Nov 23 or 23 нояб.
func ShortDate(lang Lang, t time.Time) string {
	month := T(lang, "format.months_short."+monthKey(t.Month()))
	if lang == Russian {
		return fmt.Sprintf("%d%s%s", t.Day(), noBreak, month)
	}
	return fmt.Sprintf("%s%s%d", month, noBreak, t.Day())
}

// DateTime writes day and time in zone: Nov 23, 2026, 17:05 or 23 нояб. 2026, 17:05.
func DateTime(lang Lang, t time.Time, zone *time.Location) string {
	t = t.In(zone)
	return Date(lang, t) + ", " + t.Format("15:04")
}

// Month is the name of a month by itself: November or ноябрь.
func Month(lang Lang, m time.Month) string { return T(lang, "format.months."+monthKey(m)) }

// MonthShort is the name of a month by itself, abbreviated: Nov or нояб.
func MonthShort(lang Lang, m time.Month) string {
	return T(lang, "format.months_alone."+monthKey(m))
}

// Quarter is the name of a fiscal quarter: Q3 2026 or 3 кв. 2026.
func Quarter(lang Lang, year, quarter int) string {
	return T(lang, "format.quarter", "quarter", quarter, "year", fmt.Sprint(year))
}

// Weekday is the name of a day of the week by itself: Monday or понедельник.
func Weekday(lang Lang, d time.Weekday) string {
	return T(lang, "format.weekdays."+[...]string{"su", "mo", "tu", "we", "th", "fr", "sa"}[d%7])
}

func monthKey(m time.Month) string { return fmt.Sprintf("m%02d", int(m)) }

// Ago says how long before now something was, or how far ahead it is: 5 minutes ago, через 2 дня.
func Ago(lang Lang, t, now time.Time) string {
	d := now.Sub(t)
	direction := "ago"
	if d < 0 {
		d, direction = -d, "ahead"
	}
	day := 24 * time.Hour
	switch {
	case d < time.Minute:
		return T(lang, "format.just_now")
	case d < time.Hour:
		return T(lang, "format."+direction+".minutes", "n", int(d/time.Minute))
	case d < day:
		return T(lang, "format."+direction+".hours", "n", int(d/time.Hour))
	case d < 60*day:
		return T(lang, "format."+direction+".days", "n", int(d/day))
	case d < 730*day:
		return T(lang, "format."+direction+".months", "n", int(d/(30*day)))
	default:
		return T(lang, "format."+direction+".years", "n", int(d/(365*day)))
	}
}

// Days writes a length of time in days: 12.5 days, 3 дня. Lengths from ten days on are rounded to whole days.
func Days(lang Lang, days float64) string {
	text := Decimal(lang, days, 0)
	if days < 10 && days != float64(int64(days)) {
		return T(lang, "format.days_fraction", "days", Decimal(lang, days, 1))
	}
	if text == "—" {
		return text
	}
	return T(lang, "format.days", "n", int64(days+0.5))
}
