package value

import (
	"fmt"
	"time"
)

// Day is a calendar day without a time zone, as days since 1970-01-01. Both engines store it as BIGINT.
type Day int64

// DayOf is the calendar day that t shows in its own location.
func DayOf(t time.Time) Day {
	y, m, d := t.Date()
	return NewDay(y, m, d)
}

// NewDay is the given day of the Gregorian calendar; months and days out of range are normalised as time.Date does.
func NewDay(year int, month time.Month, day int) Day {
	return Day(floorDiv(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix(), 86400))
}

// ParseDay reads the form 2006-01-02.
func ParseDay(text string) (Day, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return 0, fmt.Errorf("%q is not a day: expected the form 2026-03-31", text)
	}
	return DayOf(t), nil
}

// Date is the day at midnight UTC.
func (d Day) Date() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// Start is the first instant of the day in zone. Where clocks are put forward at midnight, that is not 00:00; where they
// are put back over midnight, it is the first of two. A day that a zone skipped is empty: it starts where the next one does.
func (d Day) Start(zone *time.Location) Instant {
	midnight := d.Date()
	from := midnight.Add(-24 * time.Hour).In(zone) // earlier than the day starts anywhere
	for {
		_, offset := from.Zone()
		_, until := from.ZoneBounds()
		start := midnight.Add(-time.Duration(offset) * time.Second)
		if until.IsZero() || start.Before(until) {
			return max(InstantOf(start), InstantOf(from))
		}
		from = until
	}
}

// End is the first instant after the day in zone.
func (d Day) End(zone *time.Location) Instant { return (d + 1).Start(zone) }

// String is the form 2006-01-02.
func (d Day) String() string { return d.Date().Format(time.DateOnly) }

// MarshalText makes days readable in JSON.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (d *Day) UnmarshalText(text []byte) error {
	parsed, err := ParseDay(string(text))
	*d = parsed
	return err
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
