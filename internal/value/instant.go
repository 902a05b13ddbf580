package value

import (
	"fmt"
	"math"
	"time"
)

// Instant is a moment as microseconds since 1970-01-01 UTC, the form in which both engines store it (BIGINT).
type Instant int64

// Forever is the end of an interval that has not ended. It is a round number of microseconds far beyond any date that a
// business uses (the year 9999 ends before it), and the same constant is written into SQL.
const Forever Instant = 1 << 60

// Always is the beginning of time: an interval that starts here has no known start.
const Always Instant = math.MinInt64

// InstantOf converts a time, dropping what is below a microsecond.
func InstantOf(t time.Time) Instant { return Instant(t.UnixMicro()) }

// Time is the instant in UTC.
func (t Instant) Time() time.Time { return time.UnixMicro(int64(t)).UTC() }

// String is RFC 3339 in UTC; "forever" for Forever.
func (t Instant) String() string {
	switch t {
	case Forever:
		return "forever"
	case Always:
		return "always"
	}
	return t.Time().Format(time.RFC3339Nano)
}

// MarshalText makes instants readable in JSON.
func (t Instant) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (t *Instant) UnmarshalText(text []byte) error {
	switch string(text) {
	case "forever":
		*t = Forever
		return nil
	case "always":
		*t = Always
		return nil
	}
	parsed, err := time.Parse(time.RFC3339Nano, string(text))
	if err != nil {
		return fmt.Errorf("%q is not an instant: expected a form like 2026-03-31T18:00:00Z", text)
	}
	*t = InstantOf(parsed)
	return nil
}

// ParseInstant reads an RFC 3339 time, a local date and time ("2026-03-31 18:00", in zone), or a bare day, which means the
// last microsecond of that day in zone: "as of 31 March" includes what happened on 31 March.
func ParseInstant(text string, zone *time.Location) (Instant, error) {
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return InstantOf(t), nil
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return InstantOf(t), nil
		}
	}
	day, err := ParseDay(text)
	if err != nil {
		return 0, fmt.Errorf("%q is not an instant: expected a day (2026-03-31), a local time (2026-03-31 18:00) or RFC 3339", text)
	}
	return day.End(zone) - 1, nil
}
