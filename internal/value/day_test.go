package value_test

import (
	"encoding/json"
	"testing"
	"time"
	_ "time/tzdata" // the zones below, on any machine

	"pgregory.net/rapid"

	"zveno.dev/zveno/internal/value"
)

// firstDay and lastDay bound the years that have four digits.
var firstDay, lastDay = value.NewDay(1, time.January, 1), value.NewDay(9999, time.December, 31)

func anyDay() *rapid.Generator[value.Day] {
	return rapid.Map(rapid.Int64Range(int64(firstDay), int64(lastDay)), func(n int64) value.Day { return value.Day(n) })
}

func TestKnownDays(t *testing.T) {
	for text, n := range map[string]value.Day{
		"1970-01-01": 0, "1969-12-31": -1, "1970-01-02": 1, "2000-03-01": 11017, "1900-03-01": -25508, "0001-01-01": -719162,
	} {
		if day, err := value.ParseDay(text); err != nil || day != n {
			t.Errorf("ParseDay(%s) = %d, %v, want %d", text, day, err, n)
		}
		if n.String() != text {
			t.Errorf("day %d is written %s, want %s", n, n, text)
		}
	}
}

func TestDayRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := anyDay().Draw(t, "day")
		if back, err := value.ParseDay(day.String()); err != nil || back != day {
			t.Fatalf("%s came back as %s, %v", day, back, err)
		}
		if back := value.DayOf(day.Date()); back != day {
			t.Fatalf("%s came back as %s", day, back)
		}
		text, _ := json.Marshal(day)
		var back value.Day
		if err := json.Unmarshal(text, &back); err != nil || back != day {
			t.Fatalf("%s came back as %s, %v", text, back, err)
		}
		if y, m, d := day.Date().Date(); value.NewDay(y, m, d) != day {
			t.Fatalf("NewDay(%d, %d, %d) is not %s", y, m, d, day)
		}
	})
}

func TestDayOfIsTheDayOnTheWall(t *testing.T) {
	moscow := zone(t, "Europe/Moscow")
	evening := time.Date(2026, 3, 31, 23, 30, 0, 0, time.UTC)
	if got := value.DayOf(evening.In(moscow)).String(); got != "2026-04-01" {
		t.Errorf("got %s, want 2026-04-01", got)
	}
	if got := value.DayOf(time.Date(1931, 5, 6, 0, 0, 0, 0, moscow)).String(); got != "1931-05-06" {
		t.Errorf("got %s, want 1931-05-06", got)
	}
}

func TestParseDayRefuses(t *testing.T) {
	for _, text := range []string{"", "2026-02-29", "2026-13-01", "26-01-01", "2026-1-1", "01.02.2026", "2026-01-01T00:00:00Z"} {
		if day, err := value.ParseDay(text); err == nil {
			t.Errorf("ParseDay(%q) = %s", text, day)
		}
	}
}

// TestEveryInstantIsInTheDayThatTheClockShows holds where clocks change at midnight, as they did or do in these places.
func TestEveryInstantIsInTheDayThatTheClockShows(t *testing.T) {
	for _, name := range []string{"UTC", "Europe/Moscow", "America/Sao_Paulo", "America/Havana", "Africa/Cairo", "Asia/Beirut",
		"Asia/Kathmandu", "Pacific/Apia", "Pacific/Kiritimati"} {
		z := zone(t, name)
		rapid.Check(t, func(t *rapid.T) {
			at := value.Instant(rapid.Int64Range(-1e15, 2e15).Draw(t, "at")) // 1938 to 2033
			day := value.DayOf(at.Time().In(z))
			if start, end := day.Start(z), day.End(z); at < start || at >= end {
				t.Fatalf("%s in %s is outside %s, which is from %s to %s", at, name, day, start, end)
			}
		})
	}
}

func TestStartIsTheFirstInstantOfTheDay(t *testing.T) {
	for _, name := range []string{"America/Sao_Paulo", "America/Havana", "Africa/Cairo", "Pacific/Apia", "Europe/London"} {
		z := zone(t, name)
		for day := value.NewDay(1960, 1, 1); day < value.NewDay(2030, 1, 1); day++ {
			start := day.Start(z)
			if shown := value.DayOf(start.Time().In(z)); shown != day && day.String() != "2011-12-30" {
				t.Errorf("%s starts in %s at %s, which is %s there", day, name, start, shown)
			}
			if shown := value.DayOf((start - 1).Time().In(z)); shown >= day {
				t.Errorf("a microsecond before %s starts in %s, it is %s already", day, name, shown)
			}
		}
	}
	apia := zone(t, "Pacific/Apia") // which went from the 29th to the 31st
	if skipped := value.NewDay(2011, 12, 30); skipped.Start(apia) != skipped.End(apia) {
		t.Error("the day that Samoa skipped is not empty")
	}
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}
