package tabular

import (
	"testing"
	"time"

	"zveno.dev/zveno/internal/value"
)

func TestParseDay(t *testing.T) {
	cases := []struct {
		cell  string
		order DateOrder
		want  string // "" for an error
	}{
		{"2026-01-15", OrderUnknown, "2026-01-15"},
		{"2026-1-5", OrderUnknown, "2026-01-05"},
		{"2026/01/15", OrderMDY, "2026-01-15"},
		{"2026.01.15", OrderDMY, "2026-01-15"},
		{"20260115", OrderUnknown, "2026-01-15"},
		{"31.12.2025", OrderDMY, "2025-12-31"},
		{"31.12.2025", OrderUnknown, "2025-12-31"},
		{"31.12.2025", OrderMDY, ""},
		{"31.12.25 г.", OrderDMY, "2025-12-31"},
		{"02/03/2026", OrderUnknown, ""},
		{"02/03/2026", OrderMDY, "2026-02-03"},
		{"02/03/2026", OrderDMY, "2026-03-02"},
		{"02/02/2026", OrderUnknown, ""},
		{"02/23/26", OrderUnknown, "2026-02-23"},
		{"2/3/24", OrderMDY, "2024-02-03"},
		{"12-31-1968", OrderMDY, "1968-12-31"},
		{"1/1/68", OrderMDY, "2068-01-01"},
		{"1/1/69", OrderMDY, "1969-01-01"},
		{"99/12/31", OrderUnknown, "1999-12-31"},
		{"26/02/03", OrderYMD, "2026-02-03"},
		{"10/25/2016", OrderMDY, "2016-10-25"},
		{"15 Jan 2026", OrderUnknown, "2026-01-15"},
		{"15-Jan-26", OrderMDY, "2026-01-15"},
		{"Jan 15, 2026", OrderDMY, "2026-01-15"},
		{"January 15 2026", OrderUnknown, "2026-01-15"},
		{"Sept. 5, 2026", OrderUnknown, "2026-09-05"},
		{"15 января 2026", OrderUnknown, "2026-01-15"},
		{"15 января 2026 г.", OrderUnknown, "2026-01-15"},
		{"15 янв. 2026", OrderUnknown, "2026-01-15"},
		{"1 мая 2026 года", OrderUnknown, "2026-05-01"},
		{"3 нояб. 2026", OrderUnknown, "2026-11-03"},
		{"янв. 2026", OrderUnknown, "2026-01-01"},
		{"Март 2026", OrderUnknown, "2026-03-01"},
		{"Mon, 23 Feb 2026", OrderUnknown, "2026-02-23"},
		{"пн, 23.02.2026", OrderDMY, "2026-02-23"},
		{"понедельник, 23 февраля 2026 г.", OrderUnknown, "2026-02-23"},
		{"2026-02-23T20:55:00.000Z", OrderUnknown, "2026-02-23"},
		{"2/23/2026 12:00:00 AM", OrderMDY, "2026-02-23"},
		{"  2026-02-28  ", OrderUnknown, "2026-02-28"},
		{"2024-02-29", OrderUnknown, "2024-02-29"},
		{"2026-02-29", OrderUnknown, ""},
		{"2026-13-01", OrderUnknown, ""},
		{"31/04/2026", OrderDMY, ""},
		{"0000-00-00", OrderUnknown, ""},
		{"", OrderUnknown, ""},
		{"tomorrow", OrderUnknown, ""},
		{"12.2025", OrderDMY, ""},
		{"1.2.3", OrderDMY, ""},
		{"192.168.0.1", OrderDMY, ""},
		{"+7 (495) 123-45-67", OrderDMY, ""},
		{"15 Juno 2026", OrderUnknown, ""},
		{"2026-01-15-02", OrderUnknown, ""},
	}
	for _, c := range cases {
		got, err := ParseDay(c.cell, c.order)
		switch {
		case c.want == "" && err == nil:
			t.Errorf("%q in order %q is %s, want an error", c.cell, c.order, got)
		case c.want != "" && (err != nil || got.String() != c.want):
			t.Errorf("%q in order %q is %s (%v), want %s", c.cell, c.order, got, err, c.want)
		}
	}
}

func TestParseInstant(t *testing.T) {
	moscow := time.FixedZone("MSK", 3*3600)
	cases := []struct{ cell, want string }{
		{"2026-02-23T20:55:00.000Z", "2026-02-23T20:55:00Z"},
		{"2026-02-23T20:55:00.123456Z", "2026-02-23T20:55:00.123456Z"},
		{"2026-02-23T20:55:00.000+0000", "2026-02-23T20:55:00Z"},
		{"2026-02-23 20:55:00+03:00", "2026-02-23T17:55:00Z"},
		{"2026-02-23 20:55:00 +03", "2026-02-23T17:55:00Z"},
		{"2026-02-23 20:55", "2026-02-23T17:55:00Z"},
		{"2022-05-25 10.39.15", "2022-05-25T07:39:15Z"},
		{"02/23/26 08:55 PM", "2026-02-23T17:55:00Z"},
		{"02/23/26 12:05 AM", "2026-02-22T21:05:00Z"},
		{"02/23/26 12:05 p.m.", "2026-02-23T09:05:00Z"},
		{"2/23/2026, 8:55:10 PM", "2026-02-23T17:55:10Z"},
		{"23.02.2026 20:55", "2026-02-23T17:55:00Z"},
		{"23.02.2026, 20:55:01", "2026-02-23T17:55:01Z"},
		{"23 февраля 2026 г. в 20:55", "2026-02-23T17:55:00Z"},
		{"Feb 23, 2026 at 8:55 PM", "2026-02-23T17:55:00Z"},
		{"Mon, 23 Feb 2026 20:55:00 GMT", "2026-02-23T20:55:00Z"},
		{"Mon Feb 23 2026 20:55:00 GMT+0300 (Moscow Standard Time)", "2026-02-23T17:55:00Z"},
		{"2026-02-23 20:55 (UTC+05:00)", "2026-02-23T15:55:00Z"},
		{"2026-02-23 20:55 EST", "2026-02-24T01:55:00Z"},
		{"2026-02-23 20:55 МСК", "2026-02-23T17:55:00Z"},
		{"20260223T205500Z", "2026-02-23T20:55:00Z"},
		{"20260223205500", "2026-02-23T17:55:00Z"},
		{"2026-02-23", "2026-02-22T21:00:00Z"},
		{"2026-02-23 24:00", ""},
		{"2026-02-23 20:61", ""},
		{"2026-02-23 13:00 AM", ""},
		{"2026-02-23 20:55 XYZ", ""},
		{"2026-02-23 20", ""},
		{"2026-02-23T", "2026-02-22T21:00:00Z"},
	}
	for _, c := range cases {
		got, err := ParseInstant(c.cell, OrderUnknown, moscow)
		switch {
		case c.want == "" && err == nil:
			t.Errorf("%q is %s, want an error", c.cell, got)
		case c.want != "" && (err != nil || got.String() != c.want):
			t.Errorf("%q is %s (%v), want %s", c.cell, got, err, c.want)
		}
	}
}

// TestEveryDay writes each day of 200 years in the forms people use and reads it back.
func TestEveryDay(t *testing.T) {
	forms := []struct {
		layout string
		order  DateOrder
	}{
		{"2006-01-02", OrderUnknown}, {"02.01.2006", OrderDMY}, {"2/1/2006", OrderDMY}, {"1/2/2006", OrderMDY}, {"01-02-2006", OrderMDY},
		{"2006/1/2", OrderDMY}, {"2 Jan 2006", OrderUnknown}, {"January 2, 2006", OrderUnknown}, {"20060102", OrderMDY}, {"Mon, 02 Jan 2006 15:04:05 -0700", OrderUnknown},
	}
	for day := value.NewDay(1900, 1, 1); day <= value.NewDay(2100, 1, 1); day += 3 {
		for _, form := range forms {
			text := day.Date().Format(form.layout)
			if got, err := ParseDay(text, form.order); err != nil || got != day {
				t.Fatalf("%q in order %q is %v (%v), want %v", text, form.order, got, err, day)
			}
		}
	}
}
