package identity

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // zones by name, also on machines that have no list of their own

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// Settings are what the company chose once for everybody.
type Settings struct {
	Company          string         // name shown on pages and reports; may be empty
	Currency         string         // reporting currency, ISO 4217
	Zone             *time.Location // in which days and fiscal periods begin
	FiscalStartMonth time.Month     // January = the fiscal year is the calendar year
	Locale           string         // one of Locales: the language of people who did not choose one
}

// Locales are the languages that Zveno speaks.
var Locales = []string{"en", "ru"}

// maxCompany bounds the company's name, in bytes.
const maxCompany = 200

// DefaultSettings hold until the company saves its own.
func DefaultSettings() Settings {
	return Settings{Currency: "USD", Zone: time.UTC, FiscalStartMonth: time.January, Locale: "en"}
}

// Calendar is how the company cuts days into fiscal periods.
func (s Settings) Calendar() value.Calendar {
	return value.Calendar{StartMonth: s.FiscalStartMonth, Zone: s.Zone}
}

// Today is the calendar day that t falls on for the company.
func (s Settings) Today(t value.Instant) value.Day { return value.DayOf(t.Time().In(s.Zone)) }

// The names under which settings are stored.
const (
	settingCompany     = "company"
	settingCurrency    = "currency"
	settingZone        = "zone"
	settingFiscalStart = "fiscal_start_month"
	settingLocale      = "locale"
)

// LoadSettings reads the company's settings; what was never saved has its default.
func LoadSettings(ctx context.Context, tx *db.Tx) (Settings, error) {
	s := DefaultSettings()
	rows, err := tx.Query(ctx, `SELECT name, value FROM identity_settings ORDER BY name`)
	if err != nil {
		return Settings{}, fmt.Errorf("identity: load settings: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			return Settings{}, fmt.Errorf("identity: load settings: %w", err)
		}
		if err := s.read(name, text); err != nil {
			return Settings{}, fmt.Errorf("identity: load setting %s: %w", name, err)
		}
	}
	if err := rows.Err(); err != nil {
		return Settings{}, fmt.Errorf("identity: load settings: %w", err)
	}
	return s, nil
}

// SaveSettings stores the company's settings. The error is Invalid and names every setting that is wrong.
func SaveSettings(ctx context.Context, tx *db.Tx, s Settings) error {
	s.Company = strings.TrimSpace(s.Company)
	if err := s.check(); err != nil {
		return err
	}
	rows := [][]any{
		{settingCompany, s.Company},
		{settingCurrency, s.Currency},
		{settingZone, s.Zone.String()},
		{settingFiscalStart, strconv.Itoa(int(s.FiscalStartMonth))},
		{settingLocale, s.Locale},
	}
	err := db.BulkInsert(ctx, tx, "identity_settings", []string{"name", "value"}, rows, `ON CONFLICT (name) DO UPDATE SET value = excluded.value`)
	if err != nil {
		return fmt.Errorf("identity: save settings: %w", err)
	}
	tx.Changed("settings", settingsRecord)
	detail := map[string]any{}
	for _, row := range rows {
		detail[row[0].(string)] = row[1]
	}
	return AppendAudit(ctx, tx, AuditEntry{Action: "settings.save", Object: "settings", Detail: detail})
}

// ChangeSettings loads the company's settings, lets change alter them, stores them if it did, and gives them as they are
// then. Those who change settings at the same time go one after the other, so that nobody overwrites what they did not see.
func ChangeSettings(ctx context.Context, tx *db.Tx, change func(*Settings) error) (Settings, error) {
	_, err := tx.Exec(ctx, `INSERT INTO identity_settings (name, value) VALUES ($1, '')
		ON CONFLICT (name) DO UPDATE SET value = identity_settings.value`, settingCompany) // locks the row, whether it was there or not
	if err != nil {
		return Settings{}, fmt.Errorf("identity: lock settings: %w", err)
	}
	s, err := LoadSettings(ctx, tx)
	if err != nil {
		return Settings{}, err
	}
	before := s
	if err := change(&s); err != nil || s == before {
		return s, err
	}
	return s, SaveSettings(ctx, tx, s)
}

// settingsRecord stands for the settings in the change feed, which names records by ID.
var settingsRecord = value.SeededID(0, 1, 1)

// read takes over one stored setting. Names of other versions of the program are left alone.
func (s *Settings) read(name, text string) (err error) {
	switch name {
	case settingCompany:
		s.Company = text
	case settingCurrency:
		s.Currency = text
	case settingZone:
		s.Zone, err = LoadZone(text)
	case settingFiscalStart:
		var month int
		month, err = strconv.Atoi(text)
		s.FiscalStartMonth = time.Month(month)
	case settingLocale:
		s.Locale = text
	}
	return err
}

func (s Settings) check() error {
	var wrong []fault.Field
	add := func(name, format string, args ...any) {
		wrong = append(wrong, fault.Field{Name: name, Message: fmt.Sprintf(format, args...)})
	}
	if len(s.Company) > maxCompany {
		add(settingCompany, "is longer than %d bytes", maxCompany)
	}
	if !value.IsCurrency(s.Currency) {
		add(settingCurrency, "is %q, not a currency code of ISO 4217 such as EUR", s.Currency)
	}
	if s.Zone == nil {
		add(settingZone, "is missing: choose one such as Europe/Moscow")
	} else if _, err := LoadZone(s.Zone.String()); err != nil {
		add(settingZone, "%s", err)
	}
	if s.FiscalStartMonth < time.January || s.FiscalStartMonth > time.December {
		add(settingFiscalStart, "is %d; it must be from 1 (January) to 12", int(s.FiscalStartMonth))
	}
	if !slices.Contains(Locales, s.Locale) {
		add(settingLocale, "is %q; it must be one of %s", s.Locale, strings.Join(Locales, ", "))
	}
	if len(wrong) > 0 {
		return &fault.Error{Kind: fault.Invalid, Fields: wrong}
	}
	return nil
}

// LoadZone is the time zone of that name in the IANA list, such as Europe/Moscow. The machine's own zone has no name that
// another machine would understand, so "Local" is refused.
func LoadZone(name string) (*time.Location, error) {
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		return nil, fmt.Errorf("%q is not a time zone of the IANA list such as Europe/Moscow or UTC", name)
	}
	return zone, nil
}
