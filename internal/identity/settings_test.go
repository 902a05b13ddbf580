package identity_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func loadSettings(t *testing.T, d *db.DB) (s identity.Settings, err error) {
	t.Helper()
	err = d.Read(t.Context(), func(tx *db.Tx) error {
		s, err = identity.LoadSettings(t.Context(), tx)
		return err
	})
	return s, err
}

func saveSettings(t *testing.T, d *db.DB, s identity.Settings) error {
	t.Helper()
	return d.Write(t.Context(), db.TxInfo{}, func(tx *db.Tx) error { return identity.SaveSettings(t.Context(), tx, s) })
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := identity.LoadZone(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestSettingsAreDefaultUntilSaved(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, err := loadSettings(t, d)
		if err != nil {
			t.Fatal(err)
		}
		want := identity.Settings{Currency: "USD", Zone: time.UTC, FiscalStartMonth: time.January, Locale: "en"}
		if s != want {
			t.Errorf("got %+v, want %+v", s, want)
		}
	})
}

func TestSettingsComeBackAsSaved(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, want := range []identity.Settings{
			{Company: "ООО «Звено»", Currency: "RUB", Zone: zone(t, "Europe/Moscow"), FiscalStartMonth: time.April, Locale: "ru"},
			{Company: "", Currency: "JPY", Zone: time.UTC, FiscalStartMonth: time.December, Locale: "en"},
		} {
			if err := saveSettings(t, d, want); err != nil {
				t.Fatal(err)
			}
			got, err := loadSettings(t, d)
			if err != nil {
				t.Fatal(err)
			}
			if got.Zone.String() != want.Zone.String() {
				t.Errorf("zone %s, want %s", got.Zone, want.Zone)
			}
			got.Zone = want.Zone
			if got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		}
	})
}

// TestSettingsChangedAtOnce would lose letters if somebody stored what was read before another one's change.
func TestSettingsChangedAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const changes = 12
		var all sync.WaitGroup
		for range changes {
			all.Go(func() {
				err := d.Write(t.Context(), db.TxInfo{}, func(tx *db.Tx) error {
					_, err := identity.ChangeSettings(t.Context(), tx, func(s *identity.Settings) error {
						s.Company += "x"
						return nil
					})
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if s, err := loadSettings(t, d); err != nil || s.Company != strings.Repeat("x", changes) {
			t.Errorf("%q after %d changes, error %v", s.Company, changes, err)
		}
	})
}

func TestWrongSettingsAreRefusedByName(t *testing.T) {
	for name, spoil := range map[string]func(*identity.Settings){
		"company":            func(s *identity.Settings) { s.Company = strings.Repeat("x", 201) },
		"currency":           func(s *identity.Settings) { s.Currency = "usd" },
		"zone":               func(s *identity.Settings) { s.Zone = time.FixedZone("Mars/Olympus", 3600) },
		"fiscal_start_month": func(s *identity.Settings) { s.FiscalStartMonth = 13 },
		"locale":             func(s *identity.Settings) { s.Locale = "de" },
	} {
		t.Run(name, func(t *testing.T) {
			d := dbtest.SQLite(t)
			s := identity.DefaultSettings()
			spoil(&s)
			err := saveSettings(t, d, s)
			named := slices.ContainsFunc(fault.FieldsOf(err), func(f fault.Field) bool { return f.Name == name })
			if fault.KindOf(err) != fault.Invalid || !named || len(fault.FieldsOf(err)) != 1 {
				t.Errorf("error %v names %v, want Invalid and %s alone", err, fault.FieldsOf(err), name)
			}
			if got, err := loadSettings(t, d); err != nil || got != identity.DefaultSettings() {
				t.Errorf("something was stored: %+v, %v", got, err)
			}
		})
	}
	s := identity.DefaultSettings()
	for _, z := range []*time.Location{nil, time.Local} {
		s.Zone = z
		if err := saveSettings(t, dbtest.SQLite(t), s); fault.KindOf(err) != fault.Invalid {
			t.Errorf("zone %v: error %v, want Invalid", z, err)
		}
	}
}

func TestCalendarAndTodayFollowTheSettings(t *testing.T) {
	s := identity.DefaultSettings()
	s.FiscalStartMonth, s.Zone = time.February, zone(t, "Asia/Vladivostok")
	evening := value.InstantOf(time.Date(2026, 1, 31, 20, 0, 0, 0, time.UTC))
	today := s.Today(evening)
	if today.String() != "2026-02-01" {
		t.Errorf("today is %s, want 2026-02-01", today)
	}
	if got := s.Calendar().PeriodOf(today, value.GrainYear).Name; got != "2027" {
		t.Errorf("fiscal year %s, want 2027", got)
	}
	if got := s.Calendar().Zone; got != s.Zone {
		t.Errorf("calendar's zone %s, want %s", got, s.Zone)
	}
}
