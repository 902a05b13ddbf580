package identity

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/value"
)

// TooManyAttempts is the cause of an Unavailable error where somebody tried passwords too often.
type TooManyAttempts struct{ RetryAfter time.Duration }

// Error says when to try again.
func (e *TooManyAttempts) Error() string {
	return fmt.Sprintf("too many attempts to sign in: try again in %s", e.RetryAfter)
}

// limit bounds attempts: some at once, and one more each time that step has passed. All that is stored of it is when all
// attempts will be available again.
type limit struct {
	kind string
	most int64 // at once
	step time.Duration
}

// Attempts are limited for an account from one address, which stops guessing; for an account from everywhere, which slows
// guessing from many addresses; and for an address over all accounts, which slows trying one password on everybody. The
// last two are wide, so that nobody locks others out easily, and many people may share an address.
var (
	perAccountAndAddress = limit{"account and address", 5, 3 * time.Minute}
	perAccount           = limit{"account", 50, time.Minute}
	perAddress           = limit{"address", 100, 20 * time.Second}
)

// allowance is a limit applied to somebody.
type allowance struct {
	limit
	bucket string
}

// allowances are those that an attempt uses, always in this order, so that two attempts cannot block each other for good.
func allowances(folded string, address netip.Addr) []allowance {
	from := network(address)
	of := func(l limit, who string) allowance { return allowance{l, secretHash(l.kind + "\x00" + who)} }
	return []allowance{of(perAccountAndAddress, folded+"\x00"+from), of(perAccount, folded), of(perAddress, from)}
}

// network is what one machine can easily change its address within: of IPv6 the customary 64 bits.
func network(a netip.Addr) string {
	a = a.Unmap().WithZone("")
	if a.Is6() {
		if prefix, err := a.Prefix(64); err == nil {
			return prefix.String()
		}
	}
	return addressText(a)
}

// latest is up to when all attempts may be used up for another one to be allowed now.
func (a allowance) latest(now value.Instant) value.Instant {
	return after(now, time.Duration(a.most-1)*a.step)
}

// checkAllowed refuses an attempt that is over a limit. It writes nothing, so that refusing many costs little.
func checkAllowed(ctx context.Context, tx *db.Tx, all []allowance, now value.Instant) error {
	for _, a := range all {
		var freeAt value.Instant
		err := tx.QueryRow(ctx, `SELECT COALESCE(max(free_at), 0) FROM identity_sign_in_limits WHERE bucket = $1`, a.bucket).Scan(&freeAt)
		if err != nil {
			return fmt.Errorf("identity: read limits: %w", err)
		}
		if wait := freeAt - a.latest(now); wait > 0 {
			return tooMany(wait)
		}
	}
	return nil
}

func tooMany(wait value.Instant) error {
	seconds := (time.Duration(wait)*time.Microsecond + time.Second - 1).Truncate(time.Second)
	return fault.New(fault.Unavailable, "%w", &TooManyAttempts{RetryAfter: seconds})
}

// useAttempt takes one attempt from each allowance. Of many at once, only as many as are allowed come through.
func useAttempt(ctx context.Context, tx *db.Tx, all []allowance) error {
	for _, a := range all {
		used, err := tx.Exec(ctx, `INSERT INTO identity_sign_in_limits (bucket, free_at) VALUES ($1, $2)
			ON CONFLICT (bucket) DO UPDATE SET free_at = $3 +
				CASE WHEN identity_sign_in_limits.free_at > $4 THEN identity_sign_in_limits.free_at ELSE $4 END
			WHERE identity_sign_in_limits.free_at <= $5`,
			a.bucket, after(tx.At, a.step), a.step.Microseconds(), tx.At, a.latest(tx.At))
		if err != nil {
			return fmt.Errorf("identity: count attempt: %w", err)
		}
		if used == 0 {
			return tooMany(value.Instant(a.step.Microseconds()))
		}
	}
	// What others hold is left to them: waiting for it out of order could block both for good.
	_, err := tx.Exec(ctx, `DELETE FROM identity_sign_in_limits WHERE bucket IN (SELECT bucket FROM identity_sign_in_limits
		WHERE free_at <= $1 LIMIT 100 `+tx.Dialect().SkipLocked+`)`, tx.At)
	if err != nil {
		return fmt.Errorf("identity: forget old attempts: %w", err)
	}
	return nil
}

// returnAttempt gives an attempt back that was right: the account starts anew at this address.
func returnAttempt(ctx context.Context, tx *db.Tx, all []allowance) error {
	for _, a := range all {
		back := a.step.Microseconds()
		if a.limit == perAccountAndAddress {
			back *= a.most
		}
		if _, err := tx.Exec(ctx, `UPDATE identity_sign_in_limits SET free_at = free_at - $1 WHERE bucket = $2`, back, a.bucket); err != nil {
			return fmt.Errorf("identity: return attempt: %w", err)
		}
	}
	return nil
}
