package identity

import (
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/db/dbtest"
	"zveno.dev/zveno/internal/value"
)

const noon value.Instant = 1_777_896_000_000_000

// attempt uses an attempt up, if there is one.
func attempt(t *testing.T, d *db.DB, account, address string, at value.Instant) bool {
	t.Helper()
	limits := allowances(account, netip.MustParseAddr(address))
	checked := d.Read(t.Context(), func(tx *db.Tx) error { return checkAllowed(t.Context(), tx, limits, at) })
	used := d.Write(t.Context(), db.TxInfo{At: at}, func(tx *db.Tx) error { return useAttempt(t.Context(), tx, limits) })
	for _, err := range []error{checked, used} {
		if _, tooMany := errors.AsType[*TooManyAttempts](err); err != nil && !tooMany {
			t.Fatal(err)
		}
	}
	if (checked == nil) != (used == nil) {
		t.Errorf("looking says %v, using says %v", checked, used)
	}
	return used == nil
}

// guess counts the attempts that are allowed at once.
func guess(t *testing.T, d *db.DB, attempts int, who func(n int) (account, address string)) (allowed int) {
	t.Helper()
	for n := range attempts {
		if account, address := who(n); attempt(t, d, account, address, noon) {
			allowed++
		}
	}
	return allowed
}

func TestGuessingFromManyAddressesIsSlowed(t *testing.T) {
	d := dbtest.SQLite(t)
	allowed := guess(t, d, 60, func(n int) (string, string) { return "anna@example.com", fmt.Sprintf("192.0.2.%d", n) })
	if allowed != 50 {
		t.Errorf("%d guesses from as many addresses, want 50", allowed)
	}
	if attempt(t, d, "anna@example.com", "192.0.2.200", after(noon, time.Minute-time.Second)) ||
		!attempt(t, d, "anna@example.com", "192.0.2.200", after(noon, time.Minute)) {
		t.Error("there is not one more a minute later")
	}
	if !attempt(t, d, "bob@example.com", "192.0.2.1", noon) {
		t.Error("the limit of one account holds for another")
	}
}

func TestTryingEverybodyFromOneAddressIsSlowed(t *testing.T) {
	d := dbtest.SQLite(t)
	allowed := guess(t, d, 110, func(n int) (string, string) { return fmt.Sprintf("person%d@example.com", n), "192.0.2.1" })
	if allowed != 100 {
		t.Errorf("%d guesses at as many accounts, want 100", allowed)
	}
	if !attempt(t, d, "person1@example.com", "192.0.2.2", noon) {
		t.Error("the limit of one address holds for another")
	}
}

// TestOneNetworkIsOneAddress changes the address within what one machine has, and how it is written.
func TestOneNetworkIsOneAddress(t *testing.T) {
	for name, address := range map[string]func(n int) string{
		"IPv6":         func(n int) string { return fmt.Sprintf("2001:db8:1:2::%x", n+1) },
		"IPv4 in IPv6": func(n int) string { return []string{"192.0.2.1", "::ffff:192.0.2.1"}[n%2] },
		"zone":         func(n int) string { return fmt.Sprintf("fe80::1%%eth%d", n) },
	} {
		allowed := guess(t, dbtest.SQLite(t), 8, func(n int) (string, string) { return "anna@example.com", address(n) })
		if allowed != 5 {
			t.Errorf("%s: %d guesses, want 5", name, allowed)
		}
	}
}
