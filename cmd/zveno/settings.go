package main

import (
	"context"
	"strconv"
	"time"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

type settingsCommand struct {
	formatFlag
	Company     string `help:"Name of the company." placeholder:"NAME"`
	Currency    string `help:"Reporting currency, ISO 4217." placeholder:"CODE"`
	Zone        string `help:"Time zone in which days begin, like Europe/Moscow." placeholder:"ZONE"`
	FiscalStart int    `help:"Month in which the fiscal year begins, 1–12." placeholder:"MONTH"`
	Locale      string `help:"Language of people who did not choose one: en or ru." placeholder:"LOCALE"`
}

func (sc *settingsCommand) Run(ctx context.Context, c *common, s *streams) error {
	d, err := c.open(ctx, s)
	if err != nil {
		return err
	}
	defer d.Close()
	var settings identity.Settings
	if *sc == (settingsCommand{formatFlag: sc.formatFlag}) { // only to look, which need not wait for those who write
		err = d.Read(ctx, func(tx *db.Tx) error {
			settings, err = identity.LoadSettings(ctx, tx)
			return err
		})
	} else {
		err = d.Write(ctx, db.TxInfo{Actor: value.System("command line"), Source: "command line"}, func(tx *db.Tx) error {
			settings, err = identity.ChangeSettings(ctx, tx, sc.apply)
			return err
		})
	}
	if err != nil {
		return err
	}
	shown := map[string]any{"company": settings.Company, "currency": settings.Currency, "zone": settings.Zone.String(),
		"fiscal_start_month": int(settings.FiscalStartMonth), "locale": settings.Locale}
	return sc.print(s.out, table{header: []string{"setting", "value"}, rows: [][]string{{"company", orNone(settings.Company)}, {"currency", settings.Currency},
		{"zone", settings.Zone.String()}, {"fiscal_start_month", strconv.Itoa(int(settings.FiscalStartMonth))}, {"locale", settings.Locale}}}, shown)
}

// apply takes over what was given on the command line.
func (sc *settingsCommand) apply(settings *identity.Settings) (err error) {
	if sc.Company != "" {
		settings.Company = sc.Company
	}
	if sc.Currency != "" {
		settings.Currency = sc.Currency
	}
	if sc.Zone != "" {
		if settings.Zone, err = identity.LoadZone(sc.Zone); err != nil {
			return err
		}
	}
	if sc.FiscalStart != 0 {
		settings.FiscalStartMonth = time.Month(sc.FiscalStart)
	}
	if sc.Locale != "" {
		settings.Locale = sc.Locale
	}
	return nil
}
