package value_test

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"zveno.dev/zveno/internal/value"
)

func TestInstantRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// Years 1 to 9999: what RFC 3339 can write.
		at := value.Instant(rapid.Int64Range(-62135596800_000000, 253402300799_999999).Draw(t, "at"))
		if back := value.InstantOf(at.Time()); back != at {
			t.Fatalf("%d came back as %d", at, back)
		}
		text, err := json.Marshal(at)
		if err != nil {
			t.Fatal(err)
		}
		var back value.Instant
		if err := json.Unmarshal(text, &back); err != nil || back != at {
			t.Fatalf("%s came back as %s, %v", text, back, err)
		}
		if parsed, err := value.ParseInstant(at.String(), time.UTC); err != nil || parsed != at {
			t.Fatalf("%s parsed as %s, %v", at, parsed, err)
		}
	})
}

func TestEndsOfTimeHaveNames(t *testing.T) {
	for at, name := range map[value.Instant]string{value.Forever: "forever", value.Always: "always"} {
		if at.String() != name {
			t.Errorf("%d is written %s, want %s", at, at, name)
		}
		var back value.Instant
		if err := back.UnmarshalText([]byte(name)); err != nil || back != at {
			t.Errorf("%s reads as %d, %v", name, back, err)
		}
	}
	last := value.InstantOf(time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC))
	if value.Forever <= last || value.Always >= -last {
		t.Error("the ends of time are within it")
	}
}

func TestInstantOfRoundsDown(t *testing.T) {
	if got := value.InstantOf(time.Unix(0, -1)); got != -1 {
		t.Errorf("a nanosecond before 1970 is %d µs, want -1", got)
	}
	if got := value.InstantOf(time.Unix(0, 1999)); got != 1 {
		t.Errorf("1,999 ns are %d µs, want 1", got)
	}
}

func TestParseInstant(t *testing.T) {
	moscow := zone(t, "Europe/Moscow") // UTC+3
	for text, want := range map[string]string{
		"2026-03-31T18:00:00Z":      "2026-03-31T18:00:00Z",
		"2026-03-31T18:00:00+05:00": "2026-03-31T13:00:00Z",
		"2026-03-31 18:00":          "2026-03-31T15:00:00Z",
		"2026-03-31T18:00:05":       "2026-03-31T15:00:05Z",
		"2026-03-31":                "2026-03-31T20:59:59.999999Z",
		"1960-02-29":                "1960-02-29T20:59:59.999999Z",
	} {
		got, err := value.ParseInstant(text, moscow)
		if err != nil || got.String() != want {
			t.Errorf("ParseInstant(%q) = %s, %v, want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"", "yesterday", "2026-02-30", "18:00", "2026-03-31 25:00"} {
		if got, err := value.ParseInstant(text, moscow); err == nil {
			t.Errorf("ParseInstant(%q) = %s", text, got)
		}
	}
}
